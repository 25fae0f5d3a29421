//! What is shown of a piece of work at one moment, and when a line about it is due. The time is passed in.

use std::time::Duration;

/// Work that ends within this time needs no words.
const FIRST_AFTER: Duration = Duration::from_secs(2);

/// At least this often a line is printed where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// A piece of work at one moment.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// What is done, as `compiling` or `installing cargo-lambda`.
    pub what: String,
    /// How many parts are done, where the parts are counted.
    pub done: usize,
    /// How many parts there are, as far as that is known.
    pub total: Option<usize>,
    /// What is being worked on.
    pub now: String,
}

impl Moment {
    /// As `compiling 123 of 410, 1:05, aws-sdk-dynamodb`.
    pub fn line(&self, elapsed: Duration) -> String {
        let mut line = format!("{}{}, {}", self.what, self.count(), minutes(elapsed));
        if !self.now.is_empty() {
            line += ", ";
            line += &self.now;
        }
        line
    }

    /// The total is an estimate: it is never shown as less than what is done.
    fn count(&self) -> String {
        match self.total {
            Some(total) => format!(" {} of {}", self.done, total.max(self.done)),
            None if self.done > 0 => format!(" {}", self.done),
            None => String::new(),
        }
    }
}

/// When lines are due where there is no terminal.
#[derive(Debug, Default)]
pub struct Beat {
    last: Option<Duration>,
}

impl Beat {
    /// Whether a line is due now; if so, the next one is due ten seconds later.
    pub fn is_due(&mut self, elapsed: Duration) -> bool {
        let due = self.last.map_or(FIRST_AFTER, |last| last + EVERY);
        let is_due = elapsed >= due;
        if is_due {
            self.last = Some(elapsed);
        }
        is_due
    }

    /// Whether any line was due so far.
    pub fn has_begun(&self) -> bool {
        self.last.is_some()
    }
}

/// As `1:05`, and `61:01` after an hour.
pub fn minutes(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Beat, Moment};

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_line_counts_and_says_how_long_it_has_taken_so_far() {
        let mut moment =
            Moment { what: "compiling".to_owned(), done: 123, total: Some(410), now: "aws-sdk-dynamodb".to_owned() };
        assert_eq!(moment.line(65 * SECOND), "compiling 123 of 410, 1:05, aws-sdk-dynamodb");
        moment.now.clear();
        assert_eq!(moment.line(3_661 * SECOND), "compiling 123 of 410, 61:01");
        moment.total = None;
        assert_eq!(moment.line(Duration::from_millis(9_999)), "compiling 123, 0:09");
    }

    #[test]
    fn work_that_has_no_parts_is_not_counted() {
        let moment = Moment { what: "installing cargo-lambda".to_owned(), ..Moment::default() };
        assert_eq!(moment.line(20 * SECOND), "installing cargo-lambda, 0:20");
    }

    #[test]
    fn more_parts_than_were_expected_are_not_more_than_all() {
        let moment = Moment { what: "compiling".to_owned(), done: 12, total: Some(10), now: String::new() };
        assert_eq!(moment.line(SECOND), "compiling 12 of 12, 0:01");
    }

    #[test]
    fn quick_work_prints_nothing_and_long_work_a_line_every_ten_seconds() {
        let mut beat = Beat::default();
        assert!(!beat.is_due(Duration::from_millis(1_999)));
        assert!(!beat.has_begun());
        let due: Vec<u32> = (2..=35).filter(|second| beat.is_due(*second * SECOND)).collect();
        assert_eq!(due, [2, 12, 22, 32]);
        assert!(beat.has_begun());
    }
}
