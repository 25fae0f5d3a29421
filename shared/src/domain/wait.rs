//! A wait in words, as people say it: rounded up, so that nobody comes back too early.

use super::text::Language;

/// A unit of time, with its name for one and for several in English; Indonesian has one name for both.
struct Unit {
    id: &'static str,
    one: &'static str,
    several: &'static str,
}

const SECOND: Unit = Unit { id: "detik", one: "second", several: "seconds" };
const MINUTE: Unit = Unit { id: "menit", one: "minute", several: "minutes" };
const HOUR: Unit = Unit { id: "jam", one: "hour", several: "hours" };

/// Says how long so many seconds are; where nobody knows how many, that it is not long.
pub fn in_words(seconds: Option<u64>, language: Language) -> String {
    let seconds = match (seconds, language) {
        (Some(seconds), _) => seconds.max(1),
        (None, Language::Indonesian) => return "beberapa saat".to_owned(),
        (None, Language::English) => return "a little while".to_owned(),
    };
    if seconds < 60 {
        return SECOND.count(seconds, language);
    }
    let minutes = seconds.div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => MINUTE.count(minutes, language),
        (hours, 0) => HOUR.count(hours, language),
        (hours, minutes) => format!("{} {}", HOUR.count(hours, language), MINUTE.count(minutes, language)),
    }
}

impl Unit {
    fn count(&self, number: u64, language: Language) -> String {
        let name = match (language, number) {
            (Language::Indonesian, _) => self.id,
            (Language::English, 1) => self.one,
            (Language::English, _) => self.several,
        };
        format!("{number} {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_said_in_seconds_minutes_or_hours_and_never_too_short() {
        for (seconds, indonesian, english) in [
            (Some(0), "1 detik", "1 second"),
            (Some(42), "42 detik", "42 seconds"),
            (Some(60), "1 menit", "1 minute"),
            (Some(61), "2 menit", "2 minutes"),
            (Some(900), "15 menit", "15 minutes"),
            (Some(3_541), "1 jam", "1 hour"),
            (Some(3_601), "1 jam 1 menit", "1 hour 1 minute"),
            (Some(86_400), "24 jam", "24 hours"),
            (None, "beberapa saat", "a little while"),
        ] {
            assert_eq!(in_words(seconds, Language::Indonesian), indonesian);
            assert_eq!(in_words(seconds, Language::English), english);
        }
    }
}
