//! Randomness for made-up data.

use ikd::app::{Randomness, SystemRandomness};

#[derive(Default)]
pub struct Draw(SystemRandomness);

impl Draw {
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }
}
