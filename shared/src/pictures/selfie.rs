//! The selfie: a real JPEG or PNG of a usable size, decoded and encoded again before anything is stored.
//!
//! Anyone can send a picture. Its file and what it says of its size are checked at once. To decode it takes a hundred times
//! as long, so that comes last, when everything else is right.

use std::io::{self, Cursor, Write};

use data_encoding::BASE64;
// What the face engine takes; beyond it lie decompression bombs.
use face_engine::{MAX_BYTES, MAX_PIXELS, MAX_SIDE};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::domain::secret::unprintable;
use crate::domain::text::Invalid;
use crate::long_work::{Abandoned, StillWanted};

/// A JPEG of our own encoding: what the phone put beside the picture (where and when it was taken, on what) is gone. It
/// is erased as soon as the officer has decided.
#[derive(Clone)]
pub struct Selfie(Vec<u8>);

/// The file of a picture whose header promises a usable one.
pub struct SelfieFile {
    bytes: Vec<u8>,
    max_bytes: usize,
}

unprintable!(Selfie, SelfieFile);

const NOT_A_PICTURE: Invalid = Invalid::new(
    "Foto rusak atau bukan JPEG/PNG. Ambil ulang foto.",
    "The photo is damaged or is not a JPEG or PNG. Take it again.",
);
const TOO_LARGE: Invalid = Invalid::new(
    "Foto terlalu besar. Ambil ulang dengan resolusi lebih rendah.",
    "The photo is too large. Take it again with a lower resolution.",
);

/// Why a file does not become a selfie.
#[derive(Clone, Copy, Debug)]
pub enum NotDrawn {
    Invalid(Invalid),
    /// Nobody waits for it any more.
    Abandoned(Abandoned),
}

impl From<Invalid> for NotDrawn {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<Abandoned> for NotDrawn {
    fn from(abandoned: Abandoned) -> Self {
        Self::Abandoned(abandoned)
    }
}

/// How large a selfie may and must be.
#[derive(Clone, Copy, Debug)]
pub struct SelfieRules {
    /// DynamoDB's items end at 400 KB.
    pub max_bytes: usize,
    /// Pixels on the short side, for a face to be recognised.
    pub min_pixels: u32,
}

impl SelfieFile {
    /// Reads a base64 picture as far as its header.
    pub fn parse(text: &str, rules: &SelfieRules) -> Result<Self, Invalid> {
        const NOT_BASE64: Invalid =
            Invalid::new("Foto tidak dapat dibaca. Ambil ulang foto.", "The photo cannot be read. Take it again.");
        const TOO_SMALL: Invalid = Invalid::new(
            "Foto terlalu kecil. Ambil ulang dengan resolusi lebih tinggi.",
            "The photo is too small. Take it again with a higher resolution.",
        );

        if text.len() > rules.max_bytes.div_ceil(3) * 4 {
            return Err(TOO_LARGE);
        }
        let bytes = BASE64.decode(text.as_bytes()).map_err(|_| NOT_BASE64)?;
        if bytes.len() > rules.max_bytes {
            return Err(TOO_LARGE);
        }
        let (width, height) = decoder(&bytes)?.dimensions();
        if width.min(height) < rules.min_pixels {
            return Err(TOO_SMALL);
        }
        Ok(Self { bytes, max_bytes: rules.max_bytes })
    }

    /// Decodes the picture and encodes it again, as long as somebody waits for it.
    pub fn draw(&self, wanted: &StillWanted) -> Result<Selfie, NotDrawn> {
        let mut decoder = decoder(&self.bytes)?;
        let orientation = decoder.orientation().map_err(|_| NOT_A_PICTURE)?;
        let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| NOT_A_PICTURE)?;
        wanted.ensure()?;
        picture.apply_orientation(orientation);
        let picture = picture.into_rgb8();
        for quality in QUALITIES {
            wanted.ensure()?;
            let mut bounded = Bounded { bytes: Vec::new(), max_bytes: self.max_bytes };
            if JpegEncoder::new_with_quality(&mut bounded, quality).encode_image(&picture).is_ok() {
                return Ok(Selfie(bounded.bytes));
            }
        }
        Err(TOO_LARGE.into())
    }
}

/// The best quality that fits is chosen; a worse one shows no face.
const QUALITIES: [u8; 3] = [90, 75, 60];

/// Takes no more bytes than fit: an encoding that grows larger ends there, and not at the end of the picture.
struct Bounded {
    bytes: Vec<u8>,
    max_bytes: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.max_bytes {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A phone's progressive JPEG has about ten scans. Each of them lets the decoder go through the whole picture once more, and
/// costs its sender a few bytes.
const MAX_SCANS: usize = 30;

/// Reads the header, within limits.
fn decoder(bytes: &[u8]) -> Result<impl ImageDecoder, Invalid> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| NOT_A_PICTURE)?;
    match reader.format() {
        Some(ImageFormat::Jpeg) if is_whole_jpeg(bytes) => {}
        Some(ImageFormat::Png) => {}
        _ => return Err(NOT_A_PICTURE),
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| NOT_A_PICTURE)?;
    let (width, height) = decoder.dimensions();
    let is_too_large = u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_BYTES;
    if is_too_large { Err(TOO_LARGE) } else { Ok(decoder) }
}

/// The decoder fills the missing part of a broken upload with grey; the end marker shows that nothing is missing.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let scans = bytes.windows(2).filter(|marker| *marker == [0xff, 0xda]).count();
    bytes.trim_ascii_end().ends_with(&[0xff, 0xd9]) && scans <= MAX_SCANS
}

impl Selfie {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    const RULES: SelfieRules = SelfieRules { max_bytes: 262_144, min_pixels: 320 };

    fn picture(width: u32, height: u32, format: ImageFormat) -> String {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(RgbImage::new(width, height)).write_to(&mut bytes, format).unwrap();
        BASE64.encode(&bytes.into_inner())
    }

    fn parse(text: &str) -> Result<Selfie, NotDrawn> {
        SelfieFile::parse(text, &RULES)?.draw(&StillWanted::default())
    }

    #[test]
    fn jpeg_and_png_of_a_usable_size_are_taken() {
        assert!(parse(&picture(320, 480, ImageFormat::Jpeg)).is_ok());
        assert!(parse(&picture(640, 320, ImageFormat::Png)).is_ok());
    }

    #[test]
    fn what_a_phone_writes_beside_the_picture_is_gone_and_the_picture_upright() {
        // EXIF: the picture lies on its side (orientation 6), and was taken on a device of this name.
        let exif = b"\xff\xe1\x00\x3fExif\0\0MM\0\x2a\0\0\0\x08\0\x02\
            \x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x01\x10\0\x02\0\0\0\x0f\0\0\0\x26\0\0\0\0Rumah Bu Siti\0\0\0\0\0\0\0\0";
        let plain = BASE64.decode(picture(320, 480, ImageFormat::Jpeg).as_bytes()).unwrap();
        let tagged = [&plain[..2], exif, &plain[2..]].concat();
        let selfie = parse(&BASE64.encode(&tagged)).unwrap();
        let text = String::from_utf8_lossy(selfie.bytes()).into_owned();
        assert!(!text.contains("Exif") && !text.contains("Siti"));
        let drawn = image::load_from_memory(selfie.bytes()).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (480, 320));
    }

    #[test]
    fn everything_else_is_refused() {
        let whole = picture(320, 480, ImageFormat::Jpeg);
        for text in ["", "%%%", "aGVsbG8=", &whole[..whole.len() / 2 / 4 * 4], &picture(319, 480, ImageFormat::Jpeg)] {
            assert!(SelfieFile::parse(text, &RULES).is_err(), "{}", text.len());
        }
        assert!(SelfieFile::parse(&"A".repeat(400_000), &RULES).is_err());
        assert!(SelfieFile::parse(&picture(9_000, 330, ImageFormat::Png), &RULES).is_err());
        assert!(SelfieFile::parse(&picture(4_000, 4_000, ImageFormat::Png), &RULES).is_err());
    }
}
