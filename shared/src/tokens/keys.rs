//! Our own keys: one that signs (ES256), and those that verifiers may still meet.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::{Jwk, JwkSet, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;

use super::{InvalidToken, es256_key};
use crate::domain::secret::unprintable;

/// The private key that tokens and assertions are signed with.
pub struct SigningKey {
    key: EncodingKey,
    key_id: String,
}

/// The public keys that our tokens and assertions verify with: the next, the current and the previous one.
pub struct VerifyingKeys {
    published: JwkSet,
    keys: Vec<(String, DecodingKey)>,
}

unprintable!(SigningKey, VerifyingKeys);

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
pub struct UnusableKey(String);

impl SigningKey {
    /// Reads a P-256 private key (PKCS #8, PEM). Its key id is its RFC 7638 thumbprint.
    pub fn from_pem(pem: &str) -> Result<Self, UnusableKey> {
        let unusable = |error: jsonwebtoken::errors::Error| UnusableKey(format!("not a P-256 private key: {error}"));
        let key = EncodingKey::from_ec_pem(pem.as_bytes()).map_err(unusable)?;
        let public = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(unusable)?;
        let key_id = public.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        Ok(Self { key, key_id })
    }

    pub(super) fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, UnusableKey> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, claims, &self.key).map_err(|error| UnusableKey(error.to_string()))
    }

    /// Signs a payload that stays as it is and is left out (RFC 7797; RFC 7515, appendix F), with further members in the
    /// protected header. The payload holds no dot.
    pub(super) fn sign_detached<T: Serialize>(
        &self,
        typ: &str,
        further: &T,
        payload: &str,
    ) -> Result<String, UnusableKey> {
        let unusable = |error: String| UnusableKey(error);
        let header = DetachedHeader { alg: "ES256", typ, kid: &self.key_id, b64: false, crit: ["b64"], further };
        let header = serde_json::to_vec(&header).map_err(|error| unusable(error.to_string()))?;
        let header = BASE64URL_NOPAD.encode(&header);
        let message = format!("{header}.{payload}");
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::ES256)
            .map_err(|error| unusable(error.to_string()))?;
        Ok(format!("{header}..{signature}"))
    }
}

impl VerifyingKeys {
    /// Reads a JWK Set (RFC 7517) of P-256 keys that carry key ids.
    pub fn from_jwks(json: &str) -> Result<Self, UnusableKey> {
        let published: JwkSet =
            serde_json::from_str(json).map_err(|error| UnusableKey(format!("not a JWK Set: {error}")))?;
        let keys = published
            .keys
            .iter()
            .map(|jwk| {
                let key_id = jwk.common.key_id.clone().ok_or_else(|| UnusableKey("a key has no kid".to_owned()))?;
                let key = es256_key(jwk).ok_or_else(|| UnusableKey(format!("the key {key_id} is not a P-256 key")))?;
                Ok((key_id, key))
            })
            .collect::<Result<Vec<_>, UnusableKey>>()?;
        if keys.is_empty() {
            return Err(UnusableKey("a JWK Set without keys".to_owned()));
        }
        Ok(Self { published, keys })
    }

    /// What `/.well-known/jwks.json` answers.
    pub fn published(&self) -> &JwkSet {
        &self.published
    }

    /// Verifies one of our own tokens of the given type.
    pub(super) fn verify<T: serde::de::DeserializeOwned>(&self, typ: &str, token: &str) -> Result<T, InvalidToken> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| InvalidToken("not a signed token"))?;
        if header.typ.as_deref() != Some(typ) {
            return Err(InvalidToken("a token of another type"));
        }
        let key = header.kid.as_ref().and_then(|kid| self.keys.iter().find(|(key_id, _)| key_id == kid));
        let (_, key) = key.ok_or(InvalidToken("signed with an unknown key"))?;
        super::verify_signature(token, key, Algorithm::ES256)
    }
}
