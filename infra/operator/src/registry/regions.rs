//! The regions of Indonesia by their codes, from the tables in infra/operator/data (their source is named there).

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Every district (*kecamatan*) of Indonesia, those of former regencies included, and the villages of Kota Madiun.
#[derive(Clone)]
pub struct Regions {
    /// Six digits, as a NIK begins.
    districts: BTreeSet<u32>,
    /// Four digits of regencies and cities that have another code now, and whose former districts are not known.
    former_regencies: BTreeSet<u32>,
    villages: Vec<Village>,
}

/// A village (*kelurahan*) of Kota Madiun.
#[derive(Clone, Debug, Deserialize)]
pub struct Village {
    /// As `35.77.01.1001`.
    code: String,
    pub kecamatan: String,
    pub kelurahan: String,
    pub postal_code: String,
}

/// A regency, city or district before it got another code.
#[derive(Deserialize)]
struct FormerCode {
    code: String,
}

/// A regency or city and the last two digits of its districts.
#[derive(Deserialize)]
struct Regency {
    code: String,
    districts: String,
}

impl Regions {
    /// The tables that the tool carries with it.
    pub fn read() -> Result<Self> {
        let mut regions = Self { districts: BTreeSet::new(), former_regencies: BTreeSet::new(), villages: Vec::new() };
        for table in [include_str!("../../data/regencies.csv"), include_str!("../../data/former_regencies.csv")] {
            for regency in csv::Reader::from_reader(table.as_bytes()).deserialize() {
                let regency: Regency = regency.context("a table of regencies cannot be read")?;
                for district in regency.districts.split(' ') {
                    regions.add(&format!("{}.{district}", regency.code))?;
                }
            }
        }
        for former in csv::Reader::from_reader(include_str!("../../data/former_codes.csv").as_bytes()).deserialize() {
            let former: FormerCode = former.context("the table of former codes cannot be read")?;
            regions.add(&former.code)?;
        }
        let villages =
            csv::Reader::from_reader(include_str!("../../data/kota_madiun.csv").as_bytes()).into_deserialize();
        regions.villages = villages.collect::<Result<_, _>>().context("the table of villages cannot be read")?;
        Ok(regions)
    }

    /// Adds codes that were once in force, one a line: of districts, as `64.06.01` or `640601`, or of whole regencies and
    /// cities, as `64.06`.
    pub fn add_former(&mut self, codes: &str) -> Result<()> {
        codes.lines().map(str::trim).filter(|line| !line.is_empty()).try_for_each(|code| self.add(code))
    }

    fn add(&mut self, code: &str) -> Result<()> {
        let digits: String = code.chars().filter(|character| *character != '.').collect();
        let number = digits.parse::<u32>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
        match (number, digits.len()) {
            (Some(district), 6) => self.districts.insert(district),
            (Some(regency), 4) => self.former_regencies.insert(regency),
            _ => bail!("{code:?} is not the code of a district, regency or city."),
        };
        Ok(())
    }

    /// What is doubtful about the six digits that a number begins with, if anything. It is no more than a doubt: numbers stay for
    /// life, and not every code that was once in force is known.
    pub fn doubt_about(&self, district: u32) -> Option<&'static str> {
        if self.districts.contains(&district) || self.former_regencies.contains(&(district / 100)) {
            None
        } else if self.has_regency(district / 100) {
            Some("begins with a district that is not known, today or formerly")
        } else {
            Some("begins with a regency or city that is not known, today or formerly")
        }
    }

    /// Whether there is a municipality of this code, as `35.77`.
    pub fn has_municipality(&self, code: &str) -> bool {
        let digits = code.split_once('.').filter(|(province, regency)| province.len() == 2 && regency.len() == 2);
        let number = digits.and_then(|(province, regency)| {
            Some(u32::from(province.parse::<u8>().ok()?) * 100 + u32::from(regency.parse::<u8>().ok()?))
        });
        number.is_some_and(|number| self.has_regency(number))
    }

    fn has_regency(&self, code: u32) -> bool {
        self.districts.range(code * 100..code * 100 + 100).next().is_some()
    }

    /// The villages of Kota Madiun.
    pub fn villages(&self) -> &[Village] {
        &self.villages
    }
}

impl Village {
    /// The municipality whose villages are known.
    pub const MUNICIPALITY: &str = "35.77";

    /// The district's six digits.
    pub fn district(&self) -> Result<u32> {
        let digits: String = self.code.chars().filter(char::is_ascii_digit).take(6).collect();
        digits.parse().with_context(|| format!("{} is no code of a village", self.code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nations_districts_are_known_and_no_others() {
        let regions = Regions::read().unwrap();
        assert_eq!(regions.districts.len(), 7_285 + 588 + 6, "Kepmendagri 300.2.2-2138/2025, and Papua before 2022");
        assert_eq!(regions.doubt_about(357_703), None);
        for (code, part) in [(357_704, "district"), (357_700, "district"), (357_001, "regency"), (540_101, "regency")] {
            assert!(regions.doubt_about(code).is_some_and(|doubt| doubt.contains(part)), "{code}");
        }
        assert!(regions.has_municipality("35.77"));
        for code in ["35.70", "3577", "35.7", "+5.77", "", "35.77.01"] {
            assert!(!regions.has_municipality(code), "{code}");
        }
    }

    #[test]
    fn kota_madiun_has_27_villages_in_3_districts() {
        let regions = Regions::read().unwrap();
        assert_eq!(regions.villages().len(), 27);
        for village in regions.villages() {
            let district = ["KARTOHARJO", "MANGUHARJO", "TAMAN"].iter().position(|name| *name == village.kecamatan);
            assert_eq!(village.district().unwrap() as usize, 357_701 + district.unwrap());
        }
    }

    #[test]
    fn regions_of_other_provinces_formerly_are_not_doubtful_and_no_municipalities_today() {
        let regions = Regions::read().unwrap();
        for code in [647_301, 640_502, 732_101, 910_101, 910_122, 911_823, 927_103] {
            assert_eq!(regions.doubt_about(code), None, "{code}");
        }
        for code in ["64.73", "73.21"] {
            assert!(!regions.has_municipality(code), "{code}");
        }
        assert!(regions.former_regencies.iter().all(|code| !regions.has_regency(*code)), "their codes are free today");
    }

    #[test]
    fn former_codes_can_be_added() {
        let mut regions = Regions::read().unwrap();
        assert!([640_199, 640_198, 329_901].iter().all(|code| regions.doubt_about(*code).is_some()));
        regions.add_former("64.01.99\n\n640198\n32.99").unwrap();
        assert!([640_199, 640_198, 329_901].iter().all(|code| regions.doubt_about(*code).is_none()));
        for code in ["64", "64.0x.01", "+4.01.01", "64.06.01.2001"] {
            assert!(regions.add_former(code).is_err(), "{code}");
        }
    }
}
