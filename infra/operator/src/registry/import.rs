//! The import: every row of a file is checked and compared with the table, and then written where it differs.
//!
//! The file is read twice: first to look, then to write. So an import that is refused has written nothing, and what is
//! written is what was looked at. Memory does not depend on the table, and holds a digest for each mebibyte of the file. An
//! interrupted import is run again: what is already in the table costs a read and no write.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::family_cards::FamilyCards;
use super::file;
use super::lanes::{self, Counts, Lanes, Pass, Target, Way};
use super::regions::Regions;
use super::repeats::Repeats;
use super::report::Report;
use super::rows::Rows;
use super::rules::Rules;
use super::sheet::mapping::Mapping;
use super::source::Source;

/// An import to be made.
#[derive(Clone)]
pub struct Import {
    pub file: PathBuf,
    /// What the file's columns and values are called, if not as in the format.
    pub mapping: Option<Mapping>,
    /// Where refused and doubtful rows are reported.
    pub report: PathBuf,
    pub target: Target,
    pub regions: Regions,
    /// The municipality whose residents can have a digital identity here, as `35.77`.
    pub municipality: String,
    /// Only look.
    pub dry_run: bool,
    /// Also write rows that the table already holds.
    pub rewrite: bool,
    /// The largest share of the residents, in percent, whom an import may take the digital identity away from; any share
    /// where there is none.
    pub max_taken_away: Option<f64>,
    /// Batches on their way to the table at the same time.
    pub concurrency: usize,
    pub now: Timestamp,
    pub progress: ProgressBar,
}

/// How an import ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub rows: u64,
    /// Rows that were new or different, and so were written, or would be.
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
    /// Rows that were not refused, and are doubtful.
    pub doubtful: u64,
    /// Rows that gave way to a later one with the same NIK: in files, all of them; in a table, those close by.
    pub repeated: u64,
    /// Of the lines that files have, or would have, before compression.
    pub bytes: u64,
    pub taken_away: TakenAway,
    /// The pass in which it was asked to end before the file's end, if it was.
    pub interrupted: Option<Pass>,
}

/// What the first reading found.
struct Looked {
    summary: Summary,
    repeats: Repeats,
}

/// Residents whom an import takes the digital identity away from: they become deceased or not recorded, or move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenAway {
    pub residents: u64,
    /// Residents in the table.
    pub of: u64,
}

impl TakenAway {
    #[expect(clippy::cast_precision_loss, reason = "a share in percent, of fewer residents than 2 to the power of 52")]
    pub fn percent(self) -> f64 {
        if self.residents == 0 { 0.0 } else { 100.0 * self.residents as f64 / self.of.max(self.residents) as f64 }
    }
}

impl fmt::Display for TakenAway {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { residents, of } = self;
        write!(formatter, "{:.2} % of the residents ({residents} of {of})", self.percent())
    }
}

impl Import {
    /// Looks, and then imports until the file ends or `stop` is set; what the second pass read by then is in the table.
    ///
    /// Writes nothing when the table cannot be used, the file is damaged, the report cannot be written, or too many residents
    /// would lose the digital identity. Fails half-way when the file changes, or the table takes no more rows.
    pub async fn run(self, stop: Arc<AtomicBool>) -> Result<Summary> {
        let source = Source::open(&self.file)?;
        let Target::Files(folder) = &self.target else { return self.look_and_write(&source, &stop).await };
        folder.create()?;
        let done = self.look_and_write(&source, &stop).await;
        if !self.dry_run && done.as_ref().is_ok_and(|summary| summary.interrupted.is_none()) {
            folder.finish()?;
        }
        folder.remove_if_empty();
        done
    }

    async fn look_and_write(&self, source: &Source, stop: &Arc<AtomicBool>) -> Result<Summary> {
        let looked = self.look(source, stop).await?;
        if self.dry_run || looked.summary.interrupted.is_some() {
            return Ok(looked.summary);
        }
        self.write(source, looked, stop).await
    }

    /// Counts the table first: one that is missing, or may not be read, is noticed before a large file is read.
    async fn look(&self, source: &Source, stop: &Arc<AtomicBool>) -> Result<Looked> {
        let (residents, repeats) = match &self.target {
            Target::Table(table) => (table.residents().await?, Repeats::Unasked),
            Target::Files(folder) => (0, Repeats::gather(folder.place_of("numbers"))?),
        };
        let mut looked = self.pass(Pass::Look, source, stop, repeats).await?;
        // The index that is counted may be a moment behind.
        let taken_away = &mut looked.summary.taken_away;
        taken_away.of = taken_away.of.max(residents);
        if looked.summary.interrupted.is_none() {
            self.ensure_few_lose(looked.summary.taken_away)?;
        }
        Ok(looked)
    }

    async fn write(&self, source: &Source, looked: Looked, stop: &Arc<AtomicBool>) -> Result<Summary> {
        let file = self.file.display();
        let is_unchanged = source.is_unchanged().with_context(|| format!("{file} cannot be read"))?;
        ensure!(
            is_unchanged,
            "{file} was changed while the import looked at it. Nothing was written: run the import again."
        );
        let written = self.pass(Pass::Write, source, stop, looked.repeats).await?.summary;
        Ok(Summary { taken_away: looked.summary.taken_away, ..written })
    }

    fn ensure_few_lose(&self, taken_away: TakenAway) -> Result<()> {
        let Some(max) = self.max_taken_away else { return Ok(()) };
        ensure!(
            taken_away.percent() <= max,
            "{taken_away} would become deceased, not recorded, or residents of another municipality. More than {max} % is \
             refused, and nothing was written. If the file is right, give --allow-mass-change (docs/registry.md)."
        );
        Ok(())
    }

    /// Goes through the file once.
    async fn pass(&self, pass: Pass, source: &Source, stop: &Arc<AtomicBool>, repeats: Repeats) -> Result<Looked> {
        let counts = Arc::<Counts>::default();
        let way = Way { pass, rewrite: self.rewrite, municipality: self.municipality.clone() };
        let (lanes, mut workers) = lanes::open(self.concurrency, &self.target, &way, &counts);
        let (import, source, stop) = (self.clone(), source.clone(), stop.clone());
        let reading = tokio::task::spawn_blocking(move || import.send_rows(pass, &source, lanes, repeats, &stop));
        let mut lanes_ended = Ok(());
        while let Some(ended) = workers.join_next().await {
            // A lane that has failed is closed, which ends the reading, and so the other lanes.
            lanes_ended = lanes_ended.and(ended.context("a lane has broken").and_then(|ended| ended));
        }
        let sent = reading.await.context("the reading has broken")?;
        self.progress.finish_and_clear();
        lanes_ended?;
        let Looked { summary: sent, repeats } = sent?;
        let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
        // Only once all are read, the first pass knows which rows give way.
        let counted_too_early = if pass == Pass::Look { sent.repeated } else { 0 };
        let summary = Summary {
            changed: count(&counts.changed) - counted_too_early,
            unchanged: count(&counts.unchanged),
            repeated: count(&counts.repeated) + sent.repeated,
            bytes: count(&counts.bytes),
            taken_away: TakenAway { residents: count(&counts.taken_away), of: count(&counts.known) },
            ..sent
        };
        Ok(Looked { summary, repeats })
    }

    /// Reads and checks row by row; good ones go on their lanes, bad ones into the report.
    fn send_rows(
        self,
        pass: Pass,
        source: &Source,
        mut lanes: Lanes,
        mut repeats: Repeats,
        stop: &AtomicBool,
    ) -> Result<Looked> {
        let mut report = Report::create(&self.report, &self.file)?;
        self.watch(source);
        let bytes = source.read(pass).with_context(|| format!("{} cannot be read", self.file.display()))?;
        let (format, text) = file::open(&self.file, Box::new(self.progress.wrap_read(bytes)))?;
        let rules = Rules::new(self.regions, self.now);
        let (mut cards, mut summary) = (FamilyCards::default(), Summary::default());
        let mut damage = Ok(());
        for row in Rows::new(format, text, self.mapping)? {
            if stop.load(Ordering::Relaxed) {
                summary.interrupted = Some(pass);
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
                flaws.extend(cards.add(&resident));
                if flaws.is_empty() { Ok(resident) } else { Err(flaws) }
            });
            match checked {
                Ok(resident) => {
                    let doubts = rules.doubts(&resident);
                    summary.doubtful += u64::from(!doubts.is_empty());
                    report.warn(row.line, &doubts)?;
                    if repeats.gives_way(&resident.nik)? {
                        summary.repeated += 1;
                    } else {
                        lanes.send(resident)?;
                    }
                }
                Err(flaws) => {
                    summary.refused += 1;
                    report.refuse(row.line, &flaws)?;
                }
            }
        }
        lanes.finish()?;
        report.finish()?;
        damage.with_context(|| {
            let (file, rows) = (self.file.display(), summary.rows);
            match pass {
                Pass::Look => format!("{file} is damaged after its first {rows} rows"),
                Pass::Write => format!("only the first {rows} rows of {file} were imported: run the import again"),
            }
        })?;
        let (repeats, give_way) = repeats.compared()?;
        summary.repeated += give_way;
        Ok(Looked { summary, repeats })
    }

    /// Sets up the bar: its length is the file's.
    fn watch(&self, source: &Source) {
        self.progress.reset();
        self.progress.set_length(source.length());
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}  {eta} left");
        self.progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    }
}

/// Says how many rows there were, and how many a second.
fn tell(progress: &ProgressBar, summary: &Summary) {
    if summary.rows.is_multiple_of(500) {
        let milliseconds = u64::try_from(progress.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = summary.rows.saturating_mul(1_000) / milliseconds;
        progress.set_message(format!("{} rows, {rate} a second, {} refused", summary.rows, summary.refused));
    }
}

#[cfg(test)]
mod tests;
