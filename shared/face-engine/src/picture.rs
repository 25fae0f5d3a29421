//! Photographs: decoded within limits, upright, and no larger than a face needs.

#![expect(clippy::cast_precision_loss, reason = "no side has more pixels than an f32 counts exactly")]

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

use crate::geometry::{Point, Similarity};
use crate::nets::Map;

/// A photograph, upright. Places in it are in pixels of the file.
pub struct Picture {
    width: u32,
    height: u32,
    /// Each is half as wide and high as the one before.
    levels: Vec<RgbImage>,
    /// How many pixels of the file make one of the first level, along a side.
    reduced: f32,
}

/// Why a file is not accepted as a photograph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("the file is neither a JPEG nor a PNG")]
    OtherFormat,
    #[error("the picture is damaged or incomplete")]
    Damaged,
    #[error("the picture has more than {MAX_SIDE} pixels on a side, or more than {MAX_PIXELS} in all")]
    TooLarge,
}

/// No side of a phone's picture is longer.
pub const MAX_SIDE: u32 = 4_096;
/// All of a phone's 12 megapixels (4,096 by 3,072). It bounds the memory: a progressive JPEG needs nine bytes a pixel.
pub const MAX_PIXELS: u64 = 12_582_912;
/// What a decoded picture may take, in bytes: four a pixel. Half as many pixels may have 16 bits a channel.
pub const MAX_BYTES: u64 = 4 * MAX_PIXELS;

/// Pictures are halved until no side is longer, before anything else is done with them.
const LONGEST_KEPT: u32 = 2_048;
/// No side of the last halving is shorter.
const MIN_LEVEL: u32 = 32;

impl Picture {
    /// Decodes a JPEG or PNG, and applies the orientation that its EXIF data state.
    pub fn decode(bytes: &[u8]) -> Result<Self, PictureError> {
        let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
        let mut reader = reader.map_err(|_| PictureError::OtherFormat)?;
        match reader.format() {
            Some(ImageFormat::Jpeg) if whole_jpeg(bytes).is_none() => return Err(PictureError::Damaged),
            Some(ImageFormat::Jpeg | ImageFormat::Png) => {}
            _ => return Err(PictureError::OtherFormat),
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_BYTES);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_BYTES {
            return Err(PictureError::TooLarge);
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let picture = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
        Ok(Self::new(opaque(picture), orientation))
    }

    fn new(mut picture: RgbImage, orientation: Orientation) -> Self {
        let (mut width, mut height) = picture.dimensions();
        let mut reduced = 1.0;
        while picture.width().max(picture.height()) > LONGEST_KEPT {
            picture = halved(&picture);
            reduced *= 2.0;
        }
        let mut picture = DynamicImage::ImageRgb8(picture);
        picture.apply_orientation(orientation);
        if lies_on_its_side(orientation) {
            (width, height) = (height, width);
        }
        let mut levels = vec![picture.into_rgb8()];
        while let Some(last) = levels.last()
            && last.width().min(last.height()) >= 2 * MIN_LEVEL
        {
            let next = halved(last);
            levels.push(next);
        }
        Self { width, height, levels, reduced }
    }

    pub fn width(&self) -> u32 {
        self.width
    }

    pub fn height(&self) -> u32 {
        self.height
    }

    pub fn longest_side(&self) -> f32 {
        self.width.max(self.height) as f32
    }

    /// The mean brightness, from 0 to 255.
    pub fn brightness(&self) -> f32 {
        let Some(last) = self.levels.last() else { return 0.0 };
        let sum: f32 = last.pixels().map(|Rgb(colours)| brightness(colours.map(f32::from))).sum();
        sum / (last.width() * last.height()).max(1) as f32
    }

    /// Draws the picture into a square of `side` points; `map` leads from it to this picture. What lies outside is
    /// black.
    pub fn sample(&self, map: &Similarity, side: usize) -> Map {
        let mut sampled = Map::zeros(side, side, 3);
        let mut shrunk = self.reduced;
        let mut levels = self.levels.iter();
        let Some(mut level) = levels.next() else { return sampled };
        // A picture that is drawn smaller is drawn from a halving, so that each of its pixels counts.
        while map.scale() >= 2.0 * shrunk
            && let Some(next) = levels.next()
        {
            level = next;
            shrunk *= 2.0;
        }
        for (index, target) in sampled.values.chunks_exact_mut(3).enumerate() {
            let point = map.of(centre_of_pixel(index / side, index % side));
            let (x, y) = (point.x / shrunk - 0.5, point.y / shrunk - 0.5);
            let (left, top) = (x.floor(), y.floor());
            let (right_share, lower_share) = (x - left, y - top);
            let shares = [
                (0.0, 0.0, (1.0 - right_share) * (1.0 - lower_share)),
                (1.0, 0.0, right_share * (1.0 - lower_share)),
                (0.0, 1.0, (1.0 - right_share) * lower_share),
                (1.0, 1.0, right_share * lower_share),
            ];
            for (more_right, lower, share) in shares {
                let Some(Rgb(colours)) = pixel(level, left + more_right, top + lower) else { continue };
                for (value, colour) in target.iter_mut().zip(colours) {
                    *value += share * f32::from(*colour);
                }
            }
        }
        sampled
    }
}

/// A JPEG as far as its end marker (ITU-T T.81, annex B): phones append to it what they like. Nothing where the marker is missing:
/// the decoder would fill the missing part of a broken file with grey.
pub fn whole_jpeg(bytes: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match *bytes.get(at + 1)? {
            0xd9 => return bytes.get(..at + 2),
            // A byte that fills.
            0xff => at += 1,
            // In a scan, a byte of its code or a restart; elsewhere the other markers without a length.
            0x00 | 0x01 | 0xd0..=0xd8 => at += 2,
            // A segment. Those of EXIF may hold a JPEG with an end of its own.
            _ => {
                let length = u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]);
                at += 2 + usize::from(length);
            }
        }
    }
}

/// Of a colour (ITU-R BT.601).
pub fn brightness([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

fn refusal(error: &image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Damaged,
    }
}

fn lies_on_its_side(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH)
}

/// Puts a picture with transparent parts on white, as a browser shows it to the officer.
fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        Rgb([red, green, blue].map(|colour| rounded((colour * alpha + 255 * (255 - alpha) + 127) / 255)))
    })
}

/// The means of two by two pixels; a last odd row or column is left out.
fn halved(picture: &RgbImage) -> RgbImage {
    let (width, height) = ((picture.width() / 2).max(1), (picture.height() / 2).max(1));
    RgbImage::from_fn(width, height, |x, y| {
        let (right, lower) = ((2 * x + 1).min(picture.width() - 1), (2 * y + 1).min(picture.height() - 1));
        let four = [(2 * x, 2 * y), (right, 2 * y), (2 * x, lower), (right, lower)];
        let four = four.map(|(x, y)| picture.get_pixel(x, y).0);
        Rgb(std::array::from_fn(|channel| {
            rounded((four.iter().map(|pixel| u32::from(pixel[channel])).sum::<u32>() + 2) / 4)
        }))
    })
}

/// A colour that is known to be at most 255.
fn rounded(colour: u32) -> u8 {
    u8::try_from(colour).unwrap_or(u8::MAX)
}

fn centre_of_pixel(row: usize, column: usize) -> Point {
    let (row, column) = (row as f32, column as f32);
    Point { x: column + 0.5, y: row + 0.5 }
}

fn pixel(picture: &RgbImage, x: f32, y: f32) -> Option<&Rgb<u8>> {
    if x < 0.0 || y < 0.0 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, not negative; a cast saturates"
    )]
    picture.get_pixel_checked(x as u32, y as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_drawn_anew_where_the_map_leads() {
        let picture = RgbImage::from_fn(64, 64, |x, y| Rgb([rounded(x), rounded(y), 7]));
        let picture = Picture::new(picture, Orientation::NoTransforms);
        let same = picture.sample(&Similarity::upright(1.0, Point::default()), 4);
        assert_eq!(same.point(2, 3), [3.0, 2.0, 7.0]);
        let half = picture.sample(&Similarity::upright(2.0, Point::default()), 4);
        assert_eq!(half.point(0, 1), [3.0, 1.0, 7.0]);
        let outside = picture.sample(&Similarity::upright(1.0, Point { x: -3.0, y: 70.0 }), 4);
        assert_eq!(outside.point(0, 0), [0.0; 3]);
    }

    #[test]
    fn a_jpeg_ends_at_its_own_end_marker() {
        let thumbnail = b"\xff\xd8\xff\xd9";
        let exif = [&b"\xff\xe1\x00\x06"[..], thumbnail].concat();
        let scan = b"\xff\xda\x00\x02\x01\xff\x00\xff\xd3\x02\xff\xff\xd9";
        let whole = [&b"\xff\xd8"[..], &exif, scan].concat();
        assert_eq!(whole_jpeg(&whole), Some(&whole[..]));
        for trailer in [&[0; 16][..], b"\n", &whole] {
            assert_eq!(whole_jpeg(&[&whole[..], trailer].concat()), Some(&whole[..]));
        }
        for cut in 0..whole.len() {
            assert_eq!(whole_jpeg(&whole[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn transparent_parts_are_white() {
        let mut picture = image::RgbaImage::new(1, 1);
        picture.put_pixel(0, 0, image::Rgba([0, 100, 255, 51]));
        assert_eq!(opaque(picture.into()).get_pixel(0, 0).0, [204, 224, 255]);
    }
}
