//! Photographs of people out of published packages, to test and to measure with. None is committed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use face_engine::{Engine, Picture};

use crate::archive::Archive;

/// Test pictures of the PyPI package face-recognition (MIT): one man five times, another man once.
const FACE_RECOGNITION: Archive = Archive {
    name: "face-recognition-1.3.0-pictures",
    url: "https://files.pythonhosted.org/packages/6c/49/75dda409b94841f01cbbc34114c9b67ec618265084e4d12d37ab838f4fd3/face_recognition-1.3.0.tar.gz",
    sha256: "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
    within: "face_recognition-1.3.0/tests/test_images",
    endings: &[".jpg", ".png"],
};

/// Six pictures of groups of the npm package @vladmandic/face-api (MIT): three to five women each.
const FACE_API: Archive = Archive {
    name: "face-api-1.7.15-pictures",
    url: "https://registry.npmjs.org/@vladmandic/face-api/-/face-api-1.7.15.tgz",
    sha256: "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
    within: "package/demo",
    endings: &["sample1.jpg", "sample2.jpg", "sample3.jpg", "sample4.jpg", "sample5.jpg", "sample6.jpg"],
};

/// dlib's own models (CC0), out of the PyPI package face-recognition-models, 100 MB: an independent implementation.
const DLIB: Archive = Archive {
    name: "face-recognition-models-0.3.0",
    url: "https://files.pythonhosted.org/packages/cf/3b/4fd8c534f6c0d1b80ce0973d01331525538045084c73c153ee6df20224cf/face_recognition_models-0.3.0.tar.gz",
    sha256: "b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf",
    within: "face_recognition_models-0.3.0/face_recognition_models/models",
    endings: &["/dlib_face_recognition_resnet_model_v1.dat", "/shape_predictor_5_face_landmarks.dat"],
};

/// The folder with `obama.jpg`, `obama2.jpg`, `obama3.jpg`, `obama_partial_face.jpg`, `obama_partial_face2.jpg`,
/// `biden.jpg` and `32bit.png` (the same photograph as `obama2.jpg`).
pub async fn portraits(root: &Path) -> Result<PathBuf> {
    FACE_RECOGNITION.unpacked(root).await
}

/// The same folder, whether it is there or not.
pub fn portraits_folder(root: &Path) -> PathBuf {
    FACE_RECOGNITION.folder(root)
}

/// The folder with `sample1.jpg` to `sample6.jpg`.
pub async fn groups(root: &Path) -> Result<PathBuf> {
    FACE_API.unpacked(root).await
}

/// The folder with the models of dlib's five landmarks and of its descriptor.
pub async fn dlib_models(root: &Path) -> Result<PathBuf> {
    DLIB.unpacked(root).await
}

/// Makes a folder of labelled pairs out of both packages: the four photographs of one man with each other and with
/// another man's, and each two women of one picture, cut out of it. Gives the folder.
pub async fn sample_pairs(root: &Path, engine: &Engine) -> Result<PathBuf> {
    let folder = root.join(".local/faces/sample-pairs");
    fs::create_dir_all(&folder).with_context(|| format!("{} could not be made", folder.display()))?;
    let mut pairs = csv::Writer::from_path(folder.join("pairs.csv"))?;
    pairs.write_record(["left", "right", "same", "group"])?;

    let portraits = portraits(root).await?;
    let one_man = ["obama.jpg", "obama2.jpg", "obama3.jpg", "obama_partial_face.jpg"];
    for name in one_man.into_iter().chain(["biden.jpg"]) {
        fs::copy(portraits.join(name), folder.join(name))?;
    }
    for (index, left) in one_man.iter().enumerate() {
        for right in &one_man[index + 1..] {
            pairs.write_record([left, right, "yes", "men"])?;
        }
        pairs.write_record([left, "biden.jpg", "no", "men"])?;
    }
    for number in 1..=6 {
        let path = groups(root).await?.join(format!("sample{number}.jpg"));
        let cut = cut_out(engine, &path, &folder)?;
        for (index, left) in cut.iter().enumerate() {
            for right in &cut[index + 1..] {
                pairs.write_record([left, right, "no", "women"])?;
            }
        }
    }
    pairs.flush()?;
    Ok(folder)
}

/// Cuts each face out of a picture, with as much around it as a portrait has, and gives the files' names.
fn cut_out(engine: &Engine, path: &Path, folder: &Path) -> Result<Vec<String>> {
    const AROUND: f32 = 1.8;

    let bytes = fs::read(path)?;
    let picture = Picture::decode(&bytes).with_context(|| format!("{} cannot be used", path.display()))?;
    let whole = image::load_from_memory(&bytes)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut names = Vec::new();
    for (index, face) in engine.examine(&picture).faces.iter().enumerate() {
        let (centre, side) = (face.bounds.centre(), AROUND * face.bounds.width.max(face.bounds.height));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels; below zero is the edge")]
        let [left, top, side] = [centre.x - side / 2.0, centre.y - side / 2.0, side].map(|value| value as u32);
        let name = format!("{stem}-{}.png", index + 1);
        whole.crop_imm(left, top, side, side).save(folder.join(&name))?;
        names.push(name);
    }
    Ok(names)
}
