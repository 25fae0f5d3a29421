//! The import: every row of a file is checked, compared with the table and written where it differs.
//!
//! Memory depends on neither the file nor the table. An interrupted import is run again: what is already in the table
//! costs a read and no write.

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
    /// Rows replaced by a later one close by with the same NIK.
    pub replaced: u64,
    /// Whether it was asked to end before the file's end.
    pub interrupted: bool,
}

impl Import {
    /// Imports until the file ends or `stop` is set; what was read by then is in the table.
    ///
    /// Fails when the file is damaged (the rows before the damage are imported), the report cannot be written, or the
    /// table takes no more rows.
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

    /// Sets up the bar: its length is the file's.
    fn watch_file(&self) {
        self.progress.set_length(std::fs::metadata(&self.file).map_or(0, |metadata| metadata.len()));
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
mod tests {
    use super::super::Backoff;
    use super::super::synthesise;
    use super::*;
    use crate::aws::sdk_config;

    const TABLE: &str = "ikd-local-residents";

    /// A served registry of its own, and a folder for files.
    struct Registry {
        folder: PathBuf,
        table: Table,
        engine: dynoxide::Database,
    }

    impl Registry {
        async fn new(name: &str) -> Self {
            let engine = dynoxide::Database::memory().unwrap();
            let create = serde_json::json!({
                "TableName": TABLE,
                "AttributeDefinitions": [
                    { "AttributeName": "nik", "AttributeType": "S" },
                    { "AttributeName": "family_card_number", "AttributeType": "S" },
                ],
                "KeySchema": [{ "AttributeName": "nik", "KeyType": "HASH" }],
                "GlobalSecondaryIndexes": [{
                    "IndexName": "by_family_card",
                    "KeySchema": [{ "AttributeName": "family_card_number", "KeyType": "HASH" }],
                    "Projection": { "ProjectionType": "KEYS_ONLY" },
                }],
                "BillingMode": "PAY_PER_REQUEST",
            });
            engine.create_table(serde_json::from_value(create).unwrap()).unwrap();
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let config = sdk_config(&format!("http://{}", listener.local_addr().unwrap()));
            tokio::spawn(dynoxide::server::serve_with_shutdown(listener, engine.clone(), std::future::pending()));
            let table = Table {
                client: aws_sdk_dynamodb::Client::new(&config),
                name: TABLE.to_owned(),
                backoff: Backoff::default(),
            };
            let folder = std::env::temp_dir().join(format!("ikd-import-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            Self { folder, table, engine }
        }

        fn synthetic(&self, name: &str, number: usize) -> PathBuf {
            let file = self.folder.join(name);
            synthesise::write(number, 7, Some(&file), &ProgressBar::hidden()).unwrap();
            file
        }

        async fn import(&self, file: &std::path::Path, dry_run: bool) -> Result<Summary> {
            let import = Import {
                file: file.to_owned(),
                report: self.folder.join("report"),
                table: self.table.clone(),
                regions: Regions::read().unwrap(),
                way: Way { dry_run, rewrite: false },
                concurrency: 4,
                now: "2026-11-24T00:00:00Z".parse().unwrap(),
                progress: ProgressBar::hidden(),
            };
            import.run(Arc::default()).await
        }

        fn rows(&self) -> usize {
            let scan = serde_json::json!({ "TableName": self.table.name, "Select": "COUNT" });
            let found = self.engine.scan(serde_json::from_value(scan).unwrap()).unwrap();
            usize::try_from(serde_json::to_value(found).unwrap()["Count"].as_u64().unwrap()).unwrap()
        }
    }

    impl Drop for Registry {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn synthetic_residents_are_imported_whole_and_a_second_time_cost_no_write() {
        let registry = Registry::new("whole").await;
        for name in ["residents.csv", "residents.jsonl.gz"] {
            let file = registry.synthetic(name, 300);
            let first = registry.import(&file, false).await.unwrap();
            assert_eq!((first.rows, first.refused), (300, 0), "{name}");
            let again = registry.import(&file, false).await.unwrap();
            assert_eq!((again.written, again.unchanged), (0, 300), "{name}");
        }
        assert_eq!(registry.rows(), 300);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_dry_run_counts_what_would_be_written_and_writes_nothing() {
        let registry = Registry::new("dry").await;
        let file = registry.synthetic("residents.csv", 60);
        assert_eq!(registry.import(&file, true).await.unwrap().written, 60);
        assert_eq!(registry.rows(), 0);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_row_of_no_district_is_refused_by_line_and_reason_and_the_others_are_imported() {
        let registry = Registry::new("refused").await;
        let file = registry.synthetic("residents.jsonl", 60);
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let nik = lines[2]["nik"].as_str().unwrap().to_owned();
        lines[2]["nik"] = serde_json::json!(format!("999999{}", &nik[6..]));
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        let summary = registry.import(&file, false).await.unwrap();
        assert_eq!((summary.rows, summary.written, summary.refused), (60, 59, 1));
        let report = std::fs::read_to_string(registry.folder.join("report")).unwrap();
        assert!(report.contains('3') && report.contains("nik"), "{report}");
        assert!(!report.contains(&nik[6..]), "the report repeats no value");
    }
}
