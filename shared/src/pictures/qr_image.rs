//! QR codes that scan from a cheap phone's screen (ISO/IEC 18004).

use std::fmt::Write;

use fast_qr::qr::QRCodeError;
use fast_qr::{ECL, QRBuilder, QRCode};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

/// A QR code ready to be drawn.
///
/// Error correction M mends 15 % of the code, enough for scratches and glare, and keeps the modules large.
pub struct QrImage(QRCode);

/// A picture that could not be drawn or encoded.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    #[error("the text does not fit a QR code: {0}")]
    Code(#[from] QRCodeError),
    #[error("the picture cannot be encoded: {0}")]
    Picture(#[from] image::ImageError),
}

/// The side of one module in pixels: the whole code is then about as wide as a cheap phone's screen.
const MODULE: u32 = 10;

/// Light modules around the code, as the standard wants them, for viewers with dark surroundings.
const QUIET_ZONE: u32 = 4;

impl QrImage {
    pub fn of(text: &str) -> Result<Self, DrawError> {
        Ok(Self(QRBuilder::new(text).ecl(ECL::M).build()?))
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

    pub fn png(&self) -> Result<Vec<u8>, DrawError> {
        let side = self.side();
        let mut pixels = Vec::new();
        for y in 0..side {
            let shades = (0..side).map(|x| if self.is_dark(x, y) { 0 } else { u8::MAX });
            let row: Vec<u8> = shades.flat_map(|shade| [shade; MODULE as usize]).collect();
            pixels.extend(row.repeat(MODULE as usize));
        }
        let mut bytes = Vec::new();
        // Most rows are the one above, which this filter makes zeros of.
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Up).write_image(
            &pixels,
            side * MODULE,
            side * MODULE,
            ExtendedColorType::L8,
        )?;
        Ok(bytes)
    }

    /// Modules along a side, quiet zone included.
    fn side(&self) -> u32 {
        u32::try_from(self.0.size).unwrap_or_default() + 2 * QUIET_ZONE
    }

    /// Whether a module is dark, counted from the quiet zone's corner.
    fn is_dark(&self, x: u32, y: u32) -> bool {
        let within = |at: u32| usize::try_from(at.checked_sub(QUIET_ZONE)?).ok().filter(|at| *at < self.0.size);
        match (within(x), within(y)) {
            (Some(x), Some(y)) => self.0[y][x].value(),
            _ => false,
        }
    }
}
