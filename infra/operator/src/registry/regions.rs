//! The regions of Indonesia by their codes, from the tables in infra/operator/data (their source is named there).

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Deserialize;

/// Every district (*kecamatan*) of Indonesia, those of former regencies included, and the villages of Kota Madiun.
#[derive(Clone)]
pub struct Regions {
    /// Six digits, as a NIK begins.
    districts: BTreeSet<u32>,
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

/// A regency or city and the last two digits of its districts.
#[derive(Deserialize)]
struct Regency {
    code: String,
    districts: String,
}

impl Regions {
    /// The tables that the tool carries with it.
    pub fn read() -> Result<Self> {
        let mut regions = Self { districts: BTreeSet::new(), villages: Vec::new() };
        for table in [include_str!("../../data/regencies.csv"), include_str!("../../data/former_regencies.csv")] {
            for regency in csv::Reader::from_reader(table.as_bytes()).deserialize() {
                let regency: Regency = regency.context("a table of regencies cannot be read")?;
                for district in regency.districts.split(' ') {
                    regions.add(&format!("{}.{district}", regency.code))?;
                }
            }
        }
        let villages =
            csv::Reader::from_reader(include_str!("../../data/kota_madiun.csv").as_bytes()).into_deserialize();
        regions.villages = villages.collect::<Result<_, _>>().context("the table of villages cannot be read")?;
        Ok(regions)
    }

    /// Adds districts that were once in force, one code a line, as `64.06.01` or `640601`.
    pub fn add_former(&mut self, codes: &str) -> Result<()> {
        codes.lines().map(str::trim).filter(|line| !line.is_empty()).try_for_each(|code| self.add(code))
    }

    fn add(&mut self, code: &str) -> Result<()> {
        let digits: String = code.chars().filter(|character| *character != '.').collect();
        let is_code = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        anyhow::ensure!(is_code, "{code:?} is not the code of a district.");
        self.districts.insert(digits.parse()?);
        Ok(())
    }

    /// Why six digits name no district, if they do not.
    pub fn flaw_of_district(&self, code: u32) -> Option<&'static str> {
        let has_districts = |alike: u32| {
            let first = code / alike * alike;
            self.districts.range(first..first + alike).next().is_some()
        };
        if !has_districts(10_000) {
            Some("begins with a province that does not exist")
        } else if !has_districts(100) {
            Some("begins with a regency or city that does not exist")
        } else if !has_districts(1) {
            Some("begins with a district that does not exist")
        } else {
            None
        }
    }

    /// Whether there is a municipality of this code, as `35.77`.
    pub fn has_municipality(&self, code: &str) -> bool {
        let digits = code.split_once('.').filter(|(province, regency)| province.len() == 2 && regency.len() == 2);
        let number = digits.and_then(|(province, regency)| {
            Some(u32::from(province.parse::<u8>().ok()?) * 100 + u32::from(regency.parse::<u8>().ok()?))
        });
        number.is_some_and(|number| self.districts.range(number * 100..number * 100 + 100).next().is_some())
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
        assert_eq!(regions.districts.len(), 7_285 + 588, "Kepmendagri 300.2.2-2138/2025, and Papua before 2022");
        assert_eq!(regions.flaw_of_district(357_703), None);
        assert_eq!(regions.flaw_of_district(910_101), None, "Merauke, when it was in the one province of Papua");
        for (code, part) in [(357_704, "district"), (357_001, "regency"), (990_101, "province"), (357_700, "district")]
        {
            assert!(regions.flaw_of_district(code).is_some_and(|flaw| flaw.contains(part)), "{code}");
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
    fn former_districts_can_be_added() {
        let mut regions = Regions::read().unwrap();
        assert!(regions.flaw_of_district(640_699).is_some());
        regions.add_former("64.06.99\n\n640698\n").unwrap();
        assert_eq!((regions.flaw_of_district(640_699), regions.flaw_of_district(640_698)), (None, None));
        assert!(regions.add_former("64.06").is_err());
    }
}
