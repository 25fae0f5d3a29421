//! The NIK (*Nomor Induk Kependudukan*), the resident's number in the population registry.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::secret::unprintable;
use super::text::Invalid;
use super::typed;

/// A possible NIK: 16 digits, of which six name the region of first registration, six the date of birth
/// (day + 40 for women) and four a serial number (Permendagri 73/2022 and UU 24/2013, article 13).
///
/// It stays for life (article 13 again). Regions are split, and courts correct dates of birth and genders, so what it says of them
/// is what was written down first, and the registry's row decides.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nik(String);

unprintable!(Nik);

/// Day, month and the year's last two digits, as the NIK holds them; the century is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BirthDigits {
    pub day: u8,
    pub month: u8,
    pub year: u8,
}

impl Nik {
    /// Reads a NIK as people write it, with or without spaces, dots and hyphens.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::of_digits(typed::digits(text).unwrap_or_default())
    }

    fn of_digits(text: String) -> Result<Self, Invalid> {
        const NOT_16_DIGITS: Invalid = Invalid::new("NIK terdiri atas 16 angka.", "A NIK has 16 digits.");
        const IMPOSSIBLE: Invalid = Invalid::new(
            "NIK tidak valid. Cocokkan 16 angkanya dengan KTP-el atau KK.",
            "This NIK is not valid. Check its 16 digits against the ID card or family card.",
        );

        if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NOT_16_DIGITS);
        }
        let nik = Self(text);
        let region_is_possible = is_province(nik.digits(0)) && nik.digits(2) != 0 && nik.digits(4) != 0;
        let serial_is_possible = nik.digits(12) != 0 || nik.digits(14) != 0;
        if region_is_possible && nik.birth().is_possible() && serial_is_possible { Ok(nik) } else { Err(IMPOSSIBLE) }
    }

    /// A number that nobody has. It is looked up where there is no resident, so that this costs the same.
    pub fn nobody() -> Self {
        Self("0000000000000000".to_owned())
    }

    /// The date of birth's digits, without the 40 that marks women.
    pub fn birth(&self) -> BirthDigits {
        let day = self.digits(6);
        BirthDigits { day: if day > 40 { day - 40 } else { day }, month: self.digits(8), year: self.digits(10) }
    }

    /// Whether the day of birth carries the 40 that marks women.
    pub fn marks_a_woman(&self) -> bool {
        self.digits(6) > 40
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number that two digits from `at` on make.
    fn digits(&self, at: usize) -> u8 {
        self.0.as_bytes()[at..at + 2].iter().fold(0, |number, digit| number * 10 + (digit - b'0'))
    }
}

impl BirthDigits {
    /// Those of a date, as a NIK that was issued today would hold them.
    pub fn of(date: Date) -> Self {
        let year = u8::try_from(date.year().rem_euclid(100)).unwrap_or_default();
        Self { day: date.day().unsigned_abs(), month: date.month().unsigned_abs(), year }
    }

    /// Whether this day exists in some century. (1900 was no leap year, 2000 was: one of the two must have it.)
    fn is_possible(self) -> bool {
        let exists = |century: i16| {
            let (month, day) = (i8::try_from(self.month), i8::try_from(self.day));
            matches!((month, day), (Ok(month), Ok(day)) if Date::new(century + i16::from(self.year), month, day).is_ok())
        };
        exists(1900) || exists(2000)
    }
}

/// As stores and registries hold it: the 16 digits, and nothing around or between them.
impl TryFrom<String> for Nik {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::of_digits(text).map_err(|invalid| invalid.0.en)
    }
}

impl From<Nik> for String {
    fn from(nik: Nik) -> Self {
        nik.0
    }
}

/// Provinces of Indonesia by their two-digit code (Kepmendagri 300.2.2-2138/2025), and Timor Timur (54), which was one until 1999
/// (TAP MPR V/MPR/1999). All others that were split have kept their codes.
fn is_province(code: u8) -> bool {
    matches!(code, 11..=19 | 21 | 31..=36 | 51..=54 | 61..=65 | 71..=76 | 81 | 82 | 91..=96)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn men_and_women_of_any_possible_birthday_have_a_nik() {
        for text in ["3577010101900001", "3577014101900001", "3577017112990001", "3577012902000001", "9671032902960123"]
        {
            assert_eq!(Nik::parse(text).map(String::from).as_deref(), Ok(text));
        }
        assert_eq!(Nik::parse("3577015708450012").unwrap().birth(), BirthDigits { day: 17, month: 8, year: 45 });
        assert!(Nik::parse("3577014101900001").unwrap().marks_a_woman());
        assert!(!Nik::parse("3577013101900001").unwrap().marks_a_woman());
    }

    #[test]
    fn numbers_of_regions_that_are_no_more_are_possible() {
        for text in ["6473010101900001", "7319014101800002", "5401010101700001", "9101014101900003"] {
            assert!(Nik::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn impossible_numbers_are_refused() {
        for text in [
            "",
            "357701010190000",
            "35770101019000011",
            "357701010190000a",
            "3577 0101 0190 000",
            "3577,0101,0190,0001",
            "0077010101900001", // no such province
            "5577010101900001", // nor this one
            "3500010101900001", // no such regency
            "3577000101900001", // no such district
            "3577010001900001", // day 0
            "3577013201900001", // day 32
            "3577014001900001", // day 40
            "3577017201900001", // day 72
            "3577013002900001", // 30 February
            "3577012902990001", // 29 February 1999
            "3577010113900001", // month 13
            "3577010101900000", // serial 0
        ] {
            assert!(Nik::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_nik_is_read_as_people_write_it_and_stored_in_one_form() {
        for text in [
            " 3577010101900001\r\n",
            "3577 0101 0190 0001",
            "35.77.01.010190.0001",
            "357701-010190-0001",
            "\u{200b}3577010101900001\u{a0}",
            "３５７７０１０１０１９００００１",
        ] {
            assert_eq!(Nik::parse(text).map(String::from).as_deref(), Ok("3577010101900001"), "{text:?}");
            assert!(Nik::try_from(text.to_owned()).is_err(), "{text:?} is stored nowhere");
        }
    }

    #[test]
    fn a_nik_cannot_be_printed() {
        assert_eq!(format!("{:?}", Nik::parse("3577010101900001").unwrap()), "Nik(…)");
    }
}
