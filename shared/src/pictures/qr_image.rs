//! QR codes that scan from a cheap phone's screen (ISO/IEC 18004).

use image::{ImageFormat, Luma};
use qrcode::render::svg;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};

/// A QR code ready to be drawn.
///
/// Error correction M mends 15 % of the code, enough for scratches and glare, and keeps the modules large; the quiet
/// zone is the standard's four modules, for viewers with dark surroundings.
pub struct QrImage(QrCode);

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

impl QrImage {
    pub fn of(text: &str) -> Result<Self, DrawError> {
        Ok(Self(QrCode::with_error_correction_level(text, EcLevel::M)?))
    }

    pub fn svg(&self) -> String {
        self.0.render::<svg::Color<'_>>().quiet_zone(true).module_dimensions(MODULE, MODULE).build()
    }

    pub fn png(&self) -> Result<Vec<u8>, DrawError> {
        let picture = self.0.render::<Luma<u8>>().quiet_zone(true).module_dimensions(MODULE, MODULE).build();
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png)?;
        Ok(bytes.into_inner())
    }
}
