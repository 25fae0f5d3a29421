//! Synthetic residents: nobody among them exists, all of them could. A seed gives the same ones everywhere.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use ikd::domain::resident::Resident;
use indicatif::ProgressBar;

use super::file::{Format, Sink};
use super::flat::FlatWriter;
use super::households::Households;
use super::regions::Regions;

/// Residents one after another, household by household; no more than one household is in memory.
pub struct Residents {
    households: Households,
    left: usize,
    household: std::vec::IntoIter<Resident>,
}

impl Residents {
    /// So many residents of a seed. A larger number does not begin with those of a smaller one: the last household is
    /// made to fit.
    pub fn new(number: usize, seed: u64) -> Result<Self> {
        let households = Households::new(seed, Regions::read()?)?;
        Ok(Self { households, left: number, household: Vec::new().into_iter() })
    }
}

impl Iterator for Residents {
    type Item = Result<Resident>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        if self.household.len() == 0 {
            match self.households.next(self.left) {
                Ok(household) => self.household = household.into_iter(),
                Err(error) => {
                    self.left = 0;
                    return Some(Err(error));
                }
            }
        }
        self.left -= 1;
        self.household.next().map(Ok)
    }
}

/// Writes residents to a file (CSV where its name does not say JSON Lines), or as CSV to the standard output.
pub fn write(number: usize, seed: u64, file: Option<&Path>, progress: &ProgressBar) -> Result<()> {
    let residents = Residents::new(number, seed)?;
    let residents = residents.inspect(|_| progress.inc(1));
    let mut sink = Sink::create(file)?;
    match file.and_then(Format::of_name).unwrap_or(Format::Csv) {
        Format::Csv => {
            let mut writer = FlatWriter::new(sink);
            for resident in residents {
                writer.write(resident?)?;
            }
            sink = writer.into_inner()?;
        }
        Format::JsonLines => {
            for resident in residents {
                serde_json::to_writer(&mut sink, &resident?)?;
                sink.write_all(b"\n")?;
            }
        }
    }
    sink.finish().context("the residents cannot be written to the end")
}
