//! The descriptor net: dlib's residual net of 29 layers, from an aligned face to 128 numbers.

use super::convolution::{Convolution, Edge, Window};
use super::map::Map;
use crate::weights::{Tensors, WeightsError};

pub struct DescriptorNet {
    first: Convolution,
    blocks: Vec<Block>,
    last: Vec<f32>,
}

/// How many numbers describe a face.
pub const LENGTH: usize = 128;

/// The means of red, green and blue that the net was trained with, and its divisor (dlib's, not 255).
const MEANS: [f32; 3] = [122.782, 117.001, 104.298];
const DIVISOR: f32 = 256.0;

/// The blocks in their order: name, channels in and out; those that go down halve the map.
const BLOCKS: [(&str, usize, usize); 14] = [
    ("conv32_1", 32, 32),
    ("conv32_2", 32, 32),
    ("conv32_3", 32, 32),
    ("conv64_down", 32, 64),
    ("conv64_1", 64, 64),
    ("conv64_2", 64, 64),
    ("conv64_3", 64, 64),
    ("conv128_down", 64, 128),
    ("conv128_1", 128, 128),
    ("conv128_2", 128, 128),
    ("conv256_down", 128, 256),
    ("conv256_1", 256, 256),
    ("conv256_2", 256, 256),
    ("conv256_down_out", 256, 256),
];

impl DescriptorNet {
    pub fn take(tensors: &mut Tensors) -> Result<Self, WeightsError> {
        let window = Window { side: 7, stride: 2, edge: Edge::Valid };
        let first = scaled(tensors, "conv32_down", window, [3, 32])?;
        let blocks = BLOCKS.into_iter().map(|(name, from, to)| Block::take(tensors, name, [from, to]));
        let blocks = blocks.collect::<Result<_, _>>()?;
        let last = tensors.take("fc", &[256, LENGTH])?;
        Ok(Self { first, blocks, last })
    }

    /// Describes an aligned face of 150 by 150 points, colours from 0 to 255.
    pub fn describe(&self, chip: Map) -> [f32; LENGTH] {
        let chip = chip.normalised(MEANS, DIVISOR);
        let mut map = self.first.of(&chip).rectified().greatest(3, 2, true);
        for block in &self.blocks {
            map = block.of(&map);
        }
        let mut numbers = [0.0; LENGTH];
        for (value, weights) in map.mean().values.iter().zip(self.last.chunks_exact(LENGTH)) {
            for (number, weight) in numbers.iter_mut().zip(weights) {
                *number += value * weight;
            }
        }
        numbers
    }
}

/// Two convolutions whose result is added to what went in.
struct Block {
    first: Convolution,
    second: Convolution,
    down: bool,
}

impl Block {
    fn take(tensors: &mut Tensors, name: &str, [from, to]: [usize; 2]) -> Result<Self, WeightsError> {
        let down = name.contains("down");
        let same = Window { side: 3, stride: 1, edge: Edge::Same };
        let halving = Window { side: 3, stride: 2, edge: Edge::Valid };
        Ok(Self {
            first: scaled(tensors, &format!("{name}/conv1"), if down { halving } else { same }, [from, to])?,
            second: scaled(tensors, &format!("{name}/conv2"), same, [to, to])?,
            down,
        })
    }

    fn of(&self, map: &Map) -> Map {
        let changed = self.second.of(&self.first.of(map).rectified());
        if !self.down {
            return changed.plus(map).rectified();
        }
        let kept = map.halved();
        let (height, width) = (kept.height.max(changed.height), kept.width.max(changed.width));
        let channels = changed.channels;
        kept.padded(height, width, channels).plus(&changed.padded(height, width, channels)).rectified()
    }
}

/// A convolution with its normalisation (`{name}/conv`, `{name}/scale`).
fn scaled(
    tensors: &mut Tensors,
    name: &str,
    window: Window,
    channels: [usize; 2],
) -> Result<Convolution, WeightsError> {
    let convolution = Convolution::take(tensors, &format!("{name}/conv"), window, channels)?;
    let factors = tensors.take(&format!("{name}/scale/weights"), &[channels[1]])?;
    let addends = tensors.take(&format!("{name}/scale/biases"), &[channels[1]])?;
    Ok(convolution.scaled(&factors, &addends))
}
