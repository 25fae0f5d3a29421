//! Imports into files for DynamoDB's own import from S3.

use super::super::super::bulk::Folder;
use super::*;

/// The items in the files of a folder.
fn items(folder: &std::path::Path) -> Vec<serde_json::Value> {
    let mut items = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        assert!(file.file_name().to_string_lossy().ends_with(".json.gz"));
        let mut text = String::new();
        let mut decoder = flate2::read::GzDecoder::new(std::fs::File::open(file.path()).unwrap());
        std::io::Read::read_to_string(&mut decoder, &mut text).unwrap();
        items.extend(text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["Item"].take()));
    }
    items
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_for_s3_have_the_items_that_an_import_would_write() {
    let registry = Registry::new("files").await;
    let file = registry.synthetic("residents.jsonl", 300);
    let folder = registry.folder.join("s3");
    let import = Import { target: Target::Files(Folder::new(folder.clone())), ..registry.import_of(&file) };
    let summary = import.clone().run(Arc::default()).await.unwrap();
    assert_eq!((summary.rows, summary.changed, summary.refused), (300, 300, 0));
    let items = items(&folder);
    assert_eq!(items.len(), 300);
    let items = serde_json::from_value(items.into()).unwrap();
    registry.engine.import_items(TABLE, items, dynoxide::ImportOptions::default()).unwrap();
    let again = registry.import(&file, false).await.unwrap();
    assert_eq!((again.changed, again.unchanged), (0, 300), "the table has what the import would write");
    let refused = import.run(Arc::default()).await.unwrap_err().to_string();
    assert!(refused.contains("exists already"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_resident_who_is_in_the_file_twice_the_files_have_the_last_row() {
    let registry = Registry::new("twice").await;
    let file = registry.synthetic("residents.jsonl", 60);
    let (rows, changed) = changed(&file, 2, |row| row["occupation"] = "PENSIUNAN SEKARANG".into());
    let unchanged = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{unchanged}{}\n", changed.join("\n"))).unwrap();
    let folder = registry.folder.join("s3");
    let target = Target::Files(Folder::new(folder.clone()));
    for dry_run in [true, false] {
        let import = Import { target: target.clone(), dry_run, ..registry.import_of(&file) };
        let summary = import.run(Arc::default()).await.unwrap();
        assert_eq!((summary.rows, summary.changed, summary.repeated), (62, 60, 2));
        assert_eq!(
            std::fs::read_dir(&registry.folder).unwrap().count(),
            if dry_run { 2 } else { 3 },
            "file, report, folder"
        );
    }
    assert_eq!(items(&folder).len(), rows.len());
    let now_retired = |item: &&serde_json::Value| item["occupation"]["S"] == "PENSIUNAN SEKARANG";
    assert_eq!(items(&folder).iter().filter(now_retired).count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_leaves_no_folder() {
    let registry = Registry::new("no-folder").await;
    let file = registry.synthetic("residents.jsonl.gz", 300);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 200]).unwrap();
    let folder = Folder::new(registry.folder.join("s3"));
    let import = Import { target: Target::Files(folder), ..registry.import_of(&file) };
    import.run(Arc::default()).await.unwrap_err();
    assert_eq!(std::fs::read_dir(&registry.folder).unwrap().count(), 2, "file and report");
}
