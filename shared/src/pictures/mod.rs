//! Pictures in and out: QR codes and the selfie.

pub mod qr_image;
mod qr_mask;
pub mod selfie;
