//! Pictures in and out: QR codes, the captcha, the selfie.

pub mod captcha;
pub mod qr_image;
pub mod selfie;
