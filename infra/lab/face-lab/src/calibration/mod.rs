//! How well distances tell one person from two, on labelled pairs of photographs.

mod pairs;
mod plot;
mod rates;
mod report;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use face_engine::{Descriptor, Engine, Picture, QualityProblem};

pub use pairs::Pair;
pub use rates::{Errors, Share};

/// What was measured on a folder's pairs.
pub struct Calibration {
    pub compared: Vec<Compared>,
    /// Pictures that are no photograph of exactly one usable face, and why.
    pub unusable: BTreeMap<String, String>,
    pub pictures: usize,
}

/// A pair whose photographs could both be used.
#[derive(Clone, Debug)]
pub struct Compared {
    pub same: bool,
    pub group: Option<String>,
    pub distance: f64,
}

impl Calibration {
    /// Compares the pairs that `pairs.csv` in the folder lists: see docs/face.md for its columns. Each picture is
    /// examined once. A pair with a picture that register would refuse is left out, and the picture reported.
    pub fn measure(engine: &Engine, folder: &Path) -> Result<Self> {
        let pairs = pairs::read(&folder.join("pairs.csv"))?;
        let mut described: BTreeMap<String, Option<Descriptor>> = BTreeMap::new();
        let mut unusable = BTreeMap::new();
        for name in pairs.iter().flat_map(|pair| [&pair.left, &pair.right]) {
            if described.contains_key(name) {
                continue;
            }
            let descriptor = match describe(engine, &folder.join(name))? {
                Ok(descriptor) => Some(descriptor),
                Err(reason) => {
                    unusable.insert(name.clone(), reason);
                    None
                }
            };
            described.insert(name.clone(), descriptor);
        }
        let descriptor = |name: &String| described.get(name)?.as_ref();
        let compared = pairs.iter().filter_map(|Pair { left, right, same, group }| {
            let distance = descriptor(left)?.distance(descriptor(right)?);
            Some(Compared { same: *same, group: group.clone(), distance: f64::from(distance) })
        });
        let compared: Vec<Compared> = compared.collect();
        for same in [true, false] {
            let of = if same { "one person" } else { "two people" };
            ensure!(compared.iter().any(|pair| pair.same == same), "no usable pair of {of} is listed");
        }
        Ok(Self { compared, unusable, pictures: described.len() })
    }

    /// The distances of pairs of one person, or of two, in ascending order.
    pub fn distances(&self, same: bool) -> Vec<f64> {
        sorted(self.compared.iter().filter(|pair| pair.same == same))
    }

    /// The groups that labels name, each with its pairs.
    fn groups(&self) -> BTreeMap<&str, Vec<&Compared>> {
        let mut groups: BTreeMap<&str, Vec<&Compared>> = BTreeMap::new();
        for pair in &self.compared {
            groups.entry(pair.group.as_deref().unwrap_or("(none)")).or_default().push(pair);
        }
        groups
    }
}

fn sorted<'a>(pairs: impl Iterator<Item = &'a Compared>) -> Vec<f64> {
    let mut distances: Vec<f64> = pairs.map(|pair| pair.distance).collect();
    distances.sort_by(f64::total_cmp);
    distances
}

/// The descriptor of the one face, or why there is none.
fn describe(engine: &Engine, path: &Path) -> Result<Result<Descriptor, String>> {
    let bytes = std::fs::read(path).with_context(|| format!("{} could not be read", path.display()))?;
    let picture = match Picture::decode(&bytes) {
        Ok(picture) => picture,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let examined = engine.examine(&picture);
    Ok(match examined.descriptor {
        Some(descriptor) if examined.problems.is_empty() => Ok(descriptor),
        _ => Err(examined.problems.iter().copied().map(sentence).collect::<Vec<_>>().join(", ")),
    })
}

fn sentence(problem: QualityProblem) -> &'static str {
    match problem {
        QualityProblem::NoFace => "no face",
        QualityProblem::SeveralFaces => "several faces",
        QualityProblem::TooSmall => "too small",
        QualityProblem::TooDark => "too dark",
        QualityProblem::Blurred => "blurred",
    }
}
