//! The nets' weights: files of the npm package `@vladmandic/face-api`, each known by its digest.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// A file whose content is known beforehand.
#[derive(Clone, Copy, Debug)]
pub struct WeightFile {
    pub name: &'static str,
    /// In lower-case hexadecimal digits.
    pub sha256: &'static str,
}

/// The package's version that the files are from.
pub const PACKAGE_VERSION: &str = "1.7.15";

/// All files that the engine needs, 6.8 MiB together; in the package they lie in `model/`.
pub const FILES: [WeightFile; 6] = [
    WeightFile {
        name: "tiny_face_detector_model-weights_manifest.json",
        sha256: "5d1af4849ac48d5b985f4a9b16010c512353ddd6fcc63d50fd0bc9e9e64296e5",
    },
    WeightFile {
        name: "tiny_face_detector_model.bin",
        sha256: "b7503ce7df31039b1c43316a9b865cab6a70dd748cc602d3fa28b551503c3871",
    },
    WeightFile {
        name: "face_landmark_68_model-weights_manifest.json",
        sha256: "ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9",
    },
    WeightFile {
        name: "face_landmark_68_model.bin",
        sha256: "4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b",
    },
    WeightFile {
        name: "face_recognition_model-weights_manifest.json",
        sha256: "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
    },
    WeightFile {
        name: "face_recognition_model.bin",
        sha256: "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
    },
];

/// Weights that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("{} cannot be read ({cause}): `cargo xtask fetch-face-weights` brings the weights here", .path.display())]
    Missing { path: PathBuf, cause: io::Error },
    #[error("the weights are without {name}")]
    NotGiven { name: &'static str },
    #[error(
        "{name} is not the file that the engine was measured with: its SHA-256 is {found}, not {expected}; \
         `cargo xtask fetch-face-weights` brings it again"
    )]
    OtherDigest { name: &'static str, expected: &'static str, found: String },
    #[error("{name} lists no weights: {cause}")]
    Manifest { name: &'static str, cause: serde_json::Error },
    #[error("{name} ends before all that its manifest lists")]
    Short { name: &'static str },
    #[error("the weights hold no {name} of the shape {shape:?}")]
    Shape { name: String, shape: Vec<usize> },
}

/// The weights of the three nets, as they are calculated with.
pub struct Weights {
    pub(crate) detector: Tensors,
    pub(crate) landmarks: Tensors,
    pub(crate) descriptor: Tensors,
}

impl Weights {
    /// Reads the [`FILES`] of a folder.
    pub fn from_folder(folder: &Path) -> Result<Self, WeightsError> {
        Self::read(|name| {
            let path = folder.join(name);
            let bytes = std::fs::read(&path).map_err(|cause| WeightsError::Missing { path, cause })?;
            Ok(Cow::Owned(bytes))
        })
    }

    /// Takes the [`FILES`] from memory, by their names.
    pub fn from_bytes(files: &HashMap<&str, &[u8]>) -> Result<Self, WeightsError> {
        Self::read(|name| files.get(name).map(|bytes| Cow::Borrowed(*bytes)).ok_or(WeightsError::NotGiven { name }))
    }

    fn read<'a>(file: impl Fn(&'static str) -> Result<Cow<'a, [u8]>, WeightsError>) -> Result<Self, WeightsError> {
        let checked = |known: &WeightFile| {
            let bytes = file(known.name)?;
            let found = hexadecimal(&Sha256::digest(&bytes));
            if found == known.sha256 {
                Ok((known.name, bytes))
            } else {
                Err(WeightsError::OtherDigest { name: known.name, expected: known.sha256, found })
            }
        };
        let [detector, detector_data, landmarks, landmarks_data, descriptor, descriptor_data] = &FILES;
        let net = |manifest, data| Tensors::parse(checked(manifest)?, checked(data)?);
        Ok(Self {
            detector: net(detector, detector_data)?,
            landmarks: net(landmarks, landmarks_data)?,
            descriptor: net(descriptor, descriptor_data)?,
        })
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// One net's weights by their names.
#[derive(Debug)]
pub struct Tensors(HashMap<String, (Vec<usize>, Vec<f32>)>);

/// A group of a TensorFlow.js manifest: weights that lie one after another.
#[derive(Deserialize)]
struct Group {
    weights: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    shape: Vec<usize>,
    quantization: Option<Quantization>,
}

/// How a byte encodes a number: `byte * scale + min`. Without it, four bytes are an `f32`.
#[derive(Clone, Copy, Deserialize)]
struct Quantization {
    scale: f32,
    min: f32,
}

impl Tensors {
    fn parse(
        (manifest, listed): (&'static str, Cow<'_, [u8]>),
        (name, data): (&'static str, Cow<'_, [u8]>),
    ) -> Result<Self, WeightsError> {
        let groups: Vec<Group> =
            serde_json::from_slice(&listed).map_err(|cause| WeightsError::Manifest { name: manifest, cause })?;
        let mut rest = data.as_ref();
        let mut tensors = HashMap::new();
        for Listed { name: tensor, shape, quantization } in groups.into_iter().flat_map(|group| group.weights) {
            let count: usize = shape.iter().product();
            let size = if quantization.is_some() { count } else { 4 * count };
            let (bytes, others) = rest.split_at_checked(size).ok_or(WeightsError::Short { name })?;
            rest = others;
            let values = match quantization {
                Some(Quantization { scale, min }) => bytes.iter().map(|byte| f32::from(*byte) * scale + min).collect(),
                None => bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            };
            tensors.insert(tensor, (shape, values));
        }
        Ok(Self(tensors))
    }

    /// Takes the values of a name out, if they have this shape.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, WeightsError> {
        match self.0.remove(name) {
            Some((found, values)) if found == shape => Ok(values),
            _ => Err(WeightsError::Shape { name: name.to_owned(), shape: shape.to_vec() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"[{"paths": ["data"], "weights": [
        {"name": "bytes", "shape": [2], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0}},
        {"name": "floats", "shape": [1, 1], "dtype": "float32"}
    ]}]"#;

    fn parse(data: &[u8]) -> Result<Tensors, WeightsError> {
        Tensors::parse(("manifest", Cow::Borrowed(MANIFEST.as_bytes())), ("data", Cow::Borrowed(data)))
    }

    #[test]
    fn bytes_and_floats_become_numbers_of_the_listed_shape() {
        let mut tensors = parse(&[0, 4, 0, 0, 0x80, 0x3f]).unwrap();
        assert!(matches!(tensors.take("floats", &[1]), Err(WeightsError::Shape { .. })));
        assert_eq!(tensors.take("bytes", &[2]).unwrap(), [-1.0, 1.0]);
        let mut tensors = parse(&[0, 4, 0, 0, 0x80, 0x3f]).unwrap();
        assert_eq!(tensors.take("floats", &[1, 1]).unwrap(), [1.0]);
    }

    #[test]
    fn missing_bytes_are_an_error() {
        assert!(matches!(parse(&[0, 4, 0, 0, 0x80]), Err(WeightsError::Short { name: "data" })));
    }

    #[test]
    fn missing_and_altered_files_are_named() {
        let nothing = Weights::from_folder(Path::new("/nowhere")).err().unwrap().to_string();
        assert!(nothing.contains(FILES[0].name) && nothing.contains("fetch-face-weights"), "{nothing}");
        assert!(matches!(Weights::from_bytes(&HashMap::new()), Err(WeightsError::NotGiven { .. })));
        let altered = HashMap::from([(FILES[0].name, b"[]".as_slice())]);
        assert!(matches!(Weights::from_bytes(&altered), Err(WeightsError::OtherDigest { .. })));
    }
}
