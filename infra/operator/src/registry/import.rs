//! The import: every row of a file is checked and compared with the table, and then written where it differs.
//!
//! The file is read twice: first to look, then to write. So an import that is refused has written nothing. Memory depends
//! on neither the file nor the table. An interrupted import is run again: what is already in the table costs a read and no
//! write.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::family_cards::FamilyCards;
use super::file;
use super::lanes::{self, Counts, Lanes, Pass, Way};
use super::refusals::Report;
use super::regions::Regions;
use super::rows::Rows;
use super::rules::Rules;
use super::table::Table;

/// An import to be made.
#[derive(Clone)]
pub struct Import {
    pub file: PathBuf,
    /// Where refused rows are reported.
    pub report: PathBuf,
    pub table: Table,
    pub regions: Regions,
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
    /// Rows that gave way to a later one close by with the same NIK.
    pub repeated: u64,
    pub taken_away: TakenAway,
    /// Whether it was asked to end before the file's end.
    pub interrupted: bool,
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
    /// Looks, and then imports until the file ends or `stop` is set; what was read by then is in the table.
    ///
    /// Writes nothing when the file is damaged, the report cannot be written, or too many residents would lose the digital
    /// identity. Fails half-way when the table takes no more rows.
    pub async fn run(self, stop: Arc<AtomicBool>) -> Result<Summary> {
        let file =
            std::fs::metadata(&self.file).with_context(|| format!("{} cannot be opened", self.file.display()))?;
        ensure!(file.is_file(), "{} is not a file that can be read twice.", self.file.display());
        let mut looked = self.pass(Pass::Look, &stop).await?;
        looked.taken_away.of = looked.taken_away.of.max(self.table.approximate_rows().await?);
        if looked.interrupted {
            return Ok(looked);
        }
        self.ensure_few_lose(looked.taken_away)?;
        if self.dry_run {
            return Ok(looked);
        }
        let written = self.pass(Pass::Write, &stop).await?;
        Ok(Summary { taken_away: looked.taken_away, ..written })
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
    async fn pass(&self, pass: Pass, stop: &Arc<AtomicBool>) -> Result<Summary> {
        let counts = Arc::<Counts>::default();
        let way = Way { pass, rewrite: self.rewrite };
        let (lanes, mut workers) = lanes::open(self.concurrency, &self.table, way, &counts);
        let (import, stop) = (self.clone(), stop.clone());
        let reading = tokio::task::spawn_blocking(move || import.send_rows(lanes, &stop));
        let mut lanes_ended = Ok(());
        while let Some(ended) = workers.join_next().await {
            // A lane that has failed is closed, which ends the reading, and so the other lanes.
            lanes_ended = lanes_ended.and(ended.context("a lane has broken").and_then(|ended| ended));
        }
        let sent = reading.await.context("the reading has broken")?;
        self.progress.finish_and_clear();
        lanes_ended?;
        let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
        Ok(Summary {
            changed: count(&counts.changed),
            unchanged: count(&counts.unchanged),
            repeated: count(&counts.repeated),
            taken_away: TakenAway { residents: count(&counts.taken_away), of: count(&counts.known) },
            ..sent?
        })
    }

    /// Reads and checks row by row; good ones go on their lanes, bad ones into the report.
    fn send_rows(self, mut lanes: Lanes, stop: &AtomicBool) -> Result<Summary> {
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
                flaws.extend(cards.add(&resident));
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
        damage.with_context(|| format!("{} is damaged after its first {} rows", self.file.display(), summary.rows))?;
        Ok(summary)
    }

    /// Sets up the bar: its length is the file's.
    fn watch_file(&self) {
        self.progress.reset();
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
            let table = Table { client: aws_sdk_dynamodb::Client::new(&config), name: TABLE.to_owned() };
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
            self.import_within(file, dry_run, Some(1.0)).await
        }

        async fn import_within(
            &self,
            file: &std::path::Path,
            dry_run: bool,
            max_taken_away: Option<f64>,
        ) -> Result<Summary> {
            let import = Import {
                file: file.to_owned(),
                report: self.folder.join("report"),
                table: self.table.clone(),
                regions: Regions::read().unwrap(),
                dry_run,
                rewrite: false,
                max_taken_away,
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
            assert_eq!((again.changed, again.unchanged), (0, 300), "{name}");
        }
        assert_eq!(registry.rows(), 300);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_dry_run_counts_what_would_be_written_and_writes_nothing() {
        let registry = Registry::new("dry").await;
        let file = registry.synthetic("residents.csv", 60);
        assert_eq!(registry.import(&file, true).await.unwrap().changed, 60);
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
        assert_eq!((summary.rows, summary.changed, summary.refused), (60, 59, 1));
        let report = std::fs::read_to_string(registry.folder.join("report")).unwrap();
        assert!(report.contains('3') && report.contains("nik"), "{report}");
        assert!(!report.contains(&nik[6..]), "the report repeats no value");
    }

    /// The rows of a file of JSON Lines, with a change to the first ones of people who can lose the digital identity; and
    /// the changed rows alone.
    fn changed(
        file: &std::path::Path,
        rows: usize,
        change: impl Fn(&mut serde_json::Value),
    ) -> (Vec<String>, Vec<String>) {
        let text = std::fs::read_to_string(file).unwrap();
        let (mut all, mut of_these) = (Vec::new(), Vec::new());
        for line in text.lines() {
            let mut row: serde_json::Value = serde_json::from_str(line).unwrap();
            if row["deceased"] == false && row["recorded"] == true && of_these.len() < rows {
                change(&mut row);
                of_these.push(row.to_string());
            }
            all.push(row.to_string());
        }
        assert_eq!(of_these.len(), rows);
        (all, of_these)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_import_that_takes_the_identity_away_from_many_writes_nothing_unless_that_is_allowed() {
        let changes: [fn(&mut serde_json::Value); 3] = [
            |row| row["deceased"] = true.into(),
            |row| row["recorded"] = false.into(),
            |row| row["municipality"] = "35.78".into(),
        ];
        for (number, of_row) in changes.into_iter().enumerate() {
            let registry = Registry::new(&format!("mass-{number}")).await;
            let file = registry.synthetic("residents.jsonl", 200);
            registry.import(&file, false).await.unwrap();
            let with = |rows: usize| {
                let name = registry.folder.join(format!("{rows}.jsonl"));
                std::fs::write(&name, changed(&file, rows, of_row).0.join("\n")).unwrap();
                name
            };
            let summary = registry.import(&with(2), true).await.unwrap();
            assert_eq!(summary.taken_away, TakenAway { residents: 2, of: 200 }, "one in a hundred is allowed");

            let file = with(3);
            for dry_run in [true, false] {
                let refused = registry.import(&file, dry_run).await.unwrap_err().to_string();
                assert!(refused.starts_with("1.50 % of the residents (3 of 200) would"), "{refused}");
            }
            let unchanged = registry.import_within(&file, true, None).await.unwrap();
            assert_eq!(unchanged.changed, 3, "nothing was half-written");
            let summary = registry.import_within(&file, false, None).await.unwrap();
            assert_eq!((summary.changed, summary.taken_away.residents), (3, 3));
            let again = registry.import(&file, false).await.unwrap();
            assert_eq!((again.changed, again.taken_away.residents), (0, 0), "it has happened");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_small_file_of_deaths_is_compared_with_the_whole_table() {
        let registry = Registry::new("deaths").await;
        let file = registry.synthetic("residents.jsonl", 300);
        registry.import(&file, false).await.unwrap();
        let (_, deaths) = changed(&file, 2, |row| row["deceased"] = true.into());
        std::fs::write(&file, deaths.join("\n")).unwrap();
        let summary = registry.import(&file, false).await.unwrap();
        assert_eq!((summary.changed, summary.taken_away), (2, TakenAway { residents: 2, of: 300 }));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_damaged_file_writes_nothing() {
        let registry = Registry::new("damaged").await;
        let file = registry.synthetic("residents.jsonl.gz", 300);
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() - 200]).unwrap();
        registry.import(&file, false).await.unwrap_err();
        assert_eq!(registry.rows(), 0);
    }
}
