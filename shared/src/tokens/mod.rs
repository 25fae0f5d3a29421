//! Tokens that we issue and tokens that we check, each with pinned algorithms and times judged by the clock passed in.

pub mod keys;
pub mod sealed;
mod verified;

pub mod access_token;
pub mod client_assertion;
pub mod document_signature;
pub mod dpop;
pub mod identity_assertion;
pub mod officer;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Clocks of two machines may differ by this much (seconds).
const CLOCK_SKEW: i64 = 5;

/// A token that proves nothing: forged, stale, or meant for somebody else. Which of them is for the log only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidToken(pub &'static str);

/// Checks the signature alone, with the one algorithm that the caller allows.
fn verify_signature<T: DeserializeOwned>(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
) -> Result<T, InvalidToken> {
    let mut validation = Validation::new(algorithm);
    // Times and audiences are judged below with the time that was passed in, not with the wall clock.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode(token, key, &validation)
        .map(|data| data.claims)
        .map_err(|_| InvalidToken("the signature does not verify"))
}

/// A P-256 public key in its one canonical form, so that one key has one thumbprint.
fn es256_key(jwk: &Jwk) -> Option<DecodingKey> {
    let AlgorithmParameters::EllipticCurve(key) = &jwk.algorithm else { return None };
    let is_coordinate = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).is_ok_and(|bytes| bytes.len() == 32);
    let is_canonical = key.curve == EllipticCurve::P256 && is_coordinate(&key.x) && is_coordinate(&key.y);
    if is_canonical { DecodingKey::from_jwk(jwk).ok() } else { None }
}

/// The times of a token (RFC 7519, section 4.1), in seconds since 1970.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Times {
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
}

impl Times {
    fn ensure_valid_at(&self, now: Timestamp) -> Result<(), InvalidToken> {
        let now = now.as_second();
        if self.exp <= now {
            return Err(InvalidToken("the token has expired"));
        }
        let begins = self.nbf.into_iter().chain(self.iat).max();
        if begins.is_some_and(|begins| begins > now + CLOCK_SKEW) {
            return Err(InvalidToken("the token is not valid yet"));
        }
        Ok(())
    }
}

/// `aud`: one audience or several (RFC 7519, section 4.1.3).
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}
