//! Draws from a seed, the same on every machine and in every version.

use jiff::civil::Date;
use jiff::{Span, Unit};

/// SplitMix64 (Steele, Lea and Flood, 2014). Good enough for people who do not exist, and no good for secrets.
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, and without, `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        let product = (self.next() >> 32) * u64::from(end);
        u32::try_from(product >> 32).unwrap_or_default()
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: i16, last: i16) -> i16 {
        let number = self.below(u32::from(last.abs_diff(first)) + 1);
        first.min(last) + i16::try_from(number).unwrap_or_default()
    }

    /// True so many times in a thousand.
    pub fn happens(&mut self, permille: u32) -> bool {
        self.below(1_000) < permille
    }

    /// One of several, each as likely.
    pub fn one_of<T: Copy>(&mut self, several: &[T]) -> Option<T> {
        let index = self.below(u32::try_from(several.len()).unwrap_or(u32::MAX));
        several.get(index as usize).copied()
    }

    /// One of several by their weights in a thousand; what is left goes to the last.
    pub fn weighted<T: Copy>(&mut self, several: &[(T, u32)], last: T) -> T {
        let mut left = self.below(1_000);
        for (one, weight) in several {
            if left < *weight {
                return *one;
            }
            left -= weight;
        }
        last
    }

    /// A day from `first` to `last`; `first` where `last` is earlier.
    pub fn date(&mut self, first: Date, last: Date) -> Date {
        let days = first.until((Unit::Day, last)).map_or(0, |span| span.get_days());
        let drawn = self.below(u32::try_from(days).unwrap_or_default() + 1);
        first.checked_add(Span::new().days(drawn)).unwrap_or(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_what_the_generators_authors_publish() {
        let mut draw = Draw::new(1_234_567);
        let first = [draw.next(), draw.next(), draw.next()];
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn draws_stay_within_their_bounds_and_reach_them() {
        let mut draw = Draw::new(1);
        let drawn: Vec<i16> = (0..500).map(|_| draw.between(-1, 2)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-1), Some(&2)));
        let (first, last) = (Date::constant(2024, 2, 28), Date::constant(2024, 3, 1));
        let dates: Vec<Date> = (0..100).map(|_| draw.date(first, last)).collect();
        assert_eq!((dates.iter().min(), dates.iter().max()), (Some(&first), Some(&last)));
        assert_eq!(draw.date(last, first), last);
    }
}
