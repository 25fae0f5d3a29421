//! The time: this machine's, and the service's, which counts.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// This machine's clock, or a test's.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is what passes the time in")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The service's time, by the date of its last answer. The header `Date` has whole seconds, so that it may be a second behind.
pub(crate) struct ServiceClock {
    own: Arc<dyn Clock>,
    ahead: Mutex<SignedDuration>,
}

impl ServiceClock {
    pub fn new(own: Arc<dyn Clock>) -> Self {
        Self { own, ahead: Mutex::new(SignedDuration::ZERO) }
    }

    /// What the service's clock shows now.
    pub fn now(&self) -> Timestamp {
        self.own.now() + self.ahead()
    }

    /// What this machine's clock shows now.
    pub fn own_now(&self) -> Timestamp {
        self.own.now()
    }

    /// How far the service's clock is ahead of this machine's.
    pub fn ahead(&self) -> SignedDuration {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the time from an answer's `Date` (RFC 9110, section 6.6.1). A header that is no date changes nothing.
    pub fn learn(&self, date: &str) {
        const PARSER: DateTimeParser = DateTimeParser::new();

        if let Ok(date) = PARSER.parse_timestamp(date) {
            let ahead = date.duration_since(self.own.now());
            // Less than two seconds are the header's whole seconds and the answer's way.
            let ahead = if ahead.abs() < SignedDuration::from_secs(2) { SignedDuration::ZERO } else { ahead };
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = ahead;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Still(Timestamp);

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            self.0
        }
    }

    #[test]
    fn the_services_date_counts_unless_it_is_about_the_same() {
        let noon: Timestamp = "2026-11-22T05:00:00Z".parse().unwrap();
        let clock = ServiceClock::new(Arc::new(Still(noon)));
        for (date, ahead) in [
            ("Sun, 22 Nov 2026 05:00:01 GMT", 0),
            ("Sun, 22 Nov 2026 05:03:00 GMT", 180),
            ("nonsense", 180),
            ("Sun, 22 Nov 2026 03:00:00 GMT", -7_200),
            ("Sun, 22 Nov 2026 04:59:59 GMT", 0),
        ] {
            clock.learn(date);
            assert_eq!(clock.ahead().as_secs(), ahead, "{date}");
            assert_eq!(clock.now(), noon + SignedDuration::from_secs(ahead));
        }
    }
}
