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
pub mod printed_document;

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType, Jwk,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::de::{DeserializeOwned, Error, IgnoredAny, SeqAccess, Unexpected, Visitor};
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
    let Parts { header, .. } = Parts::of(token).ok_or(UNREADABLE_HEADER)?;
    let bytes = BASE64URL_NOPAD.decode(header.as_bytes()).map_err(|_| UNREADABLE_HEADER)?;
    let header: Header = serde_json::from_slice(&bytes).map_err(|_| UNREADABLE_HEADER)?;
    if header.crit {
        return Err(InvalidToken("the header names critical extensions"));
    }
    if header.jwk.as_ref().is_some_and(|jwk| jwk.d) {
        return Err(InvalidToken("the header shows a private key"));
    }
    Ok(header)
}

/// The parts of a JWS in its compact form (RFC 7515, section 3.1).
struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    /// What is signed: header and payload.
    message: &'a str,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Option<Self> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        (!payload.contains('.')).then_some(Self { header, payload, signature, message })
    }
}

/// The members of a header that we read. jsonwebtoken's own header would forgive some of them, and is read more than once
/// where it verifies.
#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    jwk: Option<ShownKey>,
    /// Whether it is there, with any value.
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
}

/// A key that a header shows (RFC 7517), as far as it concerns P-256.
#[derive(Deserialize)]
struct ShownKey {
    kty: String,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
    /// Whether it is there, with any value.
    #[serde(default, deserialize_with = "is_there")]
    d: bool,
}

impl ShownKey {
    /// The key as jsonwebtoken knows it, if it says that it is on P-256.
    fn on_p256(self) -> Option<Jwk> {
        if self.kty != "EC" || self.crv.as_deref() != Some("P-256") {
            return None;
        }
        let key = EllipticCurveKeyParameters {
            key_type: EllipticCurveKeyType::EC,
            curve: EllipticCurve::P256,
            x: self.x?,
            y: self.y?,
        };
        Some(Jwk { common: CommonParameters::default(), algorithm: AlgorithmParameters::EllipticCurve(key) })
    }
}

fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

/// Checks the signature alone, with the one algorithm that the caller allows, and reads what was signed. Times and audiences
/// are judged afterwards with the time that is passed in, not with the wall clock.
fn verify_signature<T: DeserializeOwned>(
    token: &str,
    header: &Header,
    key: &DecodingKey,
    algorithm: Algorithm,
) -> Result<T, InvalidToken> {
    if header.alg != algorithm {
        return Err(InvalidToken("signed with another algorithm"));
    }
    let Parts { payload, signature, message, .. } = Parts::of(token).ok_or(UNREADABLE_HEADER)?;
    match jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, algorithm) {
        Ok(true) => read_claims(payload),
        Ok(false) | Err(_) => Err(FORGED),
    }
}

/// What a token's payload says. It proves nothing yet.
fn read_claims<T: DeserializeOwned>(payload: &str) -> Result<T, InvalidToken> {
    let bytes = BASE64URL_NOPAD.decode(payload.as_bytes()).map_err(|_| UNREADABLE_CLAIMS)?;
    serde_json::from_slice(&bytes).map_err(|_| UNREADABLE_CLAIMS)
}

const UNREADABLE_HEADER: InvalidToken = InvalidToken("the header cannot be read");

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
#[derive(Clone, Debug)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadsAudience)
    }
}

struct ReadsAudience;

impl<'de> Visitor<'de> for ReadsAudience {
    type Value = Audience;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("one audience or several")
    }

    fn visit_str<E: Error>(self, one: &str) -> Result<Audience, E> {
        Ok(Audience::One(one.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut audiences: A) -> Result<Audience, A::Error> {
        let mut several = Vec::new();
        while let Some(audience) = audiences.next_element()? {
            several.push(audience);
        }
        Ok(Audience::Several(several))
    }
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
