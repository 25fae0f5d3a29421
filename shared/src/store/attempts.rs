//! Attempts at one call to the database, each after a longer wait than the one before.

use std::time::Duration;

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

    /// Waits until the next attempt is due (20 ms, 40 ms, 80 ms, …); false at once where none is left.
    pub async fn wait_for_next(&mut self) -> bool {
        if self.made >= self.max {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(10 << self.made)).await;
        self.made += 1;
        true
    }
}
