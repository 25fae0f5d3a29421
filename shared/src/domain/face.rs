//! What an engine says of two photographs of faces: a hint for the officer, and never a decision.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::text::{Invalid, Text};

/// What comparing the registry's photograph with the selfie gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaceComparison {
    pub band: FaceBand,
    /// As the engine measures; nothing where a photograph shows no face.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    pub measure: FaceMeasure,
    /// The engine and its version: scores of others mean something else.
    pub engine: String,
    pub version: String,
    /// How many faces the selfie shows.
    pub faces: usize,
    /// What makes the selfie unfit.
    #[serde(default)]
    pub selfie_problems: Vec<PictureProblem>,
    /// What makes the registry's photograph unfit.
    #[serde(default)]
    pub registry_photo_problems: Vec<PictureProblem>,
    #[serde(serialize_with = "super::moment::serialize")]
    pub compared_at: Timestamp,
}

/// What a score suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceBand {
    Match,
    /// Neither, or it would match but a photograph is unfit: look closely.
    Review,
    NoMatch,
}

/// What a score measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceMeasure {
    /// From 0: the less, the more alike.
    Distance,
    /// In percent: the more, the more alike.
    Similarity,
}

/// Why a photograph is unfit. The person can do something about each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureProblem {
    NoFace,
    SeveralFaces,
    TooSmall,
    TooDark,
    Blurred,
}

impl FaceComparison {
    /// What the officer has to know of every comparison.
    pub const LIVENESS: Text = Text {
        id: "Sistem hanya membandingkan kedua foto dan TIDAK memeriksa apakah swafoto diambil langsung dari \
             orangnya. Cocokkan kedua foto dengan wajah pemohon di depan Anda.",
        en: "The system only compared the two photos. It did NOT check that a living person took the selfie. \
             Compare the photos with the person in front of you.",
    };

    /// Whether approving against it needs a written reason.
    pub fn speaks_against(&self) -> bool {
        self.band == FaceBand::NoMatch
    }
}

impl PictureProblem {
    /// What the applicant can do better.
    pub fn advice(self) -> Invalid {
        match self {
            Self::NoFace => Invalid::new(
                "Wajah tidak terlihat. Hadapkan wajah ke kamera; lepaskan masker dan kacamata hitam.",
                "No face can be seen. Face the camera; take off your mask and sunglasses.",
            ),
            Self::SeveralFaces => Invalid::new(
                "Terlihat lebih dari satu wajah. Pastikan hanya Anda yang terlihat.",
                "More than one face can be seen. Make sure that only you are in the picture.",
            ),
            Self::TooSmall => Invalid::new(
                "Wajah terlalu kecil. Dekatkan ponsel ke wajah.",
                "The face is too small. Hold the phone closer to your face.",
            ),
            Self::TooDark => Invalid::new(
                "Foto terlalu gelap. Hadapkan wajah ke cahaya.",
                "The photo is too dark. Turn the face towards the light.",
            ),
            Self::Blurred => Invalid::new(
                "Foto buram. Bersihkan lensa kamera dan tahan ponsel agar tidak bergerak.",
                "The photo is blurred. Clean the lens and hold the phone still.",
            ),
        }
    }
}
