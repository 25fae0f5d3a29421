//! What one needs to work on faces: weights and pictures out of package registries, and what the engine makes of them.

mod archive;
pub mod calibration;
pub mod pictures;
pub mod weights;
