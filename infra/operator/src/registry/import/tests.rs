//! Imports into a registry that is served for the test.

use super::super::synthesise;
use super::super::table::Table;
use super::*;
use crate::aws::sdk_config;

mod files;
mod regions;

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
        let import = Import { dry_run, max_taken_away, ..self.import_of(file) };
        import.run(Arc::default()).await
    }

    fn import_of(&self, file: &std::path::Path) -> Import {
        Import {
            file: file.to_owned(),
            mapping: None,
            report: self.folder.join("report"),
            target: Target::Table(self.table.clone()),
            regions: Regions::read().unwrap(),
            municipality: "35.77".to_owned(),
            dry_run: false,
            rewrite: false,
            max_taken_away: Some(1.0),
            concurrency: 4,
            now: "2026-11-24T00:00:00Z".parse().unwrap(),
            progress: ProgressBar::hidden(),
        }
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
async fn a_file_that_says_nothing_for_the_cards_is_imported_all_the_same() {
    let registry = Registry::new("old").await;
    let (new, old) = (registry.synthetic("new.csv", 60), registry.folder.join("old.csv"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(&new).unwrap();
    let mut writer = csv::Writer::from_path(&old).unwrap();
    for record in reader.records() {
        writer.write_record(record.unwrap().iter().take(24)).unwrap();
    }
    writer.flush().unwrap();
    let summary = registry.import(&old, false).await.unwrap();
    assert_eq!((summary.changed, summary.refused), (60, 0));

    let lines = registry.synthetic("old.jsonl", 60);
    let bare = |line: &str| {
        let mut row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(row.as_object_mut().unwrap().remove("civil_record").is_some());
        row.to_string()
    };
    let text: Vec<String> = std::fs::read_to_string(&lines).unwrap().lines().map(bare).collect();
    std::fs::write(&lines, text.join("\n")).unwrap();
    assert_eq!(registry.import(&lines, false).await.unwrap().unchanged, 60, "JSON Lines say the same");
    assert_eq!(registry.import(&new, false).await.unwrap().changed, 60, "every row says more now");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_their_nik_contradicts_are_imported_with_a_warning() {
    let registry = Registry::new("doubtful").await;
    let file = registry.synthetic("residents.jsonl", 60);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let nik = |row: &serde_json::Value| row["nik"].as_str().unwrap().to_owned();
    let other = |day: &str| if day == "01" { "02" } else { "01" };
    let birthdate = rows[0]["birthdate"].as_str().unwrap().to_owned();
    rows[0]["birthdate"] = format!("{}{}", &birthdate[..8], other(&birthdate[8..])).into();
    // Relations that any gender has.
    rows[1]["relation"] = "other".into();
    rows[1]["gender"] = if rows[1]["gender"] == "female" { "male" } else { "female" }.into();
    rows[2]["nik"] = format!("647301{}", &nik(&rows[2])[6..]).into();
    rows[3]["nik"] = format!("357899{}", &nik(&rows[3])[6..]).into();
    rows[4]["nik"] = format!("540101{}", &nik(&rows[4])[6..]).into();
    let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let summary = registry.import(&file, false).await.unwrap();
    assert_eq!((summary.changed, summary.refused, summary.doubtful), (60, 0, 4));
    let report = std::fs::read_to_string(registry.folder.join("report")).unwrap();
    let listed: Vec<String> =
        report.lines().map(|line| line.split(',').take(3).collect::<Vec<_>>().join(",")).collect();
    let expected = ["line,outcome,field", "1,warning,birthdate", "2,warning,gender", "4,warning,nik", "5,warning,nik"];
    assert_eq!(listed, expected, "Tarakan (line 3) has another code today, which is no reason for doubt");
}

/// The rows of a file of JSON Lines, with a change to the first ones of people who can lose the digital identity; and
/// the changed rows alone.
fn changed(file: &std::path::Path, rows: usize, change: impl Fn(&mut serde_json::Value)) -> (Vec<String>, Vec<String>) {
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
async fn an_import_that_puts_a_bad_one_right_needs_no_permission() {
    let changes: [fn(&mut serde_json::Value); 3] = [
        |row| row["deceased"] = true.into(),
        |row| row["recorded"] = false.into(),
        |row| row["municipality"] = "35.78".into(),
    ];
    for (number, of_row) in changes.into_iter().enumerate() {
        let registry = Registry::new(&format!("repair-{number}")).await;
        let right = registry.synthetic("residents.jsonl", 200);
        let wrong = registry.folder.join("wrong.jsonl");
        std::fs::write(&wrong, changed(&right, 60, of_row).0.join("\n")).unwrap();
        registry.import(&right, false).await.unwrap();
        registry.import_within(&wrong, false, None).await.unwrap();
        let repaired = registry.import(&right, false).await.unwrap();
        assert_eq!((repaired.changed, repaired.taken_away.residents), (60, 0), "{number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_had_the_identity_can_lose_it() {
    let registry = Registry::new("lost").await;
    let file = registry.synthetic("residents.jsonl", 200);
    let import = async |of_row: fn(&mut serde_json::Value), max| {
        let name = registry.folder.join("changed.jsonl");
        std::fs::write(&name, changed(&file, 10, of_row).0.join("\n")).unwrap();
        let summary = registry.import_within(&name, false, max).await.unwrap();
        (summary.changed, summary.taken_away.residents)
    };
    let moved: fn(&mut serde_json::Value) = |row| row["municipality"] = "35.78".into();
    registry.import(&file, false).await.unwrap();
    assert_eq!(import(moved, None).await, (10, 10));
    assert_eq!(import(|row| row["municipality"] = "35.19".into(), Some(1.0)).await, (10, 0), "further away");
    let died: fn(&mut serde_json::Value) = |row| {
        row["municipality"] = "35.19".into();
        row["deceased"] = true.into();
    };
    assert_eq!(import(died, Some(1.0)).await, (10, 0), "died elsewhere");
    registry.import(&file, false).await.unwrap();
    let unrecorded: fn(&mut serde_json::Value) = |row| row["recorded"] = false.into();
    assert_eq!(import(unrecorded, None).await, (10, 10));
    let died: fn(&mut serde_json::Value) = |row| {
        row["recorded"] = false.into();
        row["deceased"] = true.into();
    };
    assert_eq!(import(died, None).await, (10, 10), "who is not recorded any more could still use what they had");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_cannot_be_used_is_noticed_before_the_file_is_read() {
    let registry = Registry::new("no-table").await;
    let file = registry.synthetic("residents.csv", 60);
    let mut import = registry.import_of(&file);
    import.target = Target::Table(Table { name: "ikd-local-nothing".to_owned(), ..registry.table.clone() });
    let refused = import.run(Arc::default()).await.unwrap_err().to_string();
    assert_eq!(refused, "ikd-local-nothing cannot be used");
    assert!(!registry.folder.join("report").exists(), "no row was looked at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_import_knows_in_which_pass_it_was_interrupted() {
    let registry = Registry::new("interrupted").await;
    let file = registry.synthetic("residents.csv", 60);
    let asked = Arc::new(AtomicBool::new(true));
    let summary = registry.import_of(&file).run(asked.clone()).await.unwrap();
    assert_eq!((summary.interrupted, registry.rows()), (Some(Pass::Look), 0));

    let import = registry.import_of(&file);
    let source = Source::open(&file).unwrap();
    let looked = import.look(&source, &Arc::default()).await.unwrap();
    let summary = import.write(&source, looked, &asked).await.unwrap();
    assert_eq!((summary.interrupted, summary.changed), (Some(Pass::Write), 0));
}

/// Looks at a file of 300 residents, lets something happen to it, and then writes.
async fn import_around(
    registry: &Registry,
    name: &str,
    happens: impl FnOnce(&std::path::Path),
) -> Result<Summary, String> {
    let file = registry.synthetic(name, 300);
    let import = registry.import_of(&file);
    let source = Source::open(&file).unwrap();
    let looked = import.look(&source, &Arc::default()).await.unwrap();
    assert_eq!(looked.summary.changed, 300);
    happens(&file);
    import.write(&source, looked, &Arc::default()).await.map_err(|error| format!("{error:#}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changes_after_the_look_is_not_written() {
    for name in ["residents.csv", "residents.jsonl.gz"] {
        let registry = Registry::new(&format!("changes-{name}")).await;
        let refused = import_around(&registry, name, |file| {
            let other = synthetic_bytes(&registry, name, 8);
            std::fs::write(file, other).unwrap();
        });
        let refused = refused.await.unwrap_err();
        assert!(refused.contains("was changed while the import looked at it. Nothing was written"), "{refused}");
        assert_eq!(registry.rows(), 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_length_and_time_do_not_show_is_not_written() {
    let registry = Registry::new("hidden").await;
    let refused = import_around(&registry, "residents.jsonl", |file| {
        let changed_at = std::fs::metadata(file).unwrap().modified().unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        std::fs::write(file, text.replace("35.77", "35.78")).unwrap();
        std::fs::File::options().write(true).open(file).unwrap().set_modified(changed_at).unwrap();
    });
    let refused = refused.await.unwrap_err();
    assert!(refused.ends_with("the file is not the same as when the import looked at it"), "{refused}");
    assert_eq!(registry.rows(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_takes_the_name_after_the_look_is_not_the_one_that_is_written() {
    let registry = Registry::new("replaced").await;
    let summary = import_around(&registry, "residents.csv", |file| {
        let other = registry.folder.join("other.csv");
        std::fs::write(&other, synthetic_bytes(&registry, "another.csv", 8)).unwrap();
        std::fs::rename(other, file).unwrap();
    });
    assert_eq!(summary.await.unwrap().changed, 300);
    let again = registry.synthetic("residents.csv", 300);
    assert_eq!(registry.import(&again, false).await.unwrap().unchanged, 300, "what was looked at is in the table");
}

/// A file of other residents, by their seed.
fn synthetic_bytes(registry: &Registry, name: &str, seed: u64) -> Vec<u8> {
    let file = registry.folder.join(format!("seed-{seed}-{name}"));
    synthesise::write(300, seed, Some(&file), &ProgressBar::hidden()).unwrap();
    std::fs::read(&file).unwrap()
}
