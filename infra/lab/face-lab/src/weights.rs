//! The nets' weights, out of the npm package `@vladmandic/face-api`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use face_engine::Weights;

use crate::archive::Archive;

const PACKAGE: Archive = Archive {
    name: "face-api-1.7.15-weights",
    url: "https://registry.npmjs.org/@vladmandic/face-api/-/face-api-1.7.15.tgz",
    sha256: "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
    within: "package/model",
    endings: &[
        "/tiny_face_detector_model-weights_manifest.json",
        "/tiny_face_detector_model.bin",
        "/face_landmark_68_model-weights_manifest.json",
        "/face_landmark_68_model.bin",
        "/face_recognition_model-weights_manifest.json",
        "/face_recognition_model.bin",
    ],
};

/// Where the weights are, whether they are there or not.
pub fn folder(root: &Path) -> PathBuf {
    PACKAGE.folder(root)
}

/// The folder with the weights' six files, each of the digest that the engine asks for. What is missing or was altered
/// is fetched again. `root` is the checkout's.
pub async fn fetch(root: &Path) -> Result<PathBuf> {
    let folder = PACKAGE.unpacked(root).await?;
    if Weights::from_folder(&folder).is_ok() {
        return Ok(folder);
    }
    PACKAGE.forget(root).await?;
    let folder = PACKAGE.unpacked(root).await?;
    Weights::from_folder(&folder)?;
    Ok(folder)
}
