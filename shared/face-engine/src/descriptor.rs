//! What is kept of a face to compare it with another, and what their distance means.

use crate::nets::DESCRIPTOR_LENGTH;

/// 128 numbers that are alike for photographs of one person. They are biometric data: never log or store them.
#[derive(Clone, PartialEq)]
pub struct Descriptor([f32; DESCRIPTOR_LENGTH]);

impl Descriptor {
    #[expect(clippy::large_types_passed_by_value, reason = "the numbers move in")]
    pub(crate) fn new(numbers: [f32; DESCRIPTOR_LENGTH]) -> Self {
        Self(numbers)
    }

    pub fn numbers(&self) -> &[f32] {
        &self.0
    }

    /// The Euclidean distance: 0 from a photograph to itself, seldom more than 1.
    pub fn distance(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(left, right)| (left - right).powi(2)).sum::<f32>().sqrt()
    }
}

impl std::fmt::Debug for Descriptor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Descriptor(…)")
    }
}

/// What a distance suggests to the officer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    Match,
    Review,
    NoMatch,
}

/// Where the bands end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// The greatest distance that is a match.
    pub match_max_distance: f32,
    /// Every greater distance is no match.
    pub no_match_above: f32,
}

impl Default for Thresholds {
    /// Some pairs of different people are also below dlib's own 0.6; see docs/face.md.
    fn default() -> Self {
        Self { match_max_distance: 0.45, no_match_above: 0.60 }
    }
}

impl Thresholds {
    /// A distance that is not a number is no match.
    pub fn band(&self, distance: f32) -> Band {
        if distance <= self.match_max_distance {
            Band::Match
        } else if distance <= self.no_match_above {
            Band::Review
        } else {
            Band::NoMatch
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_include_their_upper_end() {
        let bands = [0.0, 0.45, 0.46, 0.60, 0.61, f32::NAN].map(|distance| Thresholds::default().band(distance));
        assert_eq!(bands, [Band::Match, Band::Match, Band::Review, Band::Review, Band::NoMatch, Band::NoMatch]);
    }

    #[test]
    fn a_descriptor_is_not_printed() {
        assert_eq!(format!("{:?}", Descriptor::new([0.25; DESCRIPTOR_LENGTH])), "Descriptor(…)");
    }
}
