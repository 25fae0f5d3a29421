//! Attempts at one call to the database, each after a longer wait than the one before. Imports wait in this way, too.

use std::time::Duration;

use crate::app::{Randomness, SystemRandomness};

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

    /// Waits until the next attempt is due (at most 20 ms, 40 ms, 80 ms, …, and at least half of it); false at once where none
    /// is left.
    pub async fn wait_for_next(&mut self) -> bool {
        if self.made >= self.max {
            return false;
        }
        // Nothing but the wait depends on this, so that no test needs to choose it.
        let mut random = [0; 2];
        SystemRandomness::default().fill(&mut random);
        tokio::time::sleep(self.wait(u16::from_be_bytes(random))).await;
        self.made += 1;
        true
    }

    /// Half of the wait is random: callers that met at one item would meet again otherwise.
    fn wait(self, random: u16) -> Duration {
        let doubled = 2_u32.saturating_pow(self.made);
        let half = Duration::from_millis(10).saturating_mul(doubled).min(LONGEST_WAIT) / 2;
        half + half * u32::from(random) / u32::from(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_waits_double_up_to_a_limit_and_begin_again_after_progress() {
        let waits = |made: u32| Attempts { made, max: 50 }.wait(u16::MAX).as_millis();
        assert_eq!([1, 2, 3, 10, 11, 49].map(waits), [20, 40, 80, 10_240, 20_000, 20_000]);
        let mut attempts = Attempts { made: 9, max: 10 };
        attempts.start_again();
        assert_eq!(attempts.wait(u16::MAX).as_millis(), 20);
    }

    #[test]
    fn half_of_a_wait_is_random() {
        let waits = |random: u16| Attempts { made: 3, max: 4 }.wait(random).as_millis();
        assert_eq!([0, u16::MAX / 5, u16::MAX / 5 * 4, u16::MAX].map(waits), [40, 48, 72, 80]);
    }
}
