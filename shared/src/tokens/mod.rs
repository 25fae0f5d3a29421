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
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::de::{DeserializeOwned, Error, IgnoredAny, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// What a token says may lie this far ahead of our clock (FAPI 2.0 Security Profile, section 5.3.2.1).
const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(10);

/// A token that proves nothing: forged, stale, or meant for somebody else. Which of them is for the log only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidToken(pub &'static str);

/// Reads a token's header. It proves nothing yet. We know no extension that a header could call critical, so a token with
/// any is refused (RFC 7515, section 4.1.11); so is one that shows a private key (RFC 9449, section 4.3, item 7).
fn read_header(token: &str) -> Result<Header, InvalidToken> {
    const UNREADABLE: InvalidToken = InvalidToken("the header cannot be read");

    let header = jsonwebtoken::decode_header(token).map_err(|_| UNREADABLE)?;
    let raw = token.split('.').next().and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
    let raw: Option<RawHeader> = raw.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let raw = raw.ok_or(UNREADABLE)?;
    if raw.crit {
        return Err(InvalidToken("the header names critical extensions"));
    }
    if raw.jwk.d {
        return Err(InvalidToken("the header shows a private key"));
    }
    Ok(header)
}

/// Members that the parsed header would drop or forgive: whether each is there, with any value.
#[derive(Deserialize)]
struct RawHeader {
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
    #[serde(default)]
    jwk: RawKey,
}

#[derive(Default, Deserialize)]
struct RawKey {
    #[serde(default, deserialize_with = "is_there")]
    d: bool,
}

fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

/// Checks the signature alone, with the one algorithm that the caller allows, and reads what was signed.
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
    jsonwebtoken::decode(token, key, &validation).map(|data| data.claims).map_err(|error| match error.kind() {
        ErrorKind::Json(_) | ErrorKind::Utf8(_) => UNREADABLE_CLAIMS,
        ErrorKind::InvalidAlgorithm => InvalidToken("signed with another algorithm"),
        _ => FORGED,
    })
}

/// Another key signed it, or it was altered.
const FORGED: InvalidToken = InvalidToken("the signature does not verify");

/// The signature is right, but a claim is missing or of another kind. Which one is not said: it could hold anything.
const UNREADABLE_CLAIMS: InvalidToken = InvalidToken("a claim is missing or cannot be read");

/// A P-256 public key in its one canonical form, so that one key has one thumbprint.
fn es256_key(jwk: &Jwk) -> Option<DecodingKey> {
    let AlgorithmParameters::EllipticCurve(key) = &jwk.algorithm else { return None };
    let is_coordinate = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).is_ok_and(|bytes| bytes.len() == 32);
    let is_canonical = key.curve == EllipticCurve::P256 && is_coordinate(&key.x) && is_coordinate(&key.y);
    if is_canonical { DecodingKey::from_jwk(jwk).ok() } else { None }
}

/// A NumericDate: seconds since 1970, with or without a fraction (RFC 7519, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NumericDate(Timestamp);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadsNumericDate)
    }
}

struct ReadsNumericDate;

impl Visitor<'_> for ReadsNumericDate {
    type Value = NumericDate;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("seconds since 1970")
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<NumericDate, E> {
        let read = Timestamp::from_second(seconds).map(NumericDate);
        read.map_err(|_| E::invalid_value(Unexpected::Other("a time out of range"), &self))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<NumericDate, E> {
        self.visit_i64(i64::try_from(seconds).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<NumericDate, E> {
        let read = SignedDuration::try_from_secs_f64(seconds).and_then(Timestamp::from_duration).map(NumericDate);
        read.map_err(|_| E::invalid_value(Unexpected::Other("a time out of range"), &self))
    }
}

/// The times of a token (RFC 7519, section 4.1).
#[derive(Clone, Copy, Debug, Deserialize)]
struct Times {
    exp: NumericDate,
    #[serde(default)]
    nbf: Option<NumericDate>,
    #[serde(default)]
    iat: Option<NumericDate>,
}

impl Times {
    fn ensure_valid_at(&self, now: Timestamp) -> Result<(), InvalidToken> {
        let is_ahead = |time: Option<NumericDate>| time.is_some_and(|NumericDate(time)| time > now + CLOCK_SKEW);
        if self.exp.0 <= now {
            return Err(InvalidToken("the token has expired"));
        }
        if is_ahead(self.nbf) {
            return Err(InvalidToken("the token is not valid yet"));
        }
        if is_ahead(self.iat) {
            return Err(InvalidToken("the token was issued in the future"));
        }
        Ok(())
    }
}

/// What is remembered until a time is remembered in whole seconds.
fn whole_second_after(time: Timestamp) -> Timestamp {
    let part = SignedDuration::from_nanos(time.subsec_nanosecond().into());
    if part.is_zero() {
        time
    } else {
        time.saturating_add(SignedDuration::from_secs(1) - part).unwrap_or(Timestamp::MAX)
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

    /// Whether it is this audience, as one string, and no other.
    fn is_only(&self, audience: &str) -> bool {
        matches!(self, Self::One(one) if one == audience)
    }
}
