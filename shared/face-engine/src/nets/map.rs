//! What flows between the layers: a grid of points with the same number of channels each, and what needs no weights.

/// Values by row, column and channel, the channels of one point side by side.
#[derive(Clone, Debug)]
pub struct Map {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub values: Vec<f32>,
}

impl Map {
    pub fn zeros(height: usize, width: usize, channels: usize) -> Self {
        Self { height, width, channels, values: vec![0.0; height * width * channels] }
    }

    pub fn point(&self, row: usize, column: usize) -> &[f32] {
        let start = (row * self.width + column) * self.channels;
        &self.values[start..start + self.channels]
    }

    fn point_mut(&mut self, row: usize, column: usize) -> &mut [f32] {
        let start = (row * self.width + column) * self.channels;
        &mut self.values[start..start + self.channels]
    }

    /// Takes the mean of each colour away and divides, as each net was trained with.
    pub fn normalised(mut self, means: [f32; 3], divisor: f32) -> Self {
        for point in self.values.chunks_exact_mut(means.len()) {
            for (value, mean) in point.iter_mut().zip(means) {
                *value = (*value - mean) / divisor;
            }
        }
        self
    }

    pub fn rectified(mut self) -> Self {
        self.values.iter_mut().for_each(|value| *value = value.max(0.0));
        self
    }

    /// A rectifier that lets a tenth of negative values through.
    pub fn leaky(mut self) -> Self {
        self.values.iter_mut().for_each(|value| *value = value.max(0.1 * *value));
        self
    }

    /// Adds another map of the same size.
    pub fn plus(mut self, other: &Self) -> Self {
        for (value, more) in self.values.iter_mut().zip(&other.values) {
            *value += more;
        }
        self
    }

    /// The same values in a larger map: zeros below, on the right, and in the new channels.
    pub fn padded(self, height: usize, width: usize, channels: usize) -> Self {
        if (self.height, self.width, self.channels) == (height, width, channels) {
            return self;
        }
        let mut padded = Self::zeros(height, width, channels);
        for row in 0..self.height {
            for column in 0..self.width {
                padded.point_mut(row, column)[..self.channels].copy_from_slice(self.point(row, column));
            }
        }
        padded
    }

    /// The greatest of each window of `side` by `side` points, `stride` apart; windows that reach beyond the edge
    /// below and on the right are cut there (and left out where `whole`).
    pub fn greatest(&self, side: usize, stride: usize, whole: bool) -> Self {
        let count = |length: usize| if whole { (length - side) / stride + 1 } else { length.div_ceil(stride) };
        let mut pooled = Self::zeros(count(self.height), count(self.width), self.channels);
        for row in 0..pooled.height {
            for column in 0..pooled.width {
                let target = pooled.point_mut(row, column);
                target.fill(f32::NEG_INFINITY);
                for y in row * stride..(row * stride + side).min(self.height) {
                    for x in column * stride..(column * stride + side).min(self.width) {
                        for (greatest, value) in target.iter_mut().zip(self.point(y, x)) {
                            *greatest = greatest.max(*value);
                        }
                    }
                }
            }
        }
        pooled
    }

    /// The mean of each whole window of two by two points, two apart.
    pub fn halved(&self) -> Self {
        let mut pooled = Self::zeros(self.height / 2, self.width / 2, self.channels);
        for row in 0..pooled.height {
            for column in 0..pooled.width {
                let target = pooled.point_mut(row, column);
                for (y, x) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    for (sum, value) in target.iter_mut().zip(self.point(2 * row + y, 2 * column + x)) {
                        *sum += value / 4.0;
                    }
                }
            }
        }
        pooled
    }

    /// The mean of all points, as a map of one.
    pub fn mean(&self) -> Self {
        let mut mean = Self::zeros(1, 1, self.channels);
        for point in self.values.chunks_exact(self.channels) {
            for (sum, value) in mean.values.iter_mut().zip(point) {
                *sum += value;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a map has some thousand points, which an f32 counts exactly")]
        let count = (self.height * self.width) as f32;
        mean.values.iter_mut().for_each(|sum| *sum /= count);
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(height: usize, width: usize) -> Map {
        let values = (0..height * width).map(|value| f32::from(u8::try_from(value).unwrap())).collect();
        Map { height, width, channels: 1, values }
    }

    #[test]
    fn windows_at_the_edge_are_cut_or_left_out() {
        let map = counting(3, 3);
        assert_eq!(map.greatest(2, 2, false).values, [4.0, 5.0, 7.0, 8.0]);
        assert_eq!(map.greatest(2, 2, true).values, [4.0]);
        assert_eq!(map.greatest(2, 1, false).values, [4.0, 5.0, 5.0, 7.0, 8.0, 8.0, 7.0, 8.0, 8.0]);
        assert_eq!(map.halved().values, [2.0]);
        assert_eq!(map.mean().values, [4.0]);
    }

    #[test]
    fn padding_is_below_on_the_right_and_in_new_channels() {
        assert_eq!(counting(1, 2).padded(2, 2, 2).values, [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn rectifiers_keep_what_is_positive() {
        let map = Map { height: 1, width: 1, channels: 2, values: vec![-2.0, 2.0] };
        assert_eq!(map.clone().rectified().values, [0.0, 2.0]);
        assert_eq!(map.leaky().values, [-0.2, 2.0]);
    }
}
