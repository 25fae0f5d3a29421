//! Residents who are in a file more than once. In a table, the later row replaces the earlier one. DynamoDB's import from S3 takes
//! any of them, so the last one is chosen beforehand: the first reading finds the repeated numbers, the second leaves rows out.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ikd::domain::nik::Nik;

/// Numbers that are read at the same time: a mebibyte.
const AT_ONCE: usize = 131_072;

/// Numbers that are compared at the same time.
const IN_MEMORY: usize = 8_000_000;

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
    count: usize,
}

/// Which rows give way to a later one, counted from 0 among the rows that are not refused. A bit for each row: memory does not
/// depend on how many are repeated.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Known {
    give_way: Vec<u8>,
    /// How many do.
    superseded: u64,
    /// The place of the next row.
    place: usize,
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
            Self::Known(known) => Ok(known.next_gives_way()),
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
    fn known(mut self, in_memory: usize) -> Result<Known> {
        self.numbers.flush().with_context(|| format!("{} cannot be written", self.path.display()))?;
        let rounds = self.count / in_memory + 1;
        let mut known = Known { give_way: vec![0; self.count.div_ceil(8)], ..Known::default() };
        for round in 0..rounds as u64 {
            known.add_of_round(&self.path, self.count, |number| {
                // Region and date of birth are spread evenly, and serial numbers are not.
                number / 10_000 % rounds as u64 == round
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
    /// Goes through the numbers from the last to the first: one that was seen already has a later row.
    fn add_of_round(&mut self, path: &Path, count: usize, is_of_round: impl Fn(u64) -> bool) -> Result<()> {
        let failed = || format!("{} cannot be read", path.display());
        let mut numbers = File::open(path).with_context(failed)?;
        let (mut later, mut bytes) = (HashSet::new(), Vec::new());
        let mut end = count;
        while end > 0 {
            let start = end.saturating_sub(AT_ONCE);
            bytes.resize((end - start) * 8, 0);
            numbers.seek(SeekFrom::Start(start as u64 * 8)).with_context(failed)?;
            numbers.read_exact(&mut bytes).with_context(failed)?;
            for (place, number) in (start..end).zip(bytes.as_chunks().0).rev() {
                let number = u64::from_le_bytes(*number);
                if is_of_round(number) && !later.insert(number) {
                    self.give_way[place / 8] |= 1 << (place % 8);
                    self.superseded += 1;
                }
            }
            end = start;
        }
        Ok(())
    }

    fn next_gives_way(&mut self) -> bool {
        let place = self.place;
        self.place += 1;
        self.give_way.get(place / 8).is_some_and(|bits| bits >> (place % 8) & 1 == 1)
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
            let give_way: Vec<bool> = numbers.iter().map(|_| known.next_gives_way()).collect();
            assert_eq!(give_way, [true, false, true, true, false, false], "{in_memory}");
        }
    }

    #[test]
    fn memory_depends_on_the_number_of_rows_and_not_on_how_many_are_repeated() {
        const ROWS: usize = 2 * AT_ONCE + 10;

        let gather = |name: &str, number: fn(usize) -> u64| {
            let path = std::env::temp_dir().join(format!("ikd-repeats-{}-{name}", std::process::id()));
            let Repeats::Gathering(mut gathered) = Repeats::gather(path).unwrap() else { unreachable!() };
            (0..ROWS).for_each(|row| gathered.add(number(row)).unwrap());
            gathered.known(50_000).unwrap()
        };
        let twice = gather("twice", |row| 3_577_010_101_900_001 + (row % (ROWS / 2)) as u64);
        let once = gather("once", |row| 3_577_010_101_900_001 + row as u64);
        assert_eq!((twice.superseded, once.superseded), (ROWS as u64 / 2, 0));
        assert_eq!((twice.give_way.len(), once.give_way.len()), (ROWS.div_ceil(8), ROWS.div_ceil(8)));
        for (row, place) in [(0, true), (ROWS / 2 - 1, true), (ROWS / 2, false), (ROWS - 1, false)] {
            assert_eq!(twice.give_way[row / 8] >> (row % 8) & 1 == 1, place, "{row}");
        }
    }
}
