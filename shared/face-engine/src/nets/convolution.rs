//! Convolutions: dense ones as products of matrices, and those that take each channel alone.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::map::Map;
use crate::weights::{Tensors, WeightsError};

/// Where a window may lie.
#[derive(Clone, Copy, Debug)]
pub enum Edge {
    /// Inside the map alone.
    Valid,
    /// Also across the edge, where everything is zero, so that there is a window for each stride (TensorFlow's "same").
    Same,
}

/// A dense convolution with a square window.
pub struct Convolution {
    /// One row for each value of a window (row, column, channel), one column for each channel that comes out.
    filters: Vec<f32>,
    bias: Vec<f32>,
    window: Window,
    channels: usize,
}

/// A convolution of each channel alone, followed by a dense one of single points.
pub struct Separable {
    depthwise: Vec<f32>,
    window: Window,
    pointwise: Convolution,
}

impl Convolution {
    /// Takes `{name}/filters` and `{name}/bias`.
    pub fn take(tensors: &mut Tensors, name: &str, window: Window, channels: [usize; 2]) -> Result<Self, WeightsError> {
        let filters =
            tensors.take(&format!("{name}/filters"), &[window.side, window.side, channels[0], channels[1]])?;
        let bias = tensors.take(&format!("{name}/bias"), &[channels[1]])?;
        Ok(Self { filters, bias, window, channels: channels[0] })
    }

    /// Multiplies each channel that comes out, then adds: a normalisation whose statistics are fixed.
    pub fn scaled(mut self, factors: &[f32], addends: &[f32]) -> Self {
        for row in self.filters.chunks_exact_mut(factors.len()) {
            for (weight, factor) in row.iter_mut().zip(factors) {
                *weight *= factor;
            }
        }
        for ((bias, factor), addend) in self.bias.iter_mut().zip(factors).zip(addends) {
            *bias = *bias * factor + addend;
        }
        self
    }

    pub fn of(&self, map: &Map) -> Map {
        let out = self.bias.len();
        let mut result = self.window.result(map, out);
        for point in result.values.chunks_exact_mut(out) {
            point.copy_from_slice(&self.bias);
        }
        if self.window.side == 1 && self.window.stride == 1 {
            add_product(&map.values, &self.filters, &mut result.values, self.channels);
            return result;
        }
        // Some rows at a time, so that the windows' values stay in the processor's cache.
        let values = self.window.side * self.window.side * self.channels;
        let rows = (STRIP / (values * result.width)).clamp(1, result.height);
        let mut windows = vec![0.0; rows * result.width * values];
        for (strip, target) in result.values.chunks_mut(rows * result.width * out).enumerate() {
            let windows = &mut windows[..target.len() / out * values];
            for (index, window) in windows.chunks_exact_mut(values).enumerate() {
                let (row, column) = (strip * rows + index / result.width, index % result.width);
                self.window.copy(map, row, column, window);
            }
            add_product(windows, &self.filters, target, values);
        }
        result
    }
}

impl Separable {
    /// Takes `{name}/depthwise_filter`, `{name}/pointwise_filter` and `{name}/bias`.
    pub fn take(tensors: &mut Tensors, name: &str, stride: usize, channels: [usize; 2]) -> Result<Self, WeightsError> {
        let window = Window { side: 3, stride, edge: Edge::Same };
        let depthwise = tensors.take(&format!("{name}/depthwise_filter"), &[3, 3, channels[0], 1])?;
        let filters = tensors.take(&format!("{name}/pointwise_filter"), &[1, 1, channels[0], channels[1]])?;
        let bias = tensors.take(&format!("{name}/bias"), &[channels[1]])?;
        let point = Window { side: 1, stride: 1, edge: Edge::Valid };
        Ok(Self { depthwise, window, pointwise: Convolution { filters, bias, window: point, channels: channels[0] } })
    }

    pub fn of(&self, map: &Map) -> Map {
        let mut result = self.window.result(map, map.channels);
        for (index, target) in result.values.chunks_exact_mut(map.channels).enumerate() {
            for (offset, point) in self.window.points(map, index / result.width, index % result.width) {
                let weights = &self.depthwise[offset * map.channels..][..map.channels];
                for ((sum, value), weight) in target.iter_mut().zip(point).zip(weights) {
                    *sum += value * weight;
                }
            }
        }
        self.pointwise.of(&result)
    }
}

/// How many values of windows are laid out at a time: 256 KiB.
const STRIP: usize = 65_536;

/// The square that a filter sees, and how far apart the next one is.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub side: usize,
    pub stride: usize,
    pub edge: Edge,
}

impl Window {
    fn result(&self, map: &Map, channels: usize) -> Map {
        Map::zeros(self.count(map.height), self.count(map.width), channels)
    }

    fn count(&self, length: usize) -> usize {
        match self.edge {
            Edge::Valid => (length - self.side) / self.stride + 1,
            Edge::Same => length.div_ceil(self.stride),
        }
    }

    /// How far the first window reaches across the edge above, or on the left.
    fn before(&self, length: usize) -> usize {
        let reach = (self.count(length) - 1) * self.stride + self.side;
        reach.saturating_sub(length) / 2
    }

    /// The window's points that lie in the map, each with its place in the filter.
    fn points<'a>(&self, map: &'a Map, row: usize, column: usize) -> impl Iterator<Item = (usize, &'a [f32])> {
        let (top, left) = (self.before(map.height), self.before(map.width));
        let side = self.side;
        let (row, column) = (row * self.stride, column * self.stride);
        let inside = move |at: usize, before: usize, length: usize| {
            before.saturating_sub(at)..side.min((length + before).saturating_sub(at))
        };
        inside(row, top, map.height).flat_map(move |y| {
            inside(column, left, map.width).map(move |x| (y * side + x, map.point(row + y - top, column + x - left)))
        })
    }

    /// Copies the window's values; what lies beyond the edge is zero.
    fn copy(&self, map: &Map, row: usize, column: usize, target: &mut [f32]) {
        let (top, left) = (self.before(map.height), self.before(map.width));
        let (row, column) = (row * self.stride, column * self.stride);
        let width = self.side * map.channels;
        let skipped = left.saturating_sub(column);
        let end = self.side.min(map.width + left - column);
        for (y, target) in target.chunks_exact_mut(width).enumerate() {
            target.fill(0.0);
            let Some(from) = (row + y).checked_sub(top).filter(|from| *from < map.height) else { continue };
            let start = (from * map.width + column + skipped - left) * map.channels;
            let length = (end - skipped) * map.channels;
            target[skipped * map.channels..][..length].copy_from_slice(&map.values[start..start + length]);
        }
    }
}

/// Adds the product of two matrices, given row by row; `inner` is the length of a row of the first.
fn add_product(left: &[f32], right: &[f32], sum: &mut [f32], inner: usize) {
    let (rows, columns) = (left.len() / inner, right.len() / inner);
    let views = (
        ArrayView2::from_shape((rows, inner), left),
        ArrayView2::from_shape((inner, columns), right),
        ArrayViewMut2::from_shape((rows, columns), sum),
    );
    let (Ok(left), Ok(right), Ok(mut sum)) = views else {
        unreachable!("{rows} by {inner} by {columns}: the sizes follow from each other")
    };
    general_mat_mul(1.0, &left, &right, 1.0, &mut sum);
}
