//! Tools to work on faces: weights and pictures from package registries, and measurements of the engine.

mod archive;
pub mod calibration;
pub mod pictures;
pub mod weights;
