//! Residents who are in a file more than once. In a table, the later row replaces the earlier one. DynamoDB's import from S3 takes
//! any of them, so the last one is chosen beforehand: the first reading finds the repeated numbers, the second leaves rows out.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ikd::domain::nik::Nik;

/// Numbers that are compared at the same time.
const IN_MEMORY: u64 = 8_000_000;

/// What is known of the file's repeated residents.
pub enum Repeats {
    /// Nothing, and nobody asks.
    Unasked,
    Gathering(Gathered),
    Known(Known),
}

/// The numbers of the rows so far, in a file of their own that is deleted in the end.
pub struct Gathered {
    numbers: BufWriter<File>,
    path: PathBuf,
    count: u64,
}

/// Where the last row of each repeated number is, counted from 0 among the rows that are not refused.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Known {
    last: HashMap<u64, u64>,
    /// Rows that give way to a later one.
    superseded: u64,
    /// The place of the next row.
    place: u64,
}

impl Repeats {
    /// Begins to gather numbers in a new file.
    pub fn gather(path: PathBuf) -> Result<Self> {
        let file = File::create_new(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self::Gathering(Gathered { numbers: BufWriter::new(file), path, count: 0 }))
    }

    /// Takes the next row's number, and says whether the row gives way to a later one.
    pub fn gives_way(&mut self, nik: &Nik) -> Result<bool> {
        let number = nik.as_str().parse().unwrap_or_default();
        match self {
            Self::Unasked => Ok(false),
            Self::Gathering(gathered) => gathered.add(number).map(|()| false),
            Self::Known(known) => Ok(known.gives_way(number)),
        }
    }

    /// What is known once all rows were read, and how many of them give way.
    pub fn compared(self) -> Result<(Self, u64)> {
        match self {
            Self::Gathering(gathered) => {
                let known = gathered.known(IN_MEMORY)?;
                let superseded = known.superseded;
                Ok((Self::Known(known), superseded))
            }
            other => Ok((other, 0)),
        }
    }
}

impl Gathered {
    fn add(&mut self, number: u64) -> Result<()> {
        self.count += 1;
        self.numbers
            .write_all(&number.to_le_bytes())
            .with_context(|| format!("{} cannot be written", self.path.display()))
    }

    /// Goes through the numbers as often as needed to hold only so many of them at a time.
    fn known(mut self, in_memory: u64) -> Result<Known> {
        self.numbers.flush().with_context(|| format!("{} cannot be written", self.path.display()))?;
        let rounds = self.count / in_memory + 1;
        let mut known = Known::default();
        for round in 0..rounds {
            known.add_of_round(&self.path, self.count, |number| {
                // Region and date of birth are spread evenly, and serial numbers are not.
                number / 10_000 % rounds == round
            })?;
        }
        Ok(known)
    }
}

impl Drop for Gathered {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Known {
    fn add_of_round(&mut self, path: &Path, count: u64, is_of_round: impl Fn(u64) -> bool) -> Result<()> {
        let failed = || format!("{} cannot be read", path.display());
        let mut numbers = BufReader::with_capacity(1024 * 1024, File::open(path).with_context(failed)?);
        let (mut once, mut bytes) = (HashSet::new(), [0; 8]);
        for place in 0..count {
            numbers.read_exact(&mut bytes).with_context(failed)?;
            let number = u64::from_le_bytes(bytes);
            if is_of_round(number) && !once.insert(number) {
                self.last.insert(number, place);
                self.superseded += 1;
            }
        }
        Ok(())
    }

    fn gives_way(&mut self, number: u64) -> bool {
        let place = self.place;
        self.place += 1;
        self.last.get(&number).is_some_and(|last| *last != place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_of_each_number_stays_however_few_are_held_in_memory() {
        let numbers = [3_577_010_101_900_001, 3_577_010_102_900_001, 3_577_010_101_900_001, 3_577_010_103_900_001];
        let numbers = [numbers.as_slice(), &[3_577_010_103_900_001, 3_577_010_101_900_001]].concat();
        for in_memory in [1, 2, 100] {
            let path = std::env::temp_dir().join(format!("ikd-repeats-{}-{in_memory}", std::process::id()));
            let Repeats::Gathering(mut gathered) = Repeats::gather(path.clone()).unwrap() else { unreachable!() };
            for number in &numbers {
                gathered.add(*number).unwrap();
            }
            let mut known = gathered.known(in_memory).unwrap();
            assert!(!path.exists());
            assert_eq!(known.superseded, 3);
            let give_way: Vec<bool> = numbers.iter().map(|number| known.gives_way(*number)).collect();
            assert_eq!(give_way, [true, false, true, true, false, false], "{in_memory}");
        }
    }
}
