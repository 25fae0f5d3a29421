//! Pictures in and out: QR codes and the selfie.

pub mod qr_image;
pub mod selfie;
