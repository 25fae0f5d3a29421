//! The registry's photograph: a whole JPEG that fits into a row.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};

use super::Flaw;

/// Beside the photograph there must be room for the rest of an item of 400 KB.
const MAX_BYTES: usize = 256 * 1024;

/// No side is longer: a larger picture may be a decompression bomb.
const MAX_PIXELS: u32 = 4_096;

/// What is wrong with a photograph; a missing one is no error.
pub fn flaw(photo: &[u8]) -> Option<Flaw> {
    let reason = if photo.is_empty() {
        return None;
    } else if photo.len() > MAX_BYTES {
        "is larger than 256 KiB"
    } else if !photo.starts_with(&[0xff, 0xd8]) || !photo.ends_with(&[0xff, 0xd9]) {
        // The decoder fills the missing part of a broken picture with grey; the end marker shows that it is whole.
        "is not a whole JPEG"
    } else {
        let mut reader = ImageReader::with_format(Cursor::new(photo), ImageFormat::Jpeg);
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) = (Some(MAX_PIXELS), Some(MAX_PIXELS));
        reader.limits(limits);
        if reader.decode().is_ok() {
            return None;
        }
        "is not a JPEG of at most 4096 pixels a side"
    };
    Some(Flaw::new("photo", reason))
}
