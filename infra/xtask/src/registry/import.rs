//! The import: every row of a file is checked, compared with the table and written where it differs.
//!
//! Memory depends on neither the file nor the table. An import that was interrupted is run again: what is in the table
//! already costs a read and no write.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::family_cards::FamilyCards;
use super::file;
use super::lanes::{self, Done, Lanes, Way};
use super::refusals::Report;
use super::regions::Regions;
use super::rows::Rows;
use super::rules::Rules;
use super::table::Table;

/// An import to be made.
pub struct Import {
    pub file: PathBuf,
    /// Where refused rows are reported.
    pub report: PathBuf,
    pub table: Table,
    pub regions: Regions,
    pub way: Way,
    /// Batches on their way to the table at the same time.
    pub concurrency: usize,
    pub now: Timestamp,
    pub progress: ProgressBar,
}

/// How an import ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub rows: u64,
    pub written: u64,
    pub unchanged: u64,
    pub refused: u64,
    /// Rows of which a later one close by had the same NIK.
    pub replaced: u64,
    /// Whether it was asked to end before the file's end.
    pub interrupted: bool,
}

impl Import {
    /// Imports until the file ends or `stop` is set; what was read until then is in the table.
    ///
    /// Fails when the file is damaged (the rows before the damage are imported), the report cannot be written, or the
    /// table does not take rows any more.
    pub async fn run(self, stop: Arc<AtomicBool>) -> Result<Summary> {
        let done = Arc::<Done>::default();
        let (lanes, mut writers) = lanes::open(self.concurrency, &self.table, self.way, &done);
        let progress = self.progress.clone();
        let reading = tokio::task::spawn_blocking(move || self.read(lanes, &stop));
        let mut written = Ok(());
        while let Some(ended) = writers.join_next().await {
            // A lane that has failed is closed, which ends the reading, and so the other lanes.
            written = written.and(ended.context("a lane has broken").and_then(|ended| ended));
        }
        let read = reading.await.context("the reading has broken")?;
        progress.finish_and_clear();
        written?;
        let mut summary = read?;
        summary.written = done.written.load(Ordering::Relaxed);
        summary.unchanged = done.unchanged.load(Ordering::Relaxed);
        summary.replaced = done.replaced.load(Ordering::Relaxed);
        Ok(summary)
    }

    /// Reads and checks row by row; good ones go on their lanes, bad ones into the report.
    fn read(self, mut lanes: Lanes, stop: &AtomicBool) -> Result<Summary> {
        let mut report = Report::create(&self.report, &self.file)?;
        self.watch_file();
        let (format, text) = file::open(&self.file, |file| Box::new(self.progress.wrap_read(file)))?;
        let rules = Rules::new(self.regions, self.now);
        let (mut cards, mut summary) = (FamilyCards::default(), Summary::default());
        let mut damage = Ok(());
        for row in Rows::new(format, text)? {
            if stop.load(Ordering::Relaxed) {
                summary.interrupted = true;
                break;
            }
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    damage = Err(error);
                    break;
                }
            };
            summary.rows += 1;
            tell(&self.progress, &summary);
            let checked = row.read.and_then(|resident| {
                let mut flaws = rules.flaws(&resident);
                flaws.extend(cards.flaw(&resident));
                if flaws.is_empty() { Ok(resident) } else { Err(flaws) }
            });
            match checked {
                Ok(resident) => lanes.send(resident)?,
                Err(flaws) => {
                    summary.refused += 1;
                    report.refuse(row.line, &flaws)?;
                }
            }
        }
        lanes.finish()?;
        report.finish()?;
        damage.with_context(|| {
            format!("{} is damaged; its {} rows before are read", self.file.display(), summary.rows)
        })?;
        Ok(summary)
    }

    /// Sets the bar up: its length is the file's.
    fn watch_file(&self) {
        self.progress.set_length(std::fs::metadata(&self.file).map_or(0, |metadata| metadata.len()));
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}  {eta} left");
        self.progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    }
}

/// Tells how many rows there were, and how many a second.
fn tell(progress: &ProgressBar, summary: &Summary) {
    if summary.rows.is_multiple_of(500) {
        let milliseconds = u64::try_from(progress.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = summary.rows.saturating_mul(1_000) / milliseconds;
        progress.set_message(format!("{} rows, {rate} a second, {} refused", summary.rows, summary.refused));
    }
}
