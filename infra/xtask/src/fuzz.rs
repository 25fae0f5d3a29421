//! Coverage-guided fuzzing of the parsers, for a bounded time (package `fuzz` in tests/fuzz).

use std::path::Path;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::tools::Tools;

/// Fuzzes each target for so many seconds, or the named one; a finding ends it and stays in `tests/fuzz/artifacts`.
pub async fn run(only: Option<&str>, seconds: u32) -> Result<()> {
    let root = crate::root();
    let folder = root.join("tests/fuzz");
    let cargo_fuzz = Tools::new(&root).cargo_fuzz().await?;
    for target in targets(&folder)? {
        if only.is_some_and(|only| only != target) {
            continue;
        }
        let (corpus, seeds) = (folder.join("corpus").join(&target), folder.join("seeds").join(&target));
        std::fs::create_dir_all(&corpus)?;
        println!("== {target}, {seconds} seconds");
        // Without a sanitizer: we have no unsafe code to watch, and a stable compiler is enough.
        let status = Command::new(&cargo_fuzz)
            .args(["fuzz", "run", "--fuzz-dir"])
            .arg(&folder)
            .args(["--sanitizer", "none", "--features", "fuzzing", &target])
            .args([corpus, seeds])
            .args(["--", &format!("-max_total_time={seconds}"), "-timeout=5", "-rss_limit_mb=512"])
            .current_dir(&folder)
            // What is deployed is small; what is fuzzed is fast, and tells where it failed.
            .envs([
                ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3"),
                ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
                ("CARGO_PROFILE_RELEASE_DEBUG", "line-tables-only"),
                ("CARGO_PROFILE_RELEASE_STRIP", "none"),
            ])
            .status()
            .await?;
        ensure!(status.success(), "{target} has found something; it lies in tests/fuzz/artifacts/{target}.");
    }
    Ok(())
}

/// The targets are the programs of the package `fuzz`.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let mut targets: Vec<String> = std::fs::read_dir(folder.join("fuzz_targets"))?
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
        .collect();
    targets.sort();
    targets.first().context("there is nothing to fuzz")?;
    Ok(targets)
}
