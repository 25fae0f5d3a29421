//! Shows what goes on while it goes on: as a bar on a terminal, elsewhere as a line every ten seconds.

mod cargo;
mod line;
mod tree;
mod words;

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub use cargo::{Build, Compilation};
use line::{Beat, Moment, minutes};

/// How often to check whether there is something to show.
const TICK: Duration = Duration::from_millis(250);

/// A piece of work that goes on. It is shown, on the standard error, until this is dropped.
pub struct Progress {
    shown: Arc<Shown>,
    /// Dropping it ends the thread below.
    ending: Option<Sender<()>>,
    ticking: Option<JoinHandle<()>>,
}

struct Shown {
    started: Instant,
    /// Hidden where there is no terminal.
    bar: ProgressBar,
    state: Mutex<(Moment, Beat)>,
}

impl Progress {
    /// Begins to show a piece of work, as `installing cargo-lambda`.
    pub fn start(what: &str) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        bar.set_style(style("{spinner} {wide_msg}"));
        let moment = Moment { what: what.to_owned(), ..Moment::default() };
        let shown = Arc::new(Shown { started: Instant::now(), bar, state: Mutex::new((moment, Beat::default())) });
        let (ending, ended) = channel();
        let ticking = thread::spawn({
            let shown = Arc::clone(&shown);
            move || {
                shown.show();
                while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    shown.show();
                }
            }
        });
        Self { shown, ending: Some(ending), ticking: Some(ticking) }
    }

    /// Says how many parts there are; from now on they are counted.
    pub fn count_up_to(&self, total: usize) {
        self.shown.bar.set_length(total as u64);
        self.shown.bar.set_style(style("{spinner} [{bar:30}] {wide_msg}"));
        self.shown.state().0.total = Some(total);
    }

    /// One more part is done.
    pub fn advance(&self) {
        self.shown.bar.inc(1);
        self.shown.state().0.done += 1;
    }

    /// Says what is being worked on.
    pub fn now(&self, now: &str) {
        now.clone_into(&mut self.shown.state().0.now);
    }

    /// Goes on to another piece of work, whose parts are counted from zero.
    pub fn turn_to(&self, what: &str) {
        self.shown.bar.set_position(0);
        self.shown.state().0 = Moment { what: what.to_owned(), ..Moment::default() };
    }

    /// Prints a line that stays.
    pub fn say(&self, line: &str) {
        self.shown.bar.suspend(|| eprintln!("{line}"));
    }

    /// Ends it with a line that says how long it took, unless it was too quick for anything to be shown.
    pub fn finish(self, done: &str) {
        let elapsed = self.shown.started.elapsed();
        let was_shown = self.shown.state().1.has_begun();
        drop(self);
        if was_shown {
            eprintln!("{done} in {}", minutes(elapsed));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.ending.take());
        if let Some(ticking) = self.ticking.take() {
            // It cannot have panicked, and if it has, only the display is lost.
            drop(ticking.join());
        }
        self.shown.bar.finish_and_clear();
    }
}

impl Shown {
    fn show(&self) {
        let elapsed = self.started.elapsed();
        let mut state = self.state();
        let (moment, beat) = &mut *state;
        let is_due = beat.is_due(elapsed);
        let has_begun = beat.has_begun();
        let line = moment.line(elapsed);
        drop(state);
        if self.bar.is_hidden() {
            if is_due {
                eprintln!("{line}");
            }
        } else if has_begun {
            self.bar.set_message(line);
            self.bar.tick();
        }
    }

    /// What a panicked thread left behind is still shown.
    fn state(&self) -> MutexGuard<'_, (Moment, Beat)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()).progress_chars("=> ")
}
