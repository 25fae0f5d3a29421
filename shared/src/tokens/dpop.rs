//! DPoP proofs (RFC 9449): the phone shows with every request that it holds the device key.

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use serde::Deserialize;
use url::Url;

use super::{CLOCK_SKEW, InvalidToken, es256_key, verify_signature};
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
    /// The access token that came along.
    pub access_token: Option<&'a str>,
    pub now: Timestamp,
    /// How old or how far ahead a proof may be.
    pub lifetime: SignedDuration,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    #[serde(default)]
    ath: Option<String>,
}

/// Checks a proof against the request it came with (RFC 9449, section 4.3).
pub fn verify(proof: &str, expected: &Expected<'_>) -> Result<DpopProof, InvalidToken> {
    let header = jsonwebtoken::decode_header(proof).map_err(|_| InvalidToken("not a signed proof"))?;
    if header.typ.as_deref() != Some("dpop+jwt") || header.alg != Algorithm::ES256 {
        return Err(InvalidToken("not a DPoP proof with ES256"));
    }
    let jwk = header.jwk.ok_or(InvalidToken("the proof shows no key"))?;
    if shows_private_key(proof) {
        return Err(InvalidToken("the proof shows a private key"));
    }
    let key = es256_key(&jwk).ok_or(InvalidToken("the proof's key is not a P-256 key"))?;
    let claims: Claims = verify_signature(proof, &key, Algorithm::ES256)?;

    if claims.htm != expected.method {
        return Err(InvalidToken("the proof is for another method"));
    }
    if !is_same_address(&claims.htu, expected.url) {
        return Err(InvalidToken("the proof is for another address"));
    }
    let lifetime = expected.lifetime.as_secs();
    if expected.now.as_second().abs_diff(claims.iat) > lifetime.unsigned_abs() {
        return Err(InvalidToken("the proof is too old or too early"));
    }
    if claims.jti.is_empty() || claims.jti.len() > 128 {
        return Err(InvalidToken("the proof has no usable jti"));
    }
    if claims.ath != expected.access_token.map(access_token_hash) {
        return Err(InvalidToken("the proof is for another access token"));
    }

    let key = thumbprint(&jwk)?;
    let digest = Digest::of(&[key.as_str().as_bytes(), claims.jti.as_bytes()]);
    let expires_at = Timestamp::from_second(claims.iat + lifetime + CLOCK_SKEW)
        .map_err(|_| InvalidToken("the proof's time is none"))?;
    Ok(DpopProof { key, digest, expires_at })
}

/// The `ath` claim for an access token (RFC 9449, section 4.2).
pub fn access_token_hash(token: &str) -> String {
    BASE64URL_NOPAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()).as_ref())
}

/// The RFC 7638 thumbprint that names a device.
pub fn thumbprint(jwk: &Jwk) -> Result<KeyThumbprint, InvalidToken> {
    jwk.thumbprint(ThumbprintHash::SHA256)
        .map(KeyThumbprint::new)
        .map_err(|_| InvalidToken("the proof's key has no thumbprint"))
}

/// Compares scheme, host, port and path (RFC 9449, section 4.3, item 9).
fn is_same_address(htu: &str, url: &Url) -> bool {
    let Ok(htu) = Url::parse(htu) else { return false };
    htu.scheme() == url.scheme()
        && htu.host() == url.host()
        && htu.port_or_known_default() == url.port_or_known_default()
        && htu.path() == url.path()
}

/// Whether the header's key carries a private part, which the parsed key would silently drop.
fn shows_private_key(proof: &str) -> bool {
    let header = proof.split('.').next().and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
    let header: Option<serde_json::Value> = header.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    header.is_none_or(|header| header.pointer("/jwk/d").is_some())
}
