//! What people sign with their keys, and what a forger would.

use anyhow::Result;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, Header};
use operator_base::KeyPair;
use serde::Serialize;
use serde_json::Value;

/// Signing with ES256.
pub trait Signs {
    /// Signs claims under the key's id.
    fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String>;

    /// Signs claims and shows the key itself, as DPoP proofs do.
    fn sign_showing_key<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String>;

    /// Signs under any header at all, as a forger with this key would.
    fn sign_under(&self, header: &Value, claims: &Value) -> Result<String>;
}

impl Signs for KeyPair {
    fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid.clone_from(&self.public().common.key_id);
        sign_with(self, header, typ, claims)
    }

    fn sign_showing_key<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String> {
        let mut header = Header::new(Algorithm::ES256);
        let mut shown = self.public().clone();
        shown.common.key_id = None;
        header.jwk = Some(shown);
        sign_with(self, header, typ, claims)
    }

    fn sign_under(&self, header: &Value, claims: &Value) -> Result<String> {
        let part = |json: &Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), self.signing_key(), Algorithm::ES256)?;
        Ok(format!("{message}.{signature}"))
    }
}

fn sign_with<T: Serialize>(key: &KeyPair, mut header: Header, typ: &str, claims: &T) -> Result<String> {
    header.typ = Some(typ.to_owned());
    Ok(jsonwebtoken::encode(&header, claims, key.signing_key())?)
}
