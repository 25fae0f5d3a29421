//! What the face engine says of an applicant's selfie: asked once, kept with the registration, and only ever a hint.

use std::time::Duration;

use ikd::app::{App, Counter};
use ikd::domain::face::{FaceBand, FaceComparison};
use ikd::domain::registration::Registration;
use ikd::domain::resident::Resident;

/// Nobody waits longer than this for a hint.
const PATIENCE: Duration = Duration::from_secs(3);

/// The comparison that was kept, unless the registry may have another photograph by now.
pub fn kept(registration: &Registration, resident: &Resident) -> Option<FaceComparison> {
    registration.face.clone().filter(|kept| kept.compared_at >= resident.updated_at)
}

/// Compares. Where the engine says nothing the officer decides without it.
pub async fn compare(app: &App, resident: &Resident, selfie: Option<&[u8]>) -> Option<FaceComparison> {
    let compared = tokio::time::timeout(PATIENCE, app.faces().compare(&resident.photo, selfie?, app.now())).await;
    let cause = match compared {
        Ok(Ok(comparison)) => return Some(comparison),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the face engine took too long".to_owned(),
    };
    tracing::warn!(target: "ikd", function = "approve-face", cause, "faces were not compared");
    None
}

/// Counts a comparison that was made just now, once it is kept.
pub fn count(app: &App, comparison: &FaceComparison) {
    app.count(match comparison.band {
        FaceBand::Match => Counter::FaceMatch,
        FaceBand::Review => Counter::FaceReview,
        FaceBand::NoMatch => Counter::FaceNoMatch,
    });
}
