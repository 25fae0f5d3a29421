//! Our own keys: one that signs (ES256), and those that verifiers may still meet.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::{Jwk, JwkSet, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::Serialize;

use super::verified::VerifiedTokens;
use super::{Header, InvalidToken, Parts, UNREADABLE_CLAIMS, es256_key, read_claims, read_header, verify_signature};
use crate::domain::Digest;
use crate::domain::secret::unprintable;

/// The private key that tokens and assertions are signed with. It is parsed once: jsonwebtoken's own would be parsed and
/// checked for each signature.
pub struct SigningKey {
    key: EcdsaKeyPair,
    key_id: String,
}

/// The public keys that our tokens and assertions verify with: the next, the current and the previous one.
pub struct VerifyingKeys {
    published: JwkSet,
    keys: Vec<(String, DecodingKey)>,
    verified: VerifiedTokens,
}

/// The public keys that left the published set. Signatures under documents count for longer than their key signs; nothing
/// else that one of these signed is accepted.
pub struct RetiredKeys(JwkSet);

unprintable!(SigningKey, VerifyingKeys, RetiredKeys);

/// The protected header of a detached JWS.
#[derive(Serialize)]
struct DetachedHeader<'a, T> {
    alg: &'static str,
    typ: &'a str,
    kid: &'a str,
    b64: bool,
    crit: [&'static str; 1],
    #[serde(flatten)]
    further: &'a T,
}

/// Why configured keys cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnusableKey(pub(super) String);

impl SigningKey {
    /// Reads a P-256 private key (PKCS #8, PEM). Its key id is its RFC 7638 thumbprint.
    pub fn from_pem(pem: &str) -> Result<Self, UnusableKey> {
        let unusable = |error: jsonwebtoken::errors::Error| UnusableKey(format!("not a P-256 private key: {error}"));
        let encoded = EncodingKey::from_ec_pem(pem.as_bytes()).map_err(unusable)?;
        let public = Jwk::from_encoding_key(&encoded, Algorithm::ES256).map_err(unusable)?;
        let key_id = public.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, encoded.as_bytes())
            .map_err(|error| UnusableKey(format!("not a P-256 private key: {error}")))?;
        Ok(Self { key, key_id })
    }

    /// The key's name, as `kid` in what it signs.
    pub fn id(&self) -> &str {
        &self.key_id
    }

    /// Signs claims as a JWT (RFC 7519, section 7.1).
    pub(super) fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, UnusableKey> {
        let mut header = jsonwebtoken::Header::new(Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.key_id.clone());
        let message = format!("{}.{}", encode(&header)?, encode(claims)?);
        let signature = self.signature(message.as_bytes())?;
        Ok(format!("{message}.{}", BASE64URL_NOPAD.encode(&signature)))
    }

    /// Signs a payload that stays as it is and is left out (RFC 7797; RFC 7515, appendix F), with further members in the
    /// protected header. The payload holds no dot.
    pub(super) fn sign_detached<T: Serialize>(
        &self,
        typ: &str,
        further: &T,
        payload: &str,
    ) -> Result<String, UnusableKey> {
        let header =
            encode(&DetachedHeader { alg: "ES256", typ, kid: &self.key_id, b64: false, crit: ["b64"], further })?;
        let signature = self.signature(format!("{header}.{payload}").as_bytes())?;
        Ok(format!("{header}..{}", BASE64URL_NOPAD.encode(&signature)))
    }

    /// ES256 (RFC 7518, section 3.4; RFC 9053, section 2.1): both numbers of the signature, 32 bytes each.
    pub(super) fn signature(&self, message: &[u8]) -> Result<Vec<u8>, UnusableKey> {
        let signature = self.key.sign(&SystemRandom::new(), message);
        signature.map(|signature| signature.as_ref().to_vec()).map_err(|error| UnusableKey(error.to_string()))
    }
}

/// A part of a JWS: JSON in base64url.
fn encode<T: Serialize>(part: &T) -> Result<String, UnusableKey> {
    let json = serde_json::to_vec(part).map_err(|error| UnusableKey(error.to_string()))?;
    Ok(BASE64URL_NOPAD.encode(&json))
}

/// A JWK Set, and each of its keys under its name.
fn read_set(json: &str) -> Result<(JwkSet, Vec<(String, DecodingKey)>), UnusableKey> {
    let set: JwkSet = serde_json::from_str(json).map_err(|error| UnusableKey(format!("not a JWK Set: {error}")))?;
    let named = |jwk: &Jwk| {
        let key_id = jwk.common.key_id.clone().ok_or_else(|| UnusableKey("a key has no kid".to_owned()))?;
        let key = es256_key(jwk).ok_or_else(|| UnusableKey(format!("the key {key_id} is not a P-256 key")))?;
        Ok((key_id, key))
    };
    let keys = set.keys.iter().map(named).collect::<Result<Vec<_>, UnusableKey>>()?;
    Ok((set, keys))
}

impl RetiredKeys {
    /// Reads a JWK Set (RFC 7517) of P-256 keys that carry key ids; it may be empty.
    pub fn from_jwks(json: &str) -> Result<Self, UnusableKey> {
        read_set(json).map(|(set, _)| Self(set))
    }

    /// What `/.well-known/retired-keys.json` answers.
    pub fn published(&self) -> &JwkSet {
        &self.0
    }
}

impl VerifyingKeys {
    /// Reads a JWK Set (RFC 7517) of P-256 keys that carry key ids.
    pub fn from_jwks(json: &str) -> Result<Self, UnusableKey> {
        let (published, keys) = read_set(json)?;
        if keys.is_empty() {
            return Err(UnusableKey("a JWK Set without keys".to_owned()));
        }
        Ok(Self { published, keys, verified: VerifiedTokens::new() })
    }

    /// What `/.well-known/jwks.json` answers.
    pub fn published(&self) -> &JwkSet {
        &self.published
    }

    /// Verifies one of our own tokens of the given type. Its signature is verified once, for as long as it
    /// is remembered.
    pub(super) fn verify<T: serde::de::DeserializeOwned>(&self, typ: &str, token: &str) -> Result<T, InvalidToken> {
        let digest = Digest::of(&[typ.as_bytes(), token.as_bytes()]);
        if self.verified.knows(&digest) {
            return read_claims(Parts::of(token).ok_or(UNREADABLE_CLAIMS)?.payload);
        }
        let (header, key) = self.key_of(typ, token)?;
        let claims = verify_signature(token, &header, key, Algorithm::ES256)?;
        self.verified.remember(digest);
        Ok(claims)
    }

    /// Reads one of our own tokens of the given type, signed under one of these keys, without verifying the signature.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self, typ: &str, token: &str) -> Result<T, InvalidToken> {
        self.key_of(typ, token)?;
        read_claims(Parts::of(token).ok_or(UNREADABLE_CLAIMS)?.payload)
    }

    /// The header of a token of the given type, and the key that it names. It proves nothing yet.
    fn key_of(&self, typ: &str, token: &str) -> Result<(Header, &DecodingKey), InvalidToken> {
        let header = read_header(token)?;
        if header.typ.as_deref() != Some(typ) {
            return Err(InvalidToken("a token of another type"));
        }
        let key = header.kid.as_ref().and_then(|kid| self.keys.iter().find(|(key_id, _)| key_id == kid));
        let (_, key) = key.ok_or(InvalidToken("signed with an unknown key"))?;
        Ok((header, key))
    }
}
