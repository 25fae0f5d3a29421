//! The three times of Indonesia, none with daylight saving time, and how dates and times are printed.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::text::{Language, Text};

/// A time of Indonesia.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// *Waktu Indonesia Barat*, UTC+7.
    Wib,
    /// *Waktu Indonesia Tengah*, UTC+8.
    Wita,
    /// *Waktu Indonesia Timur*, UTC+9.
    Wit,
}

/// The time of each province, by the code in force (Kepmendagri 300.2.2-2138/2025). Keputusan Presiden 41/1987 says it of the
/// provinces of then. One that was made later, by the law beside it, kept the time of the province that it was part of.
const PROVINCES: [(&str, Zone); 38] = [
    ("11", Zone::Wib),  // Aceh
    ("12", Zone::Wib),  // Sumatera Utara
    ("13", Zone::Wib),  // Sumatera Barat
    ("14", Zone::Wib),  // Riau
    ("15", Zone::Wib),  // Jambi
    ("16", Zone::Wib),  // Sumatera Selatan
    ("17", Zone::Wib),  // Bengkulu
    ("18", Zone::Wib),  // Lampung
    ("19", Zone::Wib),  // Kepulauan Bangka Belitung, of Sumatera Selatan: UU 27/2000
    ("21", Zone::Wib),  // Kepulauan Riau, of Riau: UU 25/2002
    ("31", Zone::Wib),  // Daerah Khusus Jakarta
    ("32", Zone::Wib),  // Jawa Barat
    ("33", Zone::Wib),  // Jawa Tengah
    ("34", Zone::Wib),  // Daerah Istimewa Yogyakarta
    ("35", Zone::Wib),  // Jawa Timur
    ("36", Zone::Wib),  // Banten, of Jawa Barat: UU 23/2000
    ("51", Zone::Wita), // Bali
    ("52", Zone::Wita), // Nusa Tenggara Barat
    ("53", Zone::Wita), // Nusa Tenggara Timur
    ("61", Zone::Wib),  // Kalimantan Barat
    ("62", Zone::Wib),  // Kalimantan Tengah
    ("63", Zone::Wita), // Kalimantan Selatan
    ("64", Zone::Wita), // Kalimantan Timur
    ("65", Zone::Wita), // Kalimantan Utara, of Kalimantan Timur: UU 20/2012
    ("71", Zone::Wita), // Sulawesi Utara
    ("72", Zone::Wita), // Sulawesi Tengah
    ("73", Zone::Wita), // Sulawesi Selatan
    ("74", Zone::Wita), // Sulawesi Tenggara
    ("75", Zone::Wita), // Gorontalo, of Sulawesi Utara: UU 38/2000
    ("76", Zone::Wita), // Sulawesi Barat, of Sulawesi Selatan: UU 26/2004
    ("81", Zone::Wit),  // Maluku
    ("82", Zone::Wit),  // Maluku Utara, of Maluku: UU 46/1999
    ("91", Zone::Wit),  // Papua, then Irian Jaya
    ("92", Zone::Wit),  // Papua Barat, of Irian Jaya: UU 45/1999
    ("93", Zone::Wit),  // Papua Selatan, of Papua: UU 14/2022
    ("94", Zone::Wit),  // Papua Tengah, of Papua: UU 15/2022
    ("95", Zone::Wit),  // Papua Pegunungan, of Papua: UU 16/2022
    ("96", Zone::Wit),  // Papua Barat Daya, of Papua Barat: UU 29/2022
];

impl Zone {
    /// The time that a municipality keeps, by its code, as `35.77`; nothing where no province has the code's beginning.
    pub fn of_municipality(code: &str) -> Option<Self> {
        let (province, regency) = code.split_once('.')?;
        let is_regency = regency.len() == 2 && regency.bytes().all(|byte| byte.is_ascii_digit());
        let known = PROVINCES.iter().find(|(known, _)| *known == province).map(|(_, zone)| *zone);
        known.filter(|_| is_regency)
    }

    fn offset(self) -> Offset {
        match self {
            Self::Wib => Offset::constant(7),
            Self::Wita => Offset::constant(8),
            Self::Wit => Offset::constant(9),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        }
    }

    /// The date there at a moment.
    pub fn date_at(self, at: Timestamp) -> Date {
        self.offset().to_datetime(at).date()
    }

    /// A moment as sentences say it, with the name of its time: `5 Juli 2026 pukul 09.05 WIB`, `5 July 2026, 09:05 WIB`.
    pub fn say_time(self, at: Timestamp, language: Language) -> String {
        let at = self.offset().to_datetime(at);
        let (day, year, name) = (at.day(), at.year(), self.name());
        let month = MONTHS.get(usize::from(at.month().unsigned_abs()).saturating_sub(1)).copied();
        let month = month.map_or("", |month| month.in_language(language));
        match language {
            Language::Indonesian => format!("{day} {month} {year} pukul {} {name}", at.strftime("%H.%M")),
            Language::English => format!("{day} {month} {year}, {} {name}", at.strftime("%H:%M")),
        }
    }
}

const MONTHS: [Text; 12] = [
    Text { id: "Januari", en: "January" },
    Text { id: "Februari", en: "February" },
    Text { id: "Maret", en: "March" },
    Text { id: "April", en: "April" },
    Text { id: "Mei", en: "May" },
    Text { id: "Juni", en: "June" },
    Text { id: "Juli", en: "July" },
    Text { id: "Agustus", en: "August" },
    Text { id: "September", en: "September" },
    Text { id: "Oktober", en: "October" },
    Text { id: "November", en: "November" },
    Text { id: "Desember", en: "December" },
];

/// A date as documents print it.
pub fn print_date(date: Date) -> String {
    date.strftime("%d-%m-%Y").to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_municipality_keeps_the_time_of_its_province() {
        for (zone, codes) in [
            (Zone::Wib, ["35.77", "11.71", "61.71", "62.71", "21.01"]),
            (Zone::Wita, ["71.71", "63.71", "65.71", "51.71", "76.06"]),
            (Zone::Wit, ["91.71", "81.71", "82.72", "92.02", "96.71"]),
        ] {
            for code in codes {
                assert_eq!(Zone::of_municipality(code), Some(zone), "{code}");
            }
        }
        for code in ["", "35", "35.7", "35.777", "3577", "35.x7", "20.01", "97.01", "٣٥.77", " 35.77"] {
            assert_eq!(Zone::of_municipality(code), None, "{code}");
        }
    }

    #[test]
    fn every_province_is_listed_once() {
        let codes: BTreeSet<&str> = PROVINCES.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes.len(), PROVINCES.len());
    }

    #[test]
    fn the_date_changes_in_the_east_first() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let (before, after) = (Date::constant(2026, 11, 21), Date::constant(2026, 11, 22));
        for (zone, midnight, name) in [
            (Zone::Wit, "2026-11-21T15:00:00Z", "WIT"),
            (Zone::Wita, "2026-11-21T16:00:00Z", "WITA"),
            (Zone::Wib, "2026-11-21T17:00:00Z", "WIB"),
        ] {
            let midnight = at(midnight);
            assert_eq!(zone.date_at(midnight), after);
            assert_eq!(zone.date_at(midnight - jiff::SignedDuration::from_secs(1)), before);
            let say = |language| zone.say_time(midnight, language);
            assert_eq!(say(Language::Indonesian), format!("22 November 2026 pukul 00.00 {name}"));
            assert_eq!(say(Language::English), format!("22 November 2026, 00:00 {name}"));
        }
    }

    #[test]
    fn each_language_has_its_own_months() {
        let said = |at: &str| {
            let at = at.parse().unwrap();
            [Language::Indonesian, Language::English].map(|language| Zone::Wib.say_time(at, language))
        };
        assert_eq!(said("2026-01-31T17:05:59Z"), ["1 Februari 2026 pukul 00.05 WIB", "1 February 2026, 00:05 WIB"]);
        assert_eq!(said("2026-07-05T02:05:00Z"), ["5 Juli 2026 pukul 09.05 WIB", "5 July 2026, 09:05 WIB"]);
        assert_eq!(said("2026-12-31T16:59:00Z"), ["31 Desember 2026 pukul 23.59 WIB", "31 December 2026, 23:59 WIB"]);
    }
}
