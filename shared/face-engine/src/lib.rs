//! Whether two photographs show one person: it finds the face, describes it by 128 numbers, and compares them.
//!
//! The [`Engine`] reads the nets' [`Weights`] once. It examines a [`Picture`], and the result, [`Examined`], says how
//! many faces there are, what makes the picture unfit, and the face's [`Descriptor`]. Two descriptors have a distance,
//! and [`Thresholds`] put it into a [`Band`]. Nothing here decides anything, and nothing distinguishes a living face
//! from a photograph of one.

mod descriptor;
mod engine;
mod geometry;
mod nets;
mod picture;
mod quality;
mod weights;

pub use descriptor::{Band, Descriptor, Thresholds};
pub use engine::{Engine, Examined, Face};
pub use geometry::{Bounds, Point};
pub use picture::{MAX_BYTES, MAX_PIXELS, MAX_SIDE, Picture, PictureError, whole_jpeg};
pub use quality::{Quality, QualityProblem, QualityRules};
pub use weights::{FILES, PACKAGE_VERSION, WeightFile, Weights, WeightsError};
