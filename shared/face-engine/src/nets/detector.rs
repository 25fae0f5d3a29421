//! The detector net (a small YOLO v2): where faces may be.

use super::convolution::{Convolution, Edge, Separable, Window};
use super::map::Map;
use crate::geometry::{Bounds, Point};
use crate::weights::{Tensors, WeightsError};

pub struct DetectorNet {
    first: Convolution,
    others: Vec<Separable>,
    last: Convolution,
}

/// A box that may hold a face, in points of the net's input.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    pub bounds: Bounds,
    /// From 0 to 1.
    pub score: f32,
}

/// The side of the square that one point of the result covers.
const CELL: f32 = 32.0;

const MEANS: [f32; 3] = [117.001, 114.697, 97.404];
const CHANNELS: [usize; 6] = [16, 32, 64, 128, 256, 512];
/// The widths and heights, in cells, that the net's boxes are multiples of.
const ANCHORS: [(f32, f32); 5] = [
    (1.603_231, 2.094_468),
    (6.041_143, 7.080_126),
    (2.882_459, 3.518_061),
    (4.266_906, 5.178_857),
    (9.041_765, 10.663_08),
];
/// For each anchor: the centre, the size, and the score.
const VALUES: usize = 5;

impl DetectorNet {
    pub fn take(tensors: &mut Tensors) -> Result<Self, WeightsError> {
        let window = |side| Window { side, stride: 1, edge: Edge::Valid };
        let first = Convolution::take(tensors, "conv0", window(3), [3, CHANNELS[0]])?;
        let pairs = CHANNELS.windows(2).zip(1..);
        let others =
            pairs.map(|(pair, index)| Separable::take(tensors, &format!("conv{index}"), 1, [pair[0], pair[1]]));
        let others = others.collect::<Result<_, _>>()?;
        let last = Convolution::take(tensors, "conv8", window(1), [CHANNELS[5], ANCHORS.len() * VALUES])?;
        Ok(Self { first, others, last })
    }

    /// Finds boxes of at least this score in a square picture (a multiple of 32 points a side), colours from 0 to 255.
    /// The best one comes first; of several that overlap, only the best one is kept. There are `max` at most: for each, the
    /// caller looks closer, and a picture of wallpaper can be full of them.
    pub fn detect(&self, picture: Map, min_score: f32, max: usize) -> Vec<Candidate> {
        let mut map = self.first.of(&picture.normalised(MEANS, 255.0)).leaky();
        for (index, convolution) in self.others.iter().enumerate() {
            map = convolution.of(&map.greatest(2, 2, false)).leaky();
            if index + 1 == self.others.len() {
                map = map.greatest(2, 1, false);
            }
        }
        let map = self.last.of(&map);
        let mut candidates: Vec<Candidate> = Vec::new();
        for row in 0..map.height {
            for column in 0..map.width {
                let anchors = map.point(row, column).chunks_exact(VALUES).zip(ANCHORS);
                candidates.extend(anchors.map(|(values, anchor)| candidate(values, anchor, row, column)));
            }
        }
        candidates.retain(|candidate| candidate.score >= min_score);
        best(candidates, max)
    }
}

fn candidate(values: &[f32], (width, height): (f32, f32), row: usize, column: usize) -> Candidate {
    #[expect(clippy::cast_precision_loss, reason = "there are some thousand cells at most")]
    let (row, column) = (row as f32, column as f32);
    let centre = Point { x: (column + sigmoid(values[0])) * CELL, y: (row + sigmoid(values[1])) * CELL };
    let (width, height) = (values[2].exp() * width * CELL, values[3].exp() * height * CELL);
    Candidate { bounds: Bounds::around(centre, width, height), score: sigmoid(values[4]) }
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

/// Of boxes that overlap by more than two fifths, keeps the one with the best score, and as many as `max`.
fn best(mut candidates: Vec<Candidate>, max: usize) -> Vec<Candidate> {
    const MAX_OVERLAP: f32 = 0.4;

    candidates.sort_by(|left, right| right.score.total_cmp(&left.score));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if kept.len() == max {
            break;
        }
        if kept.iter().all(|better| better.bounds.overlap(&candidate.bounds) <= MAX_OVERLAP) {
            kept.push(candidate);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_candidates_are_kept_and_no_more_than_asked_for() {
        let at = |place: u8, score: f32| {
            let centre = Point { x: f32::from(place) * 40.0, y: 16.0 };
            Candidate { bounds: Bounds::around(centre, 30.0, 30.0), score }
        };
        let candidates: Vec<Candidate> = (0..100).map(|place| at(place, 0.5 + f32::from(place) / 250.0)).collect();
        let kept = best(candidates.clone(), 10);
        assert_eq!(kept.len(), 10);
        assert!(kept.iter().all(|candidate| candidate.score > 0.85), "the best ones");
        assert_eq!(best(candidates, 200).len(), 100);
        assert_eq!(best(vec![at(1, 0.6), at(1, 0.9)], 10).len(), 1, "of those that overlap, one");
    }
}
