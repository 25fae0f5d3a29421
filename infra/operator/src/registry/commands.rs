//! `operator import-residents` and `synthesise-residents`: their arguments, and what they say when done.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use ikd::app::{Clock, SystemClock};
use indicatif::ProgressBar;

use super::bulk::Folder;
use super::import::{Import, Summary};
use super::lanes::{Pass, Target};
use super::report::Report;
use super::sheet::mapping::Mapping;
use super::table::Table;
use super::{Regions, synthesise};
use crate::output::{is_closed_pipe, print_line};
use crate::{Options, StackDescription, aws};

/// What to import, and where.
#[derive(Args)]
pub struct ImportArguments {
    /// CSV or JSON Lines in UTF-8, plain or compressed with gzip: see docs/registry.md.
    file: PathBuf,
    /// A TOML file that says what the columns and values of a CSV file are called: see docs/registry/siak.toml.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Without it, the stack's.
    #[arg(long)]
    table: Option<String>,
    /// Instead of a table, write a new folder of files here for DynamoDB's own import from S3, and compare no table.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["table", "rewrite", "max_taken_away", "allow_mass_change"])]
    to_s3: Option<PathBuf>,
    /// Write every row, also those that the table holds already.
    #[arg(long)]
    rewrite: bool,
    /// Where refused and doubtful rows are reported; without it, beside the file.
    #[arg(long)]
    report: Option<PathBuf>,
    /// A file with further codes of districts, or of whole regencies, that were in force once, one a line.
    #[arg(long)]
    former_districts: Option<PathBuf>,
    /// The municipality whose residents enrol in the deployment, as 35.77; without it, the one of the stack's --outputs.
    #[arg(long, value_name = "CODE")]
    municipality: Option<String>,
    /// The largest share of the residents, in percent, that one import may turn to deceased or not recorded, or move.
    #[arg(long, value_name = "PERCENT", default_value_t = 1.0, value_parser = percent)]
    max_taken_away: f64,
    /// Import although the share is larger.
    #[arg(long)]
    allow_mass_change: bool,
    /// Batches on their way at the same time.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: u16,
}

/// How many residents to make up.
#[derive(Args)]
pub struct SynthesiseArguments {
    number: usize,
    /// The same seed makes the same residents.
    #[arg(long)]
    seed: u64,
    /// Where to: .csv or .jsonl, with .gz compressed. Without it, CSV to the standard output.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl ImportArguments {
    /// Fills in what was not given, from the stack.
    pub fn complete(&mut self, stack: &StackDescription) {
        if self.municipality.is_none() {
            self.municipality = stack.parameter("Municipality").map(str::to_owned);
        }
    }
}

/// Imports, and says how it ended; refused rows and an interruption are failures.
///
/// A dry run checks and compares everything, and writes nothing.
pub async fn import(options: &Options, arguments: ImportArguments, stop: Arc<AtomicBool>) -> Result<()> {
    let mut regions = Regions::read()?;
    if let Some(path) = &arguments.former_districts {
        let codes = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        regions.add_former(&codes)?;
    }
    let municipality = arguments.municipality.context("name the --municipality, or give the stack's --outputs")?;
    ensure!(regions.has_municipality(&municipality), "{municipality} is not the code of a regency or city, as 35.77.");
    let report = arguments.report.unwrap_or_else(|| Report::beside(&arguments.file));
    let target = if let Some(folder) = arguments.to_s3 {
        ensure!(options.endpoint.is_none(), "--to-s3 writes files alone, so that there is no --endpoint.");
        let is_address = folder.to_string_lossy().starts_with("s3:");
        ensure!(!is_address, "--to-s3 names a folder here: `aws s3 cp --recursive` brings it to {}.", folder.display());
        Target::Files(Folder::new(folder))
    } else {
        let config = aws::config(options.endpoint.as_deref()).await;
        let name = arguments.table.unwrap_or_else(|| options.table("residents"));
        Target::Table(Table { client: aws_sdk_dynamodb::Client::new(&config), name })
    };
    let writes_files = matches!(target, Target::Files(_));
    let import = Import {
        mapping: arguments.map.as_deref().map(Mapping::read).transpose()?,
        report: report.clone(),
        target,
        regions,
        municipality,
        dry_run: options.dry_run,
        rewrite: arguments.rewrite,
        max_taken_away: (!arguments.allow_mass_change).then_some(arguments.max_taken_away),
        concurrency: usize::from(arguments.concurrency),
        now: SystemClock.now(),
        progress: ProgressBar::new(0),
        file: arguments.file,
    };
    let start = Instant::now();
    let summary = import.run(stop).await?;
    print_line(account(&summary, options.dry_run, writes_files))?;
    print_line(cost(&summary, start.elapsed()))?;
    match summary.interrupted {
        Some(Pass::Look) => bail!("Interrupted before anything was written: run it again."),
        Some(Pass::Write) if writes_files => bail!("Interrupted: delete the unfinished folder, and run it again."),
        Some(Pass::Write) => bail!("Interrupted: run it again to import the rest."),
        None => {}
    }
    let Summary { refused, doubtful, .. } = summary;
    if doubtful > 0 {
        print_line(format_args!("{doubtful} rows have a warning: {} says which and why.", report.display()))?;
    }
    ensure!(refused == 0, "{refused} rows were refused: {} says which and why.", report.display());
    Ok(())
}

/// Makes residents up.
pub fn synthesise(arguments: &SynthesiseArguments) -> Result<()> {
    let progress = ProgressBar::new(arguments.number as u64);
    let outcome = synthesise::write(arguments.number, arguments.seed, arguments.out.as_deref(), &progress);
    progress.finish_and_clear();
    match outcome {
        Err(error) if arguments.out.is_none() && is_closed_pipe(&error) => Ok(()),
        outcome => outcome,
    }
}

fn percent(text: &str) -> Result<f64> {
    let percent: f64 = text.parse()?;
    ensure!((0.0..=100.0).contains(&percent), "A share lies between 0 and 100.");
    Ok(percent)
}

/// What became of the rows, or would become of them.
fn account(summary: &Summary, dry_run: bool, writes_files: bool) -> String {
    let Summary { rows, changed, unchanged, refused, doubtful, repeated, bytes, taken_away, interrupted } = summary;
    let has_written = !dry_run && *interrupted != Some(Pass::Look);
    let writing = if has_written { "written" } else { "would be written" };
    let counted = format!(
        "{rows} rows: {changed} {writing}, {unchanged} unchanged, {refused} refused, {doubtful} with a warning, \
         {repeated} replaced by a later one"
    );
    if writes_files {
        let a_row = bytes / changed.max(&1);
        return format!("{counted}\n{bytes} bytes of DynamoDB JSON before compression, {a_row} a row");
    }
    let became = match interrupted {
        // The share of a part of the file says nothing.
        Some(Pass::Look) => return counted,
        None if has_written => "became",
        _ => "would become",
    };
    format!("{counted}\n{taken_away} {became} deceased, not recorded, or residents of another municipality")
}

fn cost(summary: &Summary, took: Duration) -> String {
    let rate = u128::from(summary.rows) * 1_000 / took.as_millis().max(1);
    let memory = peak_memory().map(|kilobytes| format!(", {} MiB of memory at most", kilobytes / 1_024));
    format!("{:.1} s, {rate} rows a second{}", took.as_secs_f64(), memory.unwrap_or_default())
}

/// The most memory that this process has had, in KiB, where the system reports it (Linux).
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::import::TakenAway;
    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: ImportArguments,
    }

    fn summary(interrupted: Option<Pass>) -> Summary {
        let taken_away = TakenAway { residents: 1, of: 200 };
        Summary { rows: 200, changed: 3, unchanged: 197, taken_away, interrupted, ..Summary::default() }
    }

    #[test]
    fn only_what_was_written_is_said_to_be_written() {
        for (interrupted, dry_run, writing, share) in [
            (None, false, "3 written", Some("became")),
            (None, true, "3 would be written", Some("would become")),
            (Some(Pass::Look), false, "3 would be written", None),
            (Some(Pass::Look), true, "3 would be written", None),
            (Some(Pass::Write), false, "3 written", Some("would become")),
        ] {
            let said = account(&summary(interrupted), dry_run, false);
            let (rows, became) = said.split_once('\n').map_or((said.as_str(), None), |(rows, rest)| (rows, Some(rest)));
            assert!(rows.starts_with(&format!("200 rows: {writing}, 197 unchanged")), "{said}");
            let expected = share.map(|became| format!("0.50 % of the residents (1 of 200) {became} deceased"));
            assert_eq!(became.is_some(), expected.is_some(), "{said}");
            assert!(became.zip(expected).is_none_or(|(became, start)| became.starts_with(&start)), "{said}");
        }
    }

    #[test]
    fn files_are_accounted_for_by_their_bytes() {
        let summary = Summary { rows: 4, changed: 4, bytes: 2_000, ..Summary::default() };
        let said = account(&summary, true, true);
        assert!(said.ends_with("\n2000 bytes of DynamoDB JSON before compression, 500 a row"), "{said}");
    }

    #[test]
    fn files_for_s3_are_compared_with_no_table_and_limited_by_none() {
        for options in ["--table=t", "--rewrite", "--max-taken-away=1", "--allow-mass-change"] {
            let line = ["import", "file", "--to-s3", "files"];
            assert!(<Line as clap::Parser>::try_parse_from(line).is_ok());
            let refused = <Line as clap::Parser>::try_parse_from(line.into_iter().chain([options]));
            assert!(refused.is_err(), "{options}");
        }
    }

    #[test]
    fn the_municipality_is_the_one_given_or_else_the_stacks() {
        let parameters = json!([{ "ParameterKey": "Municipality", "ParameterValue": "35.77" }]);
        let stack = json!({ "Stacks": [{ "StackName": "ikd", "Parameters": parameters }] });
        let stack = StackDescription::of(&stack.to_string()).unwrap();
        for (line, expected) in
            [(vec!["import", "file"], "35.77"), (vec!["import", "file", "--municipality", "35.78"], "35.78")]
        {
            let mut arguments = <Line as clap::Parser>::parse_from(line).arguments;
            arguments.complete(&stack);
            assert_eq!(arguments.municipality.as_deref(), Some(expected));
        }
    }
}
