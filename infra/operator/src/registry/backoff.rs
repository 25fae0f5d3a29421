//! How long to wait before sending again what the database did not take: longer each time, and never in step with
//! others.

use std::time::Duration;

use ikd::app::{Randomness, SystemRandomness};

/// Exponential back-off with full jitter.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The longest first wait; each next one can be twice as long.
    pub first: Duration,
    /// No wait is longer.
    pub most: Duration,
    /// Attempts in a row without any progress, before giving up.
    pub attempts: u32,
}

impl Default for Backoff {
    /// Gives up after about two minutes without progress.
    fn default() -> Self {
        Self { first: Duration::from_millis(100), most: Duration::from_secs(20), attempts: 15 }
    }
}

impl Backoff {
    /// The wait after an attempt, the first being 1.
    pub fn delay(&self, attempt: u32) -> Duration {
        let mut bytes = [0; 4];
        SystemRandomness::default().fill(&mut bytes);
        let part = f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX);
        self.longest(attempt).mul_f64(part)
    }

    fn longest(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        self.first.saturating_mul(doubled).min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_are_drawn_below_it() {
        let backoff = Backoff::default();
        let longest = [1, 2, 3, 8, 9, 40].map(|attempt| backoff.longest(attempt).as_millis());
        assert_eq!(longest, [100, 200, 400, 12_800, 20_000, 20_000]);
        let drawn: Vec<Duration> = (0..20).map(|_| backoff.delay(9)).collect();
        assert!(drawn.iter().all(|delay| *delay <= backoff.most));
        assert!(drawn.iter().any(|delay| *delay != drawn[0]), "not in step");
    }
}
