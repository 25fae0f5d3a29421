//! Tools to work on faces: weights and pictures from package registries, and measurements of the engine.

mod archive;
#[cfg(feature = "calibration")]
pub mod calibration;
pub mod pictures;
pub mod weights;
