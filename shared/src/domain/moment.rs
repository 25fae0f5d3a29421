//! A moment as answers show it: RFC 3339 in UTC with exactly three digits after the second, since some parsers take one
//! form alone.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::StdFmtWrite;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Serialize, Serializer};

/// A moment in its one form. What is behind the millisecond is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(Timestamp);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

        PRINTER.print_timestamp(&self.0, StdFmtWrite(formatter)).map_err(|_| fmt::Error)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Writes a field of a type that is both stored and shown (`#[serde(serialize_with = "...")]`).
pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    Moment(*at).serialize(serializer)
}

/// The moment as it can be shown. What is remembered is remembered so: a caller who sends back what was shown means the
/// same moment.
pub fn in_whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_one_form_whatever_its_precision() {
        for (at, shown) in [
            ("2026-11-22T02:10:00Z", "2026-11-22T02:10:00.000Z"),
            ("2026-11-22T02:10:00.5Z", "2026-11-22T02:10:00.500Z"),
            ("2026-11-22T02:10:00.123999999Z", "2026-11-22T02:10:00.123Z"),
            ("2026-11-22T09:10:00+07:00", "2026-11-22T02:10:00.000Z"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(Moment::from(at).to_string(), shown);
            assert_eq!(serde_json::to_value(Moment::from(at)).unwrap(), shown);
            assert_eq!(in_whole_milliseconds(at), shown.parse().unwrap());
        }
    }
}
