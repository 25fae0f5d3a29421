//! The report of an import: line, field and reason of each flaw and each doubt as CSV, and nothing of what the row said.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::Flaw;

/// The report, written as the rows come.
pub struct Report(csv::Writer<BufWriter<File>>);

impl Report {
    /// Where the report of a file goes if nobody says so: beside it.
    pub fn beside(file: &Path) -> PathBuf {
        let mut name = file.as_os_str().to_owned();
        name.push(".report.csv");
        name.into()
    }

    /// Begins a report, in place of one of an earlier import.
    pub fn create(path: &Path, imported: &Path) -> Result<Self> {
        let is_same = std::fs::canonicalize(path).is_ok_and(|path| Some(path) == std::fs::canonicalize(imported).ok());
        ensure!(!is_same, "The report would replace the file that is imported.");
        let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        let mut report = csv::Writer::from_writer(BufWriter::new(file));
        report.write_record(["line", "outcome", "field", "reason"])?;
        Ok(Self(report))
    }

    /// Lists why a row is not imported.
    pub fn refuse(&mut self, line: u64, flaws: &[Flaw]) -> Result<()> {
        self.list(line, "refused", flaws)
    }

    /// Lists what is doubtful about a row that is imported.
    pub fn warn(&mut self, line: u64, doubts: &[Flaw]) -> Result<()> {
        self.list(line, "warning", doubts)
    }

    fn list(&mut self, line: u64, outcome: &str, flaws: &[Flaw]) -> Result<()> {
        for flaw in flaws {
            self.0
                .write_record([&line.to_string(), outcome, flaw.field, flaw.reason])
                .context("the report cannot be written")?;
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<()> {
        self.0.flush().context("the report cannot be written")
    }
}
