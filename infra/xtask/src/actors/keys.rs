//! A P-256 key pair, as phones, integrators and the local stack hold one.

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use ikd::domain::KeyThumbprint;
use ikd::tokens::dpop;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::Value;

/// A key pair that signs with ES256.
#[derive(Clone)]
pub struct KeyPair {
    pem: String,
    key: EncodingKey,
    public: Jwk,
    thumbprint: KeyThumbprint,
}

impl KeyPair {
    pub fn generate() -> Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let der = pair.to_pkcs8v1().map_err(|error| anyhow!("a key cannot be written: {error}"))?;
        let lines: Vec<String> = BASE64
            .encode(der.as_ref())
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into())
            .collect();
        Self::from_pem(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")))
    }

    /// Reads a PKCS #8 key.
    pub fn from_pem(pem: String) -> Result<Self> {
        let key = EncodingKey::from_ec_pem(pem.as_bytes()).context("not a P-256 private key")?;
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256)?;
        let thumbprint = dpop::thumbprint(&public)?;
        public.common.key_id = Some(thumbprint.as_str().to_owned());
        Ok(Self { pem, key, public, thumbprint })
    }

    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub fn public(&self) -> &Jwk {
        &self.public
    }

    pub fn thumbprint(&self) -> &KeyThumbprint {
        &self.thumbprint
    }

    /// Signs claims under the key's id.
    pub fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid.clone_from(&self.public.common.key_id);
        self.sign_with(header, typ, claims)
    }

    /// Signs claims and shows the key itself, as DPoP proofs do.
    pub fn sign_showing_key<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String> {
        let mut header = Header::new(Algorithm::ES256);
        let mut shown = self.public.clone();
        shown.common.key_id = None;
        header.jwk = Some(shown);
        self.sign_with(header, typ, claims)
    }

    /// Signs under any header at all, as a forger with this key would.
    pub fn sign_under(&self, header: &Value, claims: &Value) -> Result<String> {
        let part = |json: &Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::ES256)?;
        Ok(format!("{message}.{signature}"))
    }

    fn sign_with<T: Serialize>(&self, mut header: Header, typ: &str, claims: &T) -> Result<String> {
        header.typ = Some(typ.to_owned());
        Ok(jsonwebtoken::encode(&header, claims, &self.key)?)
    }
}
