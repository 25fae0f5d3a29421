//! The two errors of a comparison at a threshold, each with how well it is known.

use super::Compared;

/// A share of pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub count: usize,
    pub of: usize,
}

/// The errors at one threshold.
#[derive(Clone, Copy, Debug)]
pub struct Errors {
    pub threshold: f64,
    /// False matches (FMR): two people at or below the threshold.
    pub false_matches: Share,
    /// False non-matches (FNMR): one person above it.
    pub false_non_matches: Share,
}

impl Errors {
    pub fn at<'a>(threshold: f64, pairs: &(impl Iterator<Item = &'a Compared> + Clone)) -> Self {
        let share = |same: bool| {
            let pairs = pairs.clone().filter(|pair| pair.same == same);
            let wrong = pairs.clone().filter(|pair| (pair.distance <= threshold) != same);
            Share { count: wrong.count(), of: pairs.count() }
        };
        Self { threshold, false_matches: share(false), false_non_matches: share(true) }
    }
}

impl Share {
    /// The share; nothing where there are no pairs.
    pub fn rate(&self) -> Option<f64> {
        (self.of > 0).then(|| number(self.count) / number(self.of))
    }

    /// Wilson's interval of 95 % confidence (Wilson, 1927), which holds also for few pairs and for no error at all.
    /// It takes the pairs for independent; pairs that share a photograph or a person are not.
    pub fn interval(&self) -> Option<(f64, f64)> {
        /// The normal distribution's quantile of 97.5 %.
        const Z: f64 = 1.959_963_985;

        let (rate, of) = (self.rate()?, number(self.of));
        let shrunk = 1.0 + Z * Z / of;
        let centre = (rate + Z * Z / (2.0 * of)) / shrunk;
        let half = Z / shrunk * (rate * (1.0 - rate) / of + Z * Z / (4.0 * of * of)).sqrt();
        Some(((centre - half).max(0.0), (centre + half).min(1.0)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody labels more pairs than an f64 counts exactly")]
fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_lets_through_what_is_at_or_below_it() {
        let pair = |same, distance| Compared { same, group: None, distance };
        let pairs = [pair(true, 0.3), pair(true, 0.5), pair(false, 0.4), pair(false, 0.8), pair(false, 0.9)];
        let errors = Errors::at(0.4, &pairs.iter());
        assert_eq!(errors.false_matches, Share { count: 1, of: 3 });
        assert_eq!(errors.false_non_matches, Share { count: 1, of: 2 });
    }

    #[test]
    fn wilsons_interval_is_right_for_known_cases() {
        // Newcombe (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
        for (count, of, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let (found_low, found_high) = Share { count, of }.interval().unwrap();
            assert!((found_low - low).abs() < 1e-4 && (found_high - high).abs() < 1e-4, "{found_low} {found_high}");
        }
        assert_eq!(Share { count: 0, of: 0 }.interval(), None);
    }
}
