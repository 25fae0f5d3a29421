//! Attempts at one call to the database, each after a longer wait than the one before. Imports wait in this way, too.

use std::time::Duration;

/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// How many attempts were made, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub struct Attempts {
    made: u32,
    max: u32,
}

impl Attempts {
    /// The first of at most `max` attempts.
    pub fn up_to(max: u32) -> Self {
        Self { made: 1, max }
    }

    /// Begins again: the last attempt did a part of the work.
    pub fn start_again(&mut self) {
        self.made = 1;
    }

    /// Waits until the next attempt is due (20 ms, 40 ms, 80 ms, …); false at once where none is left.
    pub async fn wait_for_next(&mut self) -> bool {
        if self.made >= self.max {
            return false;
        }
        tokio::time::sleep(self.wait()).await;
        self.made += 1;
        true
    }

    fn wait(self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.made);
        Duration::from_millis(10).saturating_mul(doubled).min(LONGEST_WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_again_after_progress() {
        let waits = |made: u32| Attempts { made, max: 50 }.wait().as_millis();
        assert_eq!([1, 2, 3, 10, 11, 49].map(waits), [20, 40, 80, 10_240, 20_000, 20_000]);
        let mut attempts = Attempts { made: 9, max: 10 };
        attempts.start_again();
        assert_eq!(attempts.wait().as_millis(), 20);
    }
}
