//! What the tests have in common: one engine, the photographs, and what may happen to a photograph.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use face_engine::{Descriptor, Engine, Examined, Picture, QualityProblem, Weights};
use face_lab::{pictures, weights};
use image::{DynamicImage, ImageFormat};

pub static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let folder = wait(weights::fetch(&root())).expect("the weights are fetched");
    Engine::from_weights(Weights::from_folder(&folder).expect("the weights are whole")).expect("the weights fit")
});

pub static PORTRAITS: LazyLock<PathBuf> =
    LazyLock::new(|| wait(pictures::portraits(&root())).expect("the portraits are fetched"));

pub static GROUPS: LazyLock<PathBuf> =
    LazyLock::new(|| wait(pictures::groups(&root())).expect("the pictures of groups are fetched"));

/// The checkout's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the package lies in the checkout")
}

pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

pub fn portrait(name: &str) -> Vec<u8> {
    std::fs::read(PORTRAITS.join(name)).expect("the portrait is there")
}

pub fn portrait_image(name: &str) -> DynamicImage {
    image::load_from_memory(&portrait(name)).expect("the portrait is a picture")
}

pub fn png(image: &DynamicImage) -> Vec<u8> {
    encoded(image, ImageFormat::Png)
}

pub fn jpeg(image: &DynamicImage) -> Vec<u8> {
    encoded(image, ImageFormat::Jpeg)
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("the picture is encoded");
    bytes.into_inner()
}

pub fn examine(bytes: &[u8]) -> Examined {
    ENGINE.examine(&Picture::decode(bytes).expect("the file is a picture"))
}

pub fn problems(image: &DynamicImage) -> Vec<QualityProblem> {
    examine(&png(image)).problems
}

/// The descriptor of a photograph that nothing is wrong with.
pub fn describe(bytes: &[u8]) -> Descriptor {
    let examined = examine(bytes);
    assert_eq!(examined.problems, []);
    examined.descriptor.expect("a face is described")
}

/// A JPEG whose EXIF data state this orientation (TIFF 6.0, tag 274), and nothing else.
pub fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    [&jpeg[..2], &exif, &jpeg[2..]].concat()
}
