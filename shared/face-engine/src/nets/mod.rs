//! The three nets, each a forward pass of its own over the same few operations.

mod convolution;
mod descriptor;
mod detector;
mod landmarks;
mod map;

pub use descriptor::{DescriptorNet, LENGTH as DESCRIPTOR_LENGTH};
pub use detector::{Candidate, DetectorNet};
pub use landmarks::{COUNT as LANDMARK_COUNT, INPUT as LANDMARK_INPUT, LandmarkNet};
pub use map::Map;
