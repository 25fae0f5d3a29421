//! Photographs of real faces for the people of the procedure, out of a published package: a drawn face matches nobody. One
//! man plays every resident, and another man is the stranger.

use std::sync::LazyLock;

use anyhow::{Context, Result};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{Rgb, RgbImage};
use xtask::progress::Progress;

/// A photograph, cut to a size.
struct Photograph {
    file: &'static str,
    /// The part of the original that is shown: left, top, width and height in pixels.
    cut: (u32, u32, u32, u32),
    width: u32,
    height: u32,
}

/// As registries have them: small.
const REGISTRY: Photograph = Photograph { file: "obama.jpg", cut: (188, 0, 600, 800), width: 240, height: 320 };
const SELFIE: Photograph = Photograph { file: "obama2.jpg", cut: (13, 81, 600, 800), width: 480, height: 640 };
/// Hardly larger than a selfie must be.
const SMALL_SELFIE: Photograph = Photograph { width: 330, height: 440, ..SELFIE };
const STRANGER: Photograph = Photograph { file: "biden.jpg", cut: (199, 0, 720, 960), width: 480, height: 640 };

impl Photograph {
    fn read(&self) -> Result<Vec<u8>> {
        let path = face_lab::pictures::portraits_folder(&xtask::root()).join(self.file);
        let bytes = std::fs::read(&path).with_context(|| {
            format!("{} is not there: `cargo xtask fetch-face-weights` brings the photographs, too", path.display())
        })?;
        let (left, top, width, height) = self.cut;
        let cut = image::load_from_memory(&bytes)?.crop_imm(left, top, width, height);
        let drawn = cut.resize_exact(self.width, self.height, FilterType::CatmullRom).to_rgb8();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 85).encode_image(&drawn)?;
        Ok(jpeg)
    }
}

/// Brings the photographs and the face engine's weights here, once.
pub async fn fetch() -> Result<()> {
    let shown = Progress::start("fetching the face engine's weights");
    face_lab::weights::fetch(&xtask::root()).await?;
    drop(shown);
    let _shown = Progress::start("fetching photographs");
    face_lab::pictures::portraits(&xtask::root()).await.map(drop)
}

/// What the registry has of every resident.
pub fn of_registry() -> Result<Vec<u8>> {
    static DRAWN: LazyLock<Result<Vec<u8>>> = LazyLock::new(|| REGISTRY.read());
    taken(&DRAWN)
}

/// What a resident's phone takes.
pub fn selfie() -> Result<Vec<u8>> {
    static DRAWN: LazyLock<Result<Vec<u8>>> = LazyLock::new(|| SELFIE.read());
    taken(&DRAWN)
}

/// The same in fewer pixels, for tests that register often and are about something else.
pub fn small_selfie() -> Result<Vec<u8>> {
    static DRAWN: LazyLock<Result<Vec<u8>>> = LazyLock::new(|| SMALL_SELFIE.read());
    taken(&DRAWN)
}

/// What the phone of somebody else takes.
pub fn selfie_of_a_stranger() -> Result<Vec<u8>> {
    static DRAWN: LazyLock<Result<Vec<u8>>> = LazyLock::new(|| STRANGER.read());
    taken(&DRAWN)
}

/// A wall: nobody is there.
pub fn of_nobody() -> Result<Vec<u8>> {
    let wall = RgbImage::from_pixel(480, 640, Rgb([180, 180, 170]));
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85).encode_image(&wall)?;
    Ok(jpeg)
}

fn taken(drawn: &LazyLock<Result<Vec<u8>>>) -> Result<Vec<u8>> {
    drawn.as_ref().cloned().map_err(|error| anyhow::anyhow!("{error:#}"))
}
