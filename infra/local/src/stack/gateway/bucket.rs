//! A token bucket, as API Gateway limits a route with: so many requests a second, and a burst.

use std::time::Instant;

use catalogue::Rate;

pub(super) struct Bucket {
    rate: Rate,
    tokens: f64,
    filled_at: Option<Instant>,
}

impl Bucket {
    /// A bucket that a whole burst can be taken from.
    pub fn full(rate: Rate) -> Self {
        Self { rate, tokens: f64::from(rate.burst), filled_at: None }
    }

    /// Takes one request's token, if there is one.
    pub fn take(&mut self, now: Instant) -> bool {
        let since = self.filled_at.map_or(0.0, |before| now.saturating_duration_since(before).as_secs_f64());
        self.tokens = (self.tokens + since * f64::from(self.rate.per_second)).min(f64::from(self.rate.burst));
        self.filled_at = Some(now);
        let is_there = self.tokens >= 1.0;
        if is_there {
            self.tokens -= 1.0;
        }
        is_there
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_as_many_as_the_rate_lets_through() {
        let start = Instant::now();
        let mut bucket = Bucket::full(Rate { per_second: 10, burst: 20 });
        assert_eq!((0..30).filter(|_| bucket.take(start)).count(), 20);
        assert!(!bucket.take(start + Duration::from_millis(50)));
        assert!(bucket.take(start + Duration::from_millis(150)));
        assert_eq!((0..30).filter(|_| bucket.take(start + Duration::from_mins(1))).count(), 20, "it never overflows");
    }
}
