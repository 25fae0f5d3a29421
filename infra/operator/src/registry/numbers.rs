//! Unique numbers: serial numbers are counted for each district and day, in tables whose size is fixed.

use anyhow::{Context, Result, bail};
use jiff::civil::Date;

/// Days as a NIK holds them: 31 for men and 31 for women.
const DAYS: usize = 62;

/// Serial numbers given out so far, for every district, day, month and two-digit year.
pub struct Numbers {
    districts: Vec<u32>,
    given: Vec<u16>,
}

impl Numbers {
    /// Numbers of these districts, none given out. It takes 150 kB a district.
    pub fn new(districts: Vec<u32>) -> Self {
        let given = vec![0; districts.len() * DAYS * 12 * 100];
        Self { districts, given }
    }

    /// The next number of 16 digits of a district and day; women's days are raised by 40.
    pub fn next(&mut self, district: u32, date: Date, woman: bool) -> Result<String> {
        let place = self.districts.iter().position(|known| *known == district).context("a district without numbers")?;
        let (day, month) = (usize::from(date.day().unsigned_abs()), usize::from(date.month().unsigned_abs()));
        let year = usize::from(date.year().unsigned_abs() % 100);
        let index = ((place * DAYS + day - 1 + if woman { 31 } else { 0 }) * 12 + month - 1) * 100 + year;
        let given = self.given.get_mut(index).context("a day without numbers")?;
        if *given == 9_999 {
            bail!("There are no more numbers for a day: ask for fewer residents.");
        }
        *given += 1;
        let day = if woman { day + 40 } else { day };
        Ok(format!("{district:06}{day:02}{month:02}{year:02}{given:04}"))
    }
}
