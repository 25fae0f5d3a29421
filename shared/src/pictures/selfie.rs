//! The selfie: a real JPEG or PNG of a usable size, decoded and encoded again before anything is stored.

use std::io::Cursor;

use data_encoding::BASE64;
// What the face engine takes; beyond it lie decompression bombs.
use face_engine::{MAX_PIXELS, MAX_SIDE};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::domain::secret::unprintable;
use crate::domain::text::Invalid;

/// A JPEG of our own encoding: what the phone put beside the picture (where and when it was taken, on what) is gone. It
/// is erased as soon as the officer has decided.
#[derive(Clone)]
pub struct Selfie(Vec<u8>);

unprintable!(Selfie);

/// How large a selfie may and must be.
#[derive(Clone, Copy, Debug)]
pub struct SelfieRules {
    /// DynamoDB's items end at 400 KB.
    pub max_bytes: usize,
    /// Pixels on the short side, for a face to be recognised.
    pub min_pixels: u32,
}

impl Selfie {
    /// Reads a base64 picture.
    pub fn parse(text: &str, rules: &SelfieRules) -> Result<Self, Invalid> {
        const NOT_BASE64: Invalid =
            Invalid::new("Foto tidak dapat dibaca. Ambil ulang foto.", "The photo cannot be read. Take it again.");
        const TOO_LARGE: Invalid = Invalid::new(
            "Foto terlalu besar. Ambil ulang dengan resolusi lebih rendah.",
            "The photo is too large. Take it again with a lower resolution.",
        );
        const TOO_SMALL: Invalid = Invalid::new(
            "Foto terlalu kecil. Ambil ulang dengan resolusi lebih tinggi.",
            "The photo is too small. Take it again with a higher resolution.",
        );
        const NOT_A_PICTURE: Invalid = Invalid::new(
            "Foto rusak atau bukan JPEG/PNG. Ambil ulang foto.",
            "The photo is damaged or is not a JPEG or PNG. Take it again.",
        );

        if text.len() > rules.max_bytes.div_ceil(3) * 4 {
            return Err(TOO_LARGE);
        }
        let bytes = BASE64.decode(text.as_bytes()).map_err(|_| NOT_BASE64)?;
        if bytes.len() > rules.max_bytes {
            return Err(TOO_LARGE);
        }
        let mut reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format().map_err(|_| NOT_A_PICTURE)?;
        if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
            return Err(NOT_A_PICTURE);
        }
        // The decoder fills the missing part of a broken upload with grey; the end marker shows that nothing is
        // missing.
        if reader.format() == Some(ImageFormat::Jpeg) && !bytes.trim_ascii_end().ends_with(&[0xff, 0xd9]) {
            return Err(NOT_A_PICTURE);
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|_| NOT_A_PICTURE)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(TOO_LARGE);
        }
        let orientation = decoder.orientation().map_err(|_| NOT_A_PICTURE)?;
        let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| NOT_A_PICTURE)?;
        if picture.width().min(picture.height()) < rules.min_pixels {
            return Err(TOO_SMALL);
        }
        picture.apply_orientation(orientation);
        draw(&picture, rules.max_bytes).map(Self).ok_or(TOO_LARGE)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Encodes at the best quality that fits; nothing where none that shows a face fits.
fn draw(picture: &DynamicImage, max_bytes: usize) -> Option<Vec<u8>> {
    const QUALITIES: [u8; 3] = [90, 75, 60];

    let picture = picture.to_rgb8();
    QUALITIES.into_iter().find_map(|quality| {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture).ok()?;
        (bytes.len() <= max_bytes).then_some(bytes)
    })
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

    #[test]
    fn jpeg_and_png_of_a_usable_size_are_taken() {
        assert!(Selfie::parse(&picture(320, 480, ImageFormat::Jpeg), &RULES).is_ok());
        assert!(Selfie::parse(&picture(640, 320, ImageFormat::Png), &RULES).is_ok());
    }

    #[test]
    fn what_a_phone_writes_beside_the_picture_is_gone_and_the_picture_upright() {
        // EXIF: the picture lies on its side (orientation 6), and was taken on a device of this name.
        let exif = b"\xff\xe1\x00\x3fExif\0\0MM\0\x2a\0\0\0\x08\0\x02\
            \x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x01\x10\0\x02\0\0\0\x0f\0\0\0\x26\0\0\0\0Rumah Bu Siti\0\0\0\0\0\0\0\0";
        let plain = BASE64.decode(picture(320, 480, ImageFormat::Jpeg).as_bytes()).unwrap();
        let tagged = [&plain[..2], exif, &plain[2..]].concat();
        let selfie = Selfie::parse(&BASE64.encode(&tagged), &RULES).unwrap();
        let text = String::from_utf8_lossy(selfie.bytes()).into_owned();
        assert!(!text.contains("Exif") && !text.contains("Siti"));
        let drawn = image::load_from_memory(selfie.bytes()).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (480, 320));
    }

    #[test]
    fn everything_else_is_refused() {
        let whole = picture(320, 480, ImageFormat::Jpeg);
        for text in ["", "%%%", "aGVsbG8=", &whole[..whole.len() / 2 / 4 * 4], &picture(319, 480, ImageFormat::Jpeg)] {
            assert!(Selfie::parse(text, &RULES).is_err(), "{}", text.len());
        }
        assert!(Selfie::parse(&"A".repeat(400_000), &RULES).is_err());
        assert!(Selfie::parse(&picture(9_000, 330, ImageFormat::Png), &RULES).is_err());
        assert!(Selfie::parse(&picture(4_000, 4_000, ImageFormat::Png), &RULES).is_err());
    }
}
