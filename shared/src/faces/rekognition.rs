//! Amazon Rekognition: DetectFaces examines a selfie, CompareFaces compares it with the registry's photograph.

use aws_sdk_rekognition::Client;
use aws_sdk_rekognition::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_rekognition::operation::compare_faces::CompareFacesError;
use aws_sdk_rekognition::operation::detect_faces::DetectFacesError;
use aws_sdk_rekognition::primitives::Blob;
use aws_sdk_rekognition::types::{BoundingBox, ComparedFace, Image, ImageQuality, QualityFilter};
use jiff::Timestamp;

use super::{FaceError, Seen};
use crate::aws::describe_failure;
use crate::domain::face::{FaceBand, FaceComparison, FaceMeasure, PictureProblem};

/// Rekognition's client, and where its bands end.
pub struct Rekognition {
    client: Client,
    similarities: Similarities,
}

/// Where the bands end, in percent. AWS recommends 99 % and more where an identity depends on it (Amazon Rekognition
/// Developer Guide, "use cases that involve public safety").
#[derive(Clone, Copy, Debug)]
pub struct Similarities {
    /// The least similarity that is a match.
    pub match_min_similarity: f64,
    /// Every smaller similarity is no match.
    pub no_match_below: f64,
}

/// A face that Rekognition sees.
struct Face {
    /// Parts of the picture.
    width: f32,
    height: f32,
    quality: Option<ImageQuality>,
}

impl Rekognition {
    /// Names the engine beside each score.
    pub const NAME: &str = "rekognition";
    /// The API's; AWS does not say which model answers.
    pub const VERSION: &str = "2016-06-27";

    pub fn new(client: Client, similarities: Similarities) -> Self {
        Self { client, similarities }
    }

    pub(super) async fn look_at(&self, selfie: &[u8]) -> Result<Seen, FaceError> {
        let answer = self.client.detect_faces().image(image(selfie)).send().await.map_err(|error| {
            let is_unreadable = matches!(
                error.as_service_error(),
                Some(DetectFacesError::InvalidImageFormatException(_) | DetectFacesError::ImageTooLargeException(_))
            );
            failed(&error, is_unreadable)
        })?;
        let faces: Vec<Face> = answer
            .face_details
            .unwrap_or_default()
            .into_iter()
            .filter_map(|face| Face::new(face.bounding_box.as_ref(), face.quality))
            .collect();
        Ok(Seen { faces: faces.len(), problems: problems(&faces) })
    }

    pub(super) async fn compare(
        &self,
        registry_photo: &[u8],
        selfie: &[u8],
        now: Timestamp,
    ) -> Result<FaceComparison, FaceError> {
        let seen = self.look_at(selfie).await?;
        let mut comparison = FaceComparison {
            band: FaceBand::Review,
            score: None,
            measure: FaceMeasure::Similarity,
            engine: Self::NAME.to_owned(),
            version: Self::VERSION.to_owned(),
            faces: seen.faces,
            selfie_problems: seen.problems,
            registry_photo_problems: Vec::new(),
            compared_at: now,
        };
        if comparison.faces == 0 {
            return Ok(comparison);
        }
        let compared = self
            .client
            .compare_faces()
            .source_image(image(registry_photo))
            .target_image(image(selfie))
            // Rekognition returns everything; it is judged here.
            .similarity_threshold(0.0)
            .quality_filter(QualityFilter::None)
            .send()
            .await;
        let answer = match compared {
            Ok(answer) => answer,
            // The selfie shows a face, so it is the registry's photograph that shows none.
            Err(error) if matches!(error.as_service_error(), Some(CompareFacesError::InvalidParameterException(_))) => {
                comparison.registry_photo_problems.push(PictureProblem::NoFace);
                return Ok(comparison);
            }
            Err(error) => {
                let is_unreadable = matches!(
                    error.as_service_error(),
                    Some(
                        CompareFacesError::InvalidImageFormatException(_)
                            | CompareFacesError::ImageTooLargeException(_)
                    )
                );
                return Err(failed(&error, is_unreadable));
            }
        };
        // Of several faces, the largest is the applicant's; the others are a problem by themselves.
        let matched = answer.face_matches.unwrap_or_default().into_iter();
        let matched = matched.filter_map(|face| Some((area(face.face.as_ref()?), face.similarity)));
        let unmatched = answer.unmatched_faces.unwrap_or_default();
        let largest = matched
            .chain(unmatched.iter().map(|face| (area(face), None)))
            .max_by(|(left, _), (right, _)| left.total_cmp(right));
        // Thousandths, and no digits that only a conversion made.
        let similarity = largest.and_then(|(_, similarity)| similarity);
        comparison.score = similarity.map(|similarity| (f64::from(similarity) * 1_000.0).round() / 1_000.0);
        comparison.band = match largest {
            Some((_, None)) => FaceBand::NoMatch,
            _ => self.band(comparison.score, comparison.selfie_problems.is_empty()),
        };
        Ok(comparison)
    }

    fn band(&self, similarity: Option<f64>, is_fit: bool) -> FaceBand {
        match similarity {
            Some(similarity) if similarity < self.similarities.no_match_below => FaceBand::NoMatch,
            Some(similarity) if similarity >= self.similarities.match_min_similarity && is_fit => FaceBand::Match,
            _ => FaceBand::Review,
        }
    }
}

impl Face {
    fn new(bounds: Option<&BoundingBox>, quality: Option<ImageQuality>) -> Option<Self> {
        let bounds = bounds?;
        Some(Self { width: bounds.width?, height: bounds.height?, quality })
    }
}

/// What is wrong with a selfie. Rekognition's brightness and sharpness go from 0 to 100; their limits here were not
/// calibrated.
fn problems(faces: &[Face]) -> Vec<PictureProblem> {
    /// As with the embedded engine: smaller faces are bystanders.
    const BYSTANDER: f32 = 0.5;
    const MIN_WIDTH: f32 = 0.1;
    const MIN_BRIGHTNESS: f32 = 25.0;
    const MIN_SHARPNESS: f32 = 10.0;

    let largest =
        faces.iter().max_by(|left, right| (left.width * left.height).total_cmp(&(right.width * right.height)));
    let Some(largest) = largest else { return vec![PictureProblem::NoFace] };
    let others = faces.iter().filter(|face| face.width >= BYSTANDER * largest.width).count() > 1;
    let less = |value: Option<f32>, least: f32| value.is_some_and(|value| value < least);
    let quality = largest.quality.as_ref();
    let found = [
        (PictureProblem::SeveralFaces, others),
        (PictureProblem::TooSmall, largest.width < MIN_WIDTH),
        (PictureProblem::TooDark, less(quality.and_then(|quality| quality.brightness), MIN_BRIGHTNESS)),
        (PictureProblem::Blurred, less(quality.and_then(|quality| quality.sharpness), MIN_SHARPNESS)),
    ];
    found.into_iter().filter_map(|(problem, is_met)| is_met.then_some(problem)).collect()
}

fn area(face: &ComparedFace) -> f32 {
    let bounds = face.bounding_box.as_ref();
    bounds.map_or(0.0, |bounds| bounds.width.unwrap_or_default() * bounds.height.unwrap_or_default())
}

fn image(bytes: &[u8]) -> Image {
    Image::builder().bytes(Blob::new(bytes)).build()
}

fn failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, is_unreadable: bool) -> FaceError {
    let cause = describe_failure(error);
    if is_unreadable { FaceError::Unreadable(cause) } else { FaceError::Unavailable(cause) }
}
