//! A theft, as an officer puts it on record: since when a device was in a thief's hands, never before it was activated.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::moment::in_whole_milliseconds;
use super::secret::unprintable;
use super::text::{Invalid, NotOneLine, one_line};

/// An officer's report that a device was in a thief's hands. A device has one at most, and it is never taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theft {
    /// What the device signed from then on does not count.
    pub since: Timestamp,
    /// When it became known.
    pub reported_at: Timestamp,
    /// The officer's subject identifier at their issuer.
    pub officer: String,
    pub justification: Justification,
}

/// Why the officer believes it, in their own words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Justification(String);

unprintable!(Justification);

/// What an officer reports, before it is known of which device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TheftReport {
    since: Timestamp,
    justification: Justification,
}

impl Justification {
    /// Reads one line of visible text.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const REQUIRED: Invalid =
            Invalid::new("Tuliskan dasar laporan pencurian.", "Give the grounds for the theft report.");
        const TOO_LONG: Invalid =
            Invalid::new("Dasar laporan paling banyak 500 karakter.", "The grounds may have at most 500 characters.");
        const NOT_PLAIN: Invalid = Invalid::new(
            "Tuliskan dasar laporan dalam satu baris, tanpa karakter tersembunyi.",
            "Write the grounds on one line, without hidden characters.",
        );

        match one_line(text) {
            Ok("") => Err(REQUIRED),
            Ok(line) => Ok(Self(line.to_owned())),
            Err(NotOneLine::Hidden) => Err(NOT_PLAIN),
            Err(NotOneLine::TooLong) => Err(TOO_LONG),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TheftReport {
    /// A theft that has happened already.
    pub fn new(since: Timestamp, justification: Justification, now: Timestamp) -> Result<Self, Invalid> {
        const IN_THE_FUTURE: Invalid = Invalid::new(
            "Waktu pencurian tidak boleh di masa depan.",
            "The time of the theft must not be in the future.",
        );

        let since = in_whole_milliseconds(since);
        if since > now { Err(IN_THE_FUTURE) } else { Ok(Self { since, justification }) }
    }

    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// The theft of one device. What was signed before the device was activated was not signed with it.
    pub fn of_device(&self, activated_at: Timestamp, officer: &str, now: Timestamp) -> Result<Theft, Invalid> {
        const BEFORE_ACTIVATION: Invalid = Invalid::new(
            "Waktu pencurian mendahului aktivasi ponsel ini. Jika yang dicuri adalah ponsel lain, pilih ponsel tersebut.",
            "The time of the theft is before the activation of this phone. If another phone was stolen, choose that one.",
        );

        if self.since < activated_at {
            return Err(BEFORE_ACTIVATION);
        }
        let (officer, justification) = (officer.to_owned(), self.justification.clone());
        Ok(Theft { since: self.since, reported_at: now, officer, justification })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_justification_is_one_visible_line_of_500_characters_at_most() {
        let longest = "ü".repeat(500);
        assert_eq!(Justification::parse(&format!("  {longest} ")).unwrap().as_str(), longest);
        for wrong in ["", "   ", "a\nb", "a\u{202e}b", &"x".repeat(501)] {
            assert!(Justification::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_thefts_time_is_the_one_that_answers_show() {
        let grounds = Justification::parse("Laporan polisi LP/12").unwrap();
        let since: Timestamp = "2026-11-22T05:00:00.123999Z".parse().unwrap();
        let report = TheftReport::new(since, grounds, since).unwrap();
        assert_eq!(report.since(), "2026-11-22T05:00:00.123Z".parse().unwrap());
    }

    #[test]
    fn a_theft_lies_between_the_devices_activation_and_now() {
        let grounds = Justification::parse("Laporan polisi LP/12").unwrap();
        assert!(TheftReport::new(at(11), grounds.clone(), at(10)).is_err());
        let report = TheftReport::new(at(5), grounds.clone(), at(10)).unwrap();
        assert!(report.of_device(at(6), "petugas-1", at(10)).is_err());
        let expected = Theft { since: at(5), reported_at: at(10), officer: "petugas-1".into(), justification: grounds };
        assert_eq!(report.of_device(at(5), "petugas-1", at(10)), Ok(expected));
    }
}
