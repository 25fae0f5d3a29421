//! QR codes that scan from a cheap phone's screen (ISO/IEC 18004).

use std::fmt::Write;
use std::iter::repeat_n;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use qrcode::bits::Bits;
use qrcode::canvas::Canvas;
use qrcode::optimize::Segment;
use qrcode::types::{Mode, QrError};
use qrcode::{Color, EcLevel, Version, ec};

use super::qr_mask;

/// A QR code ready to be drawn.
///
/// Error correction M mends 15 % of the code, enough for scratches and glare, and keeps the modules large.
pub struct QrImage {
    /// Row by row.
    modules: Vec<Color>,
    /// Modules along a side.
    width: usize,
}

/// A picture that could not be drawn or encoded.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    #[error("the text does not fit a QR code: {0}")]
    Code(#[from] QrError),
    #[error("the picture cannot be encoded: {0}")]
    Picture(#[from] image::ImageError),
}

/// The side of one module in pixels: the whole code is then about as wide as a cheap phone's screen.
const MODULE: u32 = 10;

/// The same on paper. A printer draws the modules as large as they are asked for; more pixels would only take time.
const PRINTED_MODULE: u32 = 4;

/// Light modules around the code, as the standard wants them, for viewers with dark surroundings.
const QUIET_ZONE: u32 = 4;

impl QrImage {
    pub fn of(text: &str) -> Result<Self, DrawError> {
        Self::of_parts(&[text])
    }

    /// The parts one after the other, each in the densest mode that has all of its characters.
    pub fn of_parts(parts: &[&str]) -> Result<Self, DrawError> {
        let bits = encode(parts)?;
        let version = bits.version();
        let (data, correction) = ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M)?;
        let mut canvas = Canvas::new(version, EcLevel::M);
        canvas.draw_all_functional_patterns();
        canvas.draw_data(&data, &correction);
        let width = usize::try_from(version.width()).unwrap_or_default();
        Ok(Self { modules: qr_mask::masked(&canvas, width), width })
    }

    /// One path of all dark modules, each row's neighbours together.
    pub fn svg(&self) -> String {
        let (side, pixels) = (self.side(), self.side() * MODULE);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{pixels}\" height=\"{pixels}\" \
             viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" \
             d=\"M0 0h{side}v{side}H0z\"/><path d=\""
        );
        for y in 0..side {
            let mut x = 0;
            while x < side {
                let length = (x..side).take_while(|x| self.is_dark(*x, y)).count();
                if length > 0 {
                    // Writing to a string cannot fail.
                    let _ = write!(svg, "M{x} {y}h{length}v1h-{length}z");
                }
                x += u32::try_from(length).unwrap_or(side).max(1);
            }
        }
        svg + "\"/></svg>"
    }

    /// For a screen.
    pub fn png(&self) -> Result<Vec<u8>, DrawError> {
        self.png_with_modules_of(MODULE)
    }

    /// For paper.
    pub fn png_to_print(&self) -> Result<Vec<u8>, DrawError> {
        self.png_with_modules_of(PRINTED_MODULE)
    }

    fn png_with_modules_of(&self, pixels_a_module: u32) -> Result<Vec<u8>, DrawError> {
        let side = self.side();
        let repeats = usize::try_from(pixels_a_module).unwrap_or(1);
        let mut pixels = Vec::new();
        for y in 0..side {
            let shades = (0..side).map(|x| if self.is_dark(x, y) { 0 } else { u8::MAX });
            let row: Vec<u8> = shades.flat_map(|shade| repeat_n(shade, repeats)).collect();
            pixels.extend(row.repeat(repeats));
        }
        let mut bytes = Vec::new();
        // Most rows equal the one above, and this filter turns them into zeros.
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Up).write_image(
            &pixels,
            side * pixels_a_module,
            side * pixels_a_module,
            ExtendedColorType::L8,
        )?;
        Ok(bytes)
    }

    /// Modules along a side, quiet zone included.
    fn side(&self) -> u32 {
        u32::try_from(self.width).unwrap_or_default() + 2 * QUIET_ZONE
    }

    /// Whether a module is dark, counted from the quiet zone's corner.
    fn is_dark(&self, x: u32, y: u32) -> bool {
        let within = |at: u32| usize::try_from(at.checked_sub(QUIET_ZONE)?).ok().filter(|at| *at < self.width);
        match (within(x), within(y)) {
            (Some(x), Some(y)) => self.modules[y * self.width + x] == Color::Dark,
            _ => false,
        }
    }
}

/// The parts in the smallest version that holds them, a segment each.
///
/// `qrcode` itself may begin another segment for a row of digits. A ticket with many digits could then need a larger code
/// than other tickets.
fn encode(parts: &[&str]) -> Result<Bits, QrError> {
    let text = parts.concat().into_bytes();
    let mut end = 0;
    let segments: Vec<Segment> = parts
        .iter()
        .map(|part| {
            let begin = end;
            end += part.len();
            Segment { mode: mode(part.as_bytes()), begin, end }
        })
        .collect();
    for version in (1..=LARGEST_VERSION).map(Version::Normal) {
        let mut bits = Bits::new(version);
        let length: usize = segments.iter().map(|segment| segment.encoded_len(version)).sum();
        if length <= bits.max_len(EcLevel::M)? {
            bits.push_segments(&text, segments.into_iter())?;
            bits.push_terminator(EcLevel::M)?;
            return Ok(bits);
        }
    }
    Err(QrError::DataTooLong)
}

const LARGEST_VERSION: i16 = 40;

fn mode(text: &[u8]) -> Mode {
    let is_alphanumeric = |byte: &u8| matches!(byte, b'0'..=b'9' | b'A'..=b'Z') || b" $%*+-./:".contains(byte);
    if text.iter().all(u8::is_ascii_digit) {
        Mode::Numeric
    } else if text.iter().all(is_alphanumeric) {
        Mode::Alphanumeric
    } else {
        Mode::Byte
    }
}
