//! DPoP proofs (RFC 9449): the phone shows with every request that it holds the device key.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use serde::Deserialize;
use url::Url;

use super::{CLOCK_SKEW, InvalidToken, NumericDate, es256_key, read_header, verify_signature, whole_second_after};
use crate::domain::{Digest, KeyThumbprint};

/// A proof whose signature, request and age are right. The store says whether it is new.
#[derive(Clone, Debug)]
pub struct DpopProof {
    pub key: KeyThumbprint,
    /// Names the proof: the key and its `jti`.
    pub digest: Digest,
    /// From when on the proof is too old anyway.
    pub expires_at: Timestamp,
}

/// What a proof must be for.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    pub method: &'a str,
    /// The request's address; query and fragment do not count.
    pub url: &'a Url,
    /// The hash of the access token that came along: see [`access_token_hash`].
    pub access_token_hash: Option<&'a Digest>,
    pub now: Timestamp,
    /// How old a proof may be, and how far ahead, up to a minute.
    pub lifetime: SignedDuration,
}

/// How far ahead of ours a phone's clock may be: it is set by people, too, so more than a server's. No JWT may lie further
/// ahead (FAPI 2.0 Security Profile, section 5.3.2.1).
const MAX_AHEAD: SignedDuration = SignedDuration::from_mins(1);

/// Why a proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// Everything is right but the time: the phone's clock is wrong, or the proof was long on its way.
    #[error("{0}")]
    ClockWrong(&'static str),
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: NumericDate,
    #[serde(default)]
    ath: Option<String>,
}

/// Checks a proof against the request it came with (RFC 9449, section 4.3). The time is judged last, so a proof that is
/// refused for its time is right in everything else.
pub fn verify(proof: &str, expected: &Expected<'_>) -> Result<DpopProof, ProofError> {
    const NOT_P256: InvalidToken = InvalidToken("the proof's key is not a P-256 key");

    let mut header = read_header(proof)?;
    if header.typ.as_deref() != Some("dpop+jwt") {
        return Err(InvalidToken("not a DPoP proof").into());
    }
    if header.alg != Algorithm::ES256 {
        return Err(InvalidToken("not signed with ES256").into());
    }
    let shown = header.jwk.take().ok_or(InvalidToken("the proof shows no key"))?;
    let jwk = shown.on_p256().ok_or(NOT_P256)?;
    let key = es256_key(&jwk).ok_or(NOT_P256)?;
    let claims: Claims = verify_signature(proof, &header, &key, Algorithm::ES256)?;

    if claims.htm != expected.method {
        return Err(InvalidToken("the proof is for another method").into());
    }
    if !is_same_address(&claims.htu, expected.url) {
        return Err(InvalidToken("the proof is for another address").into());
    }
    if claims.jti.is_empty() || claims.jti.len() > 128 {
        return Err(InvalidToken("the proof has no usable jti").into());
    }
    if claims.ath.as_deref() != expected.access_token_hash.map(Digest::as_str) {
        return Err(InvalidToken("the proof is for another access token").into());
    }
    let NumericDate(made_at) = claims.iat;
    let age = expected.now.duration_since(made_at);
    if age > expected.lifetime {
        return Err(ProofError::ClockWrong("the proof is too old"));
    }
    if age < -expected.lifetime.min(MAX_AHEAD) {
        return Err(ProofError::ClockWrong("the proof is from the future"));
    }

    let key = thumbprint(&jwk)?;
    let digest = Digest::of(&[key.as_str().as_bytes(), claims.jti.as_bytes()]);
    let expires_at = whole_second_after(made_at + expected.lifetime + CLOCK_SKEW);
    Ok(DpopProof { key, digest, expires_at })
}

/// The hash of an access token, as the `ath` claim has it (RFC 9449, section 4.2).
pub fn access_token_hash(token: &str) -> Digest {
    Digest::plain(token.as_bytes())
}

/// The RFC 7638 thumbprint that names a device.
pub fn thumbprint(jwk: &Jwk) -> Result<KeyThumbprint, InvalidToken> {
    jwk.thumbprint(ThumbprintHash::SHA256)
        .map(KeyThumbprint::new)
        .map_err(|_| InvalidToken("the proof's key has no thumbprint"))
}

/// Compares scheme, host, port and path (RFC 9449, section 4.3, item 9).
fn is_same_address(htu: &str, url: &Url) -> bool {
    if htu == url.as_str() {
        return true;
    }
    let Ok(htu) = Url::parse(htu) else { return false };
    htu.scheme() == url.scheme()
        && htu.host() == url.host()
        && htu.port_or_known_default() == url.port_or_known_default()
        && htu.path() == url.path()
}
