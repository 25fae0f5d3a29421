//! The integrator's private key. It signs client assertions, protects the journal, and is never shown.

use aws_lc_rs::aead::{AES_256_GCM, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use data_encoding::BASE64;
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

/// A P-256 key pair.
pub struct ClientKey {
    signing: EncodingKey,
    public: Jwk,
    sealing: [u8; 32],
}

/// Why a key cannot be used. It holds nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 private key in PEM (PKCS #8, \"BEGIN PRIVATE KEY\")")]
pub struct UnusableKey;

impl std::fmt::Debug for ClientKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ClientKey(..)")
    }
}

impl ClientKey {
    /// Reads a PKCS #8 key in PEM.
    pub fn from_pem(pem: &str) -> Result<Self, UnusableKey> {
        let signing = EncodingKey::from_ec_pem(pem.as_bytes()).map_err(|_| UnusableKey)?;
        let mut public = Jwk::from_encoding_key(&signing, Algorithm::ES256).map_err(|_| UnusableKey)?;
        public.common.key_id = Some(public.thumbprint(ThumbprintHash::SHA256).map_err(|_| UnusableKey)?);
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        public.common.key_algorithm = Some(KeyAlgorithm::ES256);
        Ok(Self { signing, public, sealing: sealing_key(pem)? })
    }

    /// The public half, as operators register it.
    pub fn public(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    /// Signs a client assertion. It names no key: the service tries each that is registered.
    pub(crate) fn sign<T: Serialize>(&self, claims: &T) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(&Header::new(Algorithm::ES256), claims, &self.signing)
    }

    /// What seals the journal. The same private key always gives the same one, so nothing more has to be kept.
    pub(crate) fn sealing_key(&self) -> Result<RandomizedNonceKey, UnusableKey> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.sealing).map_err(|_| UnusableKey)
    }
}

/// Derives a key from the private key (HKDF, RFC 5869), which the private key cannot be found from.
fn sealing_key(pem: &str) -> Result<[u8; 32], UnusableKey> {
    let body: String = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
    let private = BASE64.decode(body.as_bytes()).map_err(|_| UnusableKey)?;
    let mut key = [0; 32];
    let derived = Salt::new(HKDF_SHA256, b"ikd-counter").extract(&private);
    let derived = derived.expand(&[b"journal"], &AES_256_GCM).map_err(|_| UnusableKey)?;
    derived.fill(&mut key).map_err(|_| UnusableKey)?;
    Ok(key)
}
