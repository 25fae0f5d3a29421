//! The landmark net: where the 68 points of a face are.

use super::convolution::{Convolution, Edge, Separable, Window};
use super::map::Map;
use crate::geometry::Point;
use crate::weights::{Tensors, WeightsError};

pub struct LandmarkNet {
    first: Convolution,
    /// Four stages; each begins with a convolution that halves the map (in the first stage, `first`).
    stages: Vec<Stage>,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

/// The side of the square that the net takes.
pub const INPUT: usize = 112;
/// The points, in the order of the Multi-PIE markup: jaw, brows, nose, eyes, mouth.
pub const COUNT: usize = 68;

const MEANS: [f32; 3] = [122.782, 117.001, 104.298];

struct Stage {
    halving: Option<Separable>,
    others: [Separable; 3],
}

impl LandmarkNet {
    pub fn take(tensors: &mut Tensors) -> Result<Self, WeightsError> {
        let window = Window { side: 3, stride: 2, edge: Edge::Same };
        let first = Convolution::take(tensors, "dense0/conv0", window, [3, 32])?;
        let mut stages = Vec::new();
        let mut from = 32;
        for (index, to) in [32, 64, 128, 256].into_iter().enumerate() {
            let name = |convolution: usize| format!("dense{index}/conv{convolution}");
            let halving = if index == 0 { None } else { Some(Separable::take(tensors, &name(0), 2, [from, to])?) };
            let mut other = |convolution: usize| Separable::take(tensors, &name(convolution), 1, [to, to]);
            stages.push(Stage { halving, others: [other(1)?, other(2)?, other(3)?] });
            from = to;
        }
        let weights = tensors.take("fc/weights", &[from, 2 * COUNT])?;
        let bias = tensors.take("fc/bias", &[2 * COUNT])?;
        Ok(Self { first, stages, weights, bias })
    }

    /// Finds the points in a square crop, colours from 0 to 255; the crop's corners are (0, 0) and (1, 1).
    pub fn locate(&self, crop: Map) -> [Point; COUNT] {
        let mut map = self.first.of(&crop.normalised(MEANS, 255.0));
        for stage in &self.stages {
            map = stage.of(map);
        }
        let mut numbers = self.bias.clone();
        for (value, weights) in map.mean().values.iter().zip(self.weights.chunks_exact(2 * COUNT)) {
            for (number, weight) in numbers.iter_mut().zip(weights) {
                *number += value * weight;
            }
        }
        std::array::from_fn(|index| Point { x: numbers[2 * index], y: numbers[2 * index + 1] })
    }
}

impl Stage {
    /// Each convolution is added to the sum of all before it.
    fn of(&self, map: Map) -> Map {
        let mut sum = match &self.halving {
            Some(halving) => halving.of(&map).rectified(),
            None => map.rectified(),
        };
        let mut rectified = sum.clone();
        for other in &self.others {
            sum = sum.plus(&other.of(&rectified));
            rectified = sum.clone().rectified();
        }
        rectified
    }
}
