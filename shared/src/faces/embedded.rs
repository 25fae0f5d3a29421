//! The engine of the package `face-engine`, in this process. Its weights are read when the first face is examined.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use face_engine::{Band, Engine, Examined, Picture, QualityProblem, Thresholds, Weights};
use jiff::Timestamp;

use super::{FaceError, Seen};
use crate::domain::face::{FaceBand, FaceComparison, FaceMeasure, PictureProblem};
use crate::long_work::{self, Abandoned, StillWanted};

/// The engine. Examining a face takes a tenth of a second, on a thread that nothing else waits for.
pub struct Embedded(Arc<Inside>);

/// The engine, or where its weights are.
struct Inside {
    weights: PathBuf,
    thresholds: Thresholds,
    engine: Mutex<Option<Arc<Engine>>>,
}

impl Embedded {
    pub fn new(weights: PathBuf, thresholds: Thresholds) -> Self {
        Self(Arc::new(Inside { weights, thresholds, engine: Mutex::default() }))
    }

    pub(super) async fn look_at(&self, selfie: &[u8]) -> Result<Seen, FaceError> {
        let selfie = selfie.to_vec();
        self.compute(move |engine, wanted| engine.look_at(&selfie, wanted)).await
    }

    pub(super) async fn compare(
        &self,
        registry_photo: &[u8],
        selfie: &[u8],
        now: Timestamp,
    ) -> Result<FaceComparison, FaceError> {
        let (registry_photo, selfie) = (registry_photo.to_vec(), selfie.to_vec());
        self.compute(move |engine, wanted| engine.compare(&registry_photo, &selfie, now, wanted)).await
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inside, &StillWanted) -> Result<T, FaceError> + Send + 'static,
    ) -> Result<T, FaceError> {
        let inside = self.0.clone();
        let done = long_work::compute(move |wanted| work(&inside, wanted)).await;
        done.unwrap_or_else(|error| Err(FaceError::Unavailable(error.to_string())))
    }
}

impl Inside {
    fn look_at(&self, selfie: &[u8], wanted: &StillWanted) -> Result<Seen, FaceError> {
        let examined = self.engine()?.inspect(&picture(selfie, wanted)?);
        Ok(Seen { faces: examined.faces.len(), problems: problems(&examined) })
    }

    fn compare(
        &self,
        registry_photo: &[u8],
        selfie: &[u8],
        now: Timestamp,
        wanted: &StillWanted,
    ) -> Result<FaceComparison, FaceError> {
        let (registry, selfie) = (self.examine(registry_photo, wanted)?, self.examine(selfie, wanted)?);
        let described = registry.descriptor.as_ref().zip(selfie.descriptor.as_ref());
        let distance = described.map(|(registry, selfie)| registry.distance(selfie));
        let (registry_photo_problems, selfie_problems) = (problems(&registry), problems(&selfie));
        let is_fit = registry_photo_problems.is_empty() && selfie_problems.is_empty();
        let band = match distance.map(|distance| self.thresholds.band(distance)) {
            Some(Band::NoMatch) => FaceBand::NoMatch,
            Some(Band::Match) if is_fit => FaceBand::Match,
            Some(Band::Match | Band::Review) | None => FaceBand::Review,
        };
        Ok(FaceComparison {
            band,
            // Thousandths: more digits would distinguish the faces, not the people.
            score: distance.map(|distance| (f64::from(distance) * 1_000.0).round() / 1_000.0),
            measure: FaceMeasure::Distance,
            engine: Engine::NAME.to_owned(),
            version: Engine::VERSION.to_owned(),
            faces: selfie.faces.len(),
            selfie_problems,
            registry_photo_problems,
            compared_at: now,
        })
    }

    fn examine(&self, photograph: &[u8], wanted: &StillWanted) -> Result<Examined, FaceError> {
        Ok(self.engine()?.examine(&picture(photograph, wanted)?))
    }

    fn engine(&self) -> Result<Arc<Engine>, FaceError> {
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = &*engine {
            return Ok(engine.clone());
        }
        let read = Weights::from_folder(&self.weights).and_then(Engine::from_weights);
        let read = Arc::new(read.map_err(|error| FaceError::Unavailable(error.to_string()))?);
        *engine = Some(read.clone());
        Ok(read)
    }
}

/// Decodes a photograph, as long as somebody waits: before it and after it.
fn picture(photograph: &[u8], wanted: &StillWanted) -> Result<Picture, FaceError> {
    let abandoned = |error: Abandoned| FaceError::Unavailable(error.to_string());
    wanted.ensure().map_err(abandoned)?;
    let picture = Picture::decode(photograph).map_err(|error| FaceError::Unreadable(error.to_string()))?;
    wanted.ensure().map_err(abandoned)?;
    Ok(picture)
}

fn problems(examined: &Examined) -> Vec<PictureProblem> {
    let of = |problem: &QualityProblem| match problem {
        QualityProblem::NoFace => PictureProblem::NoFace,
        QualityProblem::SeveralFaces => PictureProblem::SeveralFaces,
        QualityProblem::TooSmall => PictureProblem::TooSmall,
        QualityProblem::TooDark => PictureProblem::TooDark,
        QualityProblem::Blurred => PictureProblem::Blurred,
    };
    examined.problems.iter().map(of).collect()
}
