//! The question that a scan puts to a holder as a model: asked, answered once, or over, under clocks that differ, answers that are
//! lost or late, two tabs, wrong digits, blocks, locks and newer codes.
//!
//! Each transition names the store's method that it models. The code's item is an atomic register, and so is the device's. A write
//! that was sent arrives within [`Question::under_way`] seconds or never.

use stateright::{Model, Property};

use crate::KEPT;

/// How long a holder may take to answer, in seconds.
pub const TIME_TO_ANSWER: i64 = 60;

/// How often digits are compared.
pub const DIGIT_TRIES: u8 = 3;

/// Who acts, and how the world around them behaves. The code was scanned at second 0.
#[derive(Clone, Debug)]
pub struct Question {
    /// The requests that the phone's tabs send, each once.
    pub requests: Vec<Wish>,
    /// How far an instance's clock may be off, in seconds.
    pub clocks: Vec<i64>,
    pub under_way: i64,
    /// The seconds at which something may happen.
    pub instants: Vec<i64>,
    pub blocks: bool,
    pub locks: bool,
    pub supersedes: bool,
}

/// What a request of the phone wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    Allow { digits_are_right: bool },
    Refuse,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Seconds of true time, which nobody knows.
    pub now: i64,
    pub code: Code,
    pub blocked: bool,
    pub session: bool,
    /// The request that took the last try at the PIN: its PIN is verified until another one takes a try, or it is used.
    pub last_try: Option<usize>,
    pub progress: Vec<Progress>,
    /// What the winner was told last.
    pub told: Told,
    /// How the question had ended when the device was blocked, if it was: no property of the service, only of this account.
    pub at_block: Option<Option<Ending>>,
    /// The same for the lock of the session.
    pub at_lock: Option<Option<Ending>>,
    /// What was met that must never be.
    pub broken: Option<Broken>,
}

/// The item of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    pub digit_tries: u8,
    pub superseded: bool,
    pub ending: Option<Ending>,
    /// Deleted by TTL.
    pub swept: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// By this request.
    Allowed {
        request: usize,
    },
    Refused,
    DigitsWrong,
    NotAnswered,
}

/// How far a request of the phone has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    NotSent,
    /// The code was read, and the time was not over.
    Read {
        digit_tries: u8,
        at: i64,
    },
    /// Its try at the digits was counted, and they were right.
    DigitsRight {
        at: i64,
    },
    /// The PIN was right, and the time was not over when its hash was computed.
    Confirmed {
        at: i64,
    },
    /// It was told this.
    Told(Option<Ending>),
    /// It was refused, and changed nothing: overtaken, wrong digits, blocked or locked.
    Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Told {
    Nothing,
    ToWait,
    Disclosed,
    NotDisclosed,
    /// The holder allowed, and the device was blocked since then.
    Withheld,
    /// There is no such redemption any more.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken {
    /// The winner was told two different ends.
    ToldTwoEnds,
    AllowedTooLate,
    /// More digits were compared than may be.
    ComparedTooOften,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Pass,
    /// answer-scan reads device and code (`Store::device`, `Store::qr_code`), by a clock that is so far off.
    Read {
        request: usize,
        clock: i64,
    },
    /// `Store::take_digit_try`, and for the last wrong pair `Store::refuse_question`.
    TakeDigits {
        request: usize,
    },
    /// `Store::take_pin_try`; the PIN's hash is computed, and the clock is read again.
    Confirm {
        request: usize,
        clock: i64,
    },
    /// `Store::allow_question` arrives; its answer is heard, or lost.
    Allow {
        request: usize,
        heard: bool,
    },
    /// `Store::refuse_question` for a holder who refuses.
    Refuse {
        request: usize,
    },
    /// fetch-redemption reads the code and answers, by a clock that is so far off. If it is over, it writes that down first.
    Fetch {
        clock: i64,
    },
    Block,
    Lock,
    /// `Store::mint` of another code.
    Supersede,
    /// TTL deletes the code, when its winner can no longer ask.
    Sweep,
}

impl Question {
    fn bound(&self) -> i64 {
        let (least, most) = (self.clocks.iter().min(), self.clocks.iter().max());
        most.zip(least).map_or(0, |(most, least)| most - least) + self.under_way
    }

    fn next_instant(&self, state: &State) -> Option<i64> {
        self.instants.iter().copied().find(|instant| *instant > state.now)
    }

    fn add_of_request(&self, state: &State, request: usize, actions: &mut Vec<Action>) {
        let in_time = |at: i64| state.now <= at + self.under_way;
        match (state.progress[request], self.requests[request]) {
            (Progress::NotSent, _) => actions.extend(self.clocks.iter().map(|&clock| Action::Read { request, clock })),
            (Progress::Read { at, .. }, Wish::Refuse) if in_time(at) => actions.push(Action::Refuse { request }),
            (Progress::Read { at, .. }, Wish::Allow { .. }) if in_time(at) => {
                actions.push(Action::TakeDigits { request });
            }
            (Progress::DigitsRight { at }, _) if in_time(at) => {
                actions.extend(self.clocks.iter().map(|&clock| Action::Confirm { request, clock }));
            }
            (Progress::Confirmed { at }, _) if in_time(at) => {
                actions.extend([true, false].map(|heard| Action::Allow { request, heard }));
            }
            _ => {}
        }
    }
}

/// By this clock, whether it is too late to answer.
fn is_over(state: &State, clock: i64) -> bool {
    state.code.superseded || state.now + clock >= TIME_TO_ANSWER
}

impl Model for Question {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            now: 0,
            code: Code { digit_tries: 0, superseded: false, ending: None, swept: false },
            blocked: false,
            session: true,
            last_try: None,
            progress: vec![Progress::NotSent; self.requests.len()],
            told: Told::Nothing,
            at_block: None,
            at_lock: None,
            broken: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if self.next_instant(state).is_some() {
            actions.push(Action::Pass);
        }
        for request in 0..self.requests.len() {
            self.add_of_request(state, request, actions);
        }
        actions.extend(self.clocks.iter().map(|&clock| Action::Fetch { clock }));
        if self.blocks && !state.blocked {
            actions.push(Action::Block);
        }
        if self.locks && state.session {
            actions.push(Action::Lock);
        }
        if self.supersedes && state.session && !state.code.superseded && !state.code.swept {
            actions.push(Action::Supersede);
        }
        let fastest = self.clocks.iter().max().copied().unwrap_or_default();
        if !state.code.swept && state.now + fastest >= KEPT {
            actions.push(Action::Sweep);
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Pass => next.now = self.next_instant(state)?,
            Action::Read { request, clock } => next.progress[request] = next.read(clock),
            Action::TakeDigits { request } => {
                let Wish::Allow { digits_are_right } = self.requests[request] else { return None };
                next.progress[request] = next.take_digits(state.progress[request], digits_are_right);
            }
            Action::Confirm { request, clock } => {
                if state.blocked || state.code.swept {
                    next.progress[request] = Progress::Problem;
                    return Some(next);
                }
                next.last_try = Some(request);
                next.progress[request] = match next.noticed(clock) {
                    None => Progress::Confirmed { at: state.now },
                    Some(ending) => Progress::Told(Some(ending)),
                };
            }
            Action::Allow { request, heard } => {
                let outcome = next.allow(request, state.now >= TIME_TO_ANSWER + self.bound());
                if heard {
                    next.progress[request] = outcome;
                }
            }
            Action::Refuse { request } => {
                next.progress[request] = if state.code.swept {
                    Progress::Problem
                } else {
                    Progress::Told(Some(*next.code.ending.get_or_insert(Ending::Refused)))
                };
            }
            Action::Fetch { clock } => {
                let told = next.fetch(clock);
                next.tell(told);
            }
            Action::Block => {
                (next.blocked, next.session) = (true, false);
                next.at_block = Some(state.code.ending);
            }
            Action::Lock => {
                next.session = false;
                next.at_lock = Some(state.code.ending);
            }
            Action::Supersede => next.code.superseded = true,
            Action::Sweep => next.code.swept = true,
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is met that must never be", |_, state: &State| state.broken.is_none()),
            Property::always("nothing is allowed after a block or a lock", |_, state: &State| {
                [state.at_block, state.at_lock].into_iter().flatten().all(|ending| {
                    !matches!(state.code.ending, Some(Ending::Allowed { .. })) || state.code.ending == ending
                })
            }),
            Property::always(
                "it is disclosed only where the holder typed the clerk's digits",
                |world: &Self, state: &State| {
                    let is_confirmed = match state.code.ending {
                        Some(Ending::Allowed { request }) => {
                            matches!(world.requests[request], Wish::Allow { digits_are_right: true })
                        }
                        _ => false,
                    };
                    state.told != Told::Disclosed || is_confirmed
                },
            ),
            Property::always("an answer that was told counts", |_, state: &State| {
                state.progress.iter().all(|step| match step {
                    Progress::Told(ending) => *ending == state.code.ending,
                    _ => true,
                })
            }),
            // Without these the model would prove nothing.
            Property::sometimes("it is disclosed", |_, state: &State| state.told == Told::Disclosed),
            Property::sometimes("the holder refuses", |_, state: &State| state.code.ending == Some(Ending::Refused)),
            Property::sometimes("nobody answers in time", |_, state: &State| {
                state.code.ending == Some(Ending::NotAnswered)
            }),
            Property::sometimes("wrong digits end it", |_, state: &State| {
                state.code.ending == Some(Ending::DigitsWrong)
            }),
            Property::sometimes("an answer comes after the end, and hears of it", |_, state: &State| {
                state.progress.contains(&Progress::Told(Some(Ending::NotAnswered)))
            }),
            Property::sometimes("a question is swept", |_, state: &State| state.told == Told::Unknown),
            Property::sometimes("a block wins over what was allowed", |_, state: &State| state.told == Told::Withheld),
            Property::sometimes("it is disclosed though the phone did not hear that it allowed", |_, state: &State| {
                state.told == Told::Disclosed
                    && state.progress.iter().any(|step| matches!(step, Progress::Confirmed { .. }))
            }),
        ]
    }
}

impl State {
    fn break_if(&mut self, is_broken: bool, how: Broken) {
        if is_broken {
            self.broken = Some(how);
        }
    }

    /// The question's end, if it is over by this clock: who notices writes it down (`Store::refuse_question`).
    fn noticed(&mut self, clock: i64) -> Option<Ending> {
        if self.code.ending.is_none() && is_over(self, clock) {
            self.code.ending = Some(Ending::NotAnswered);
        }
        self.code.ending
    }

    fn read(&mut self, clock: i64) -> Progress {
        // The session has ended, or the device's newest code is another one, or none.
        if !self.session || self.code.superseded || self.code.swept {
            return Progress::Problem;
        }
        match self.noticed(clock) {
            None => Progress::Read { digit_tries: self.code.digit_tries, at: self.now },
            Some(ending) => Progress::Told(Some(ending)),
        }
    }

    /// The try is counted, if no other was since the code was read; then the digits are compared.
    fn take_digits(&mut self, read: Progress, are_right: bool) -> Progress {
        let Progress::Read { digit_tries, .. } = read else { return read };
        let has_changed = self.code.swept || self.code.ending.is_some() || self.code.digit_tries != digit_tries;
        if digit_tries == DIGIT_TRIES || has_changed {
            return Progress::Problem;
        }
        self.code.digit_tries += 1;
        self.break_if(self.code.digit_tries > DIGIT_TRIES, Broken::ComparedTooOften);
        if are_right {
            return Progress::DigitsRight { at: self.now };
        }
        if self.code.digit_tries == DIGIT_TRIES {
            self.code.ending = Some(Ending::DigitsWrong);
        }
        Progress::Problem
    }

    /// The transaction: the question has not ended, the code is the newest, the device active, in its session, and its PIN's last try
    /// that of this request.
    fn allow(&mut self, request: usize, is_too_late: bool) -> Progress {
        if self.code.swept {
            return Progress::Problem;
        }
        if let Some(ending) = self.code.ending {
            return Progress::Told(Some(ending));
        }
        if self.code.superseded || self.blocked || !self.session || self.last_try != Some(request) {
            return Progress::Problem;
        }
        self.break_if(is_too_late, Broken::AllowedTooLate);
        let ending = Ending::Allowed { request };
        (self.code.ending, self.last_try) = (Some(ending), None);
        Progress::Told(Some(ending))
    }

    fn fetch(&mut self, clock: i64) -> Told {
        if self.code.swept || self.now + clock >= KEPT {
            return Told::Unknown;
        }
        match self.noticed(clock) {
            None => Told::ToWait,
            Some(Ending::Allowed { .. }) if self.blocked => Told::Withheld,
            Some(Ending::Allowed { .. }) => Told::Disclosed,
            Some(_) => Told::NotDisclosed,
        }
    }

    fn tell(&mut self, told: Told) {
        let are_two = matches!(
            (self.told, told),
            (Told::NotDisclosed, Told::Disclosed | Told::Withheld | Told::ToWait)
                | (Told::Disclosed, Told::NotDisclosed | Told::ToWait)
                | (Told::Withheld, Told::Disclosed | Told::NotDisclosed | Told::ToWait)
        );
        self.break_if(are_two, Broken::ToldTwoEnds);
        self.told = told;
    }
}
