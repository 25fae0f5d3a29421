//! Time and randomness, passed in so that tests can choose them.

use std::fmt::Debug;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use jiff::Timestamp;

pub trait Clock: Debug + Send + Sync {
    fn now(&self) -> Timestamp;
}

pub trait Randomness: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The machine's cryptographic randomness.
#[derive(Debug, Default)]
pub struct SystemRandomness(SystemRandom);

impl Randomness for SystemRandomness {
    #[expect(clippy::expect_used, reason = "without randomness no request may be answered")]
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("the system gives random bytes");
    }
}
