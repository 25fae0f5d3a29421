//! Comparing faces: one interface, two engines behind it. The embedded one computes here, Amazon Rekognition computes
//! at AWS. docs/face.md says how good each is.

mod embedded;
mod rekognition;

use jiff::Timestamp;

pub use embedded::Embedded;
pub use rekognition::{Rekognition, Similarities};

use crate::domain::face::{FaceComparison, PictureProblem};

/// The engine that examines faces.
pub enum FaceEngine {
    Embedded(Embedded),
    Rekognition(Rekognition),
}

/// What a photograph shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub faces: usize,
    /// Nothing where there is exactly one usable face.
    pub problems: Vec<PictureProblem>,
}

/// Why an engine says nothing.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// Its weights cannot be read, or AWS does not answer.
    #[error("the face engine is not available: {0}")]
    Unavailable(String),
    /// It cannot read this photograph.
    #[error("the face engine cannot read a photograph: {0}")]
    Unreadable(String),
}

impl FaceEngine {
    /// Checks whether a selfie shows exactly one usable face.
    pub async fn look_at(&self, selfie: &[u8]) -> Result<Seen, FaceError> {
        match self {
            Self::Embedded(engine) => engine.look_at(selfie).await,
            Self::Rekognition(engine) => engine.look_at(selfie).await,
        }
    }

    /// Compares the registry's photograph with a selfie.
    pub async fn compare(
        &self,
        registry_photo: &[u8],
        selfie: &[u8],
        now: Timestamp,
    ) -> Result<FaceComparison, FaceError> {
        match self {
            Self::Embedded(engine) => engine.compare(registry_photo, selfie, now).await,
            Self::Rekognition(engine) => engine.compare(registry_photo, selfie, now).await,
        }
    }
}
