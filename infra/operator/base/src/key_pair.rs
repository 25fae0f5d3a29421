//! A P-256 key pair, as the service, phones and integrators hold one.

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::BASE64;
use ikd::domain::KeyThumbprint;
use ikd::tokens::dpop;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};

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

    /// What signs with it.
    pub fn signing_key(&self) -> &EncodingKey {
        &self.key
    }
}
