//! Names that nobody can guess.

use aws_lc_rs::error::Unspecified;
use data_encoding::BASE32_NOPAD;

/// 128 random bits in base32.
#[expect(clippy::disallowed_methods, reason = "this program has no App; every random name of it comes from here")]
pub(crate) fn name() -> Result<String, Unspecified> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(BASE32_NOPAD.encode(&bytes))
}
