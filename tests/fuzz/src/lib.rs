//! What several targets need: a key, and tokens out of the fuzzer's bytes.
//!
//! Targets call `expect` on what they make of their own constants, before the fuzzer's bytes come in: without it there
//! is nothing to fuzz. They never do so on what depends on those bytes.

#![expect(clippy::expect_used, reason = "without its constants there is nothing to fuzz")]

use std::sync::LazyLock;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};

/// The time at which everything is checked.
pub const NOW: i64 = 1_795_323_600;

/// A key that signs, and its public half with its key id.
pub static KEY: LazyLock<(EncodingKey, Jwk)> = LazyLock::new(|| {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        BASE64.encode(pair.to_pkcs8v1().expect("PKCS #8").as_ref())
    );
    let key = EncodingKey::from_ec_pem(pem.as_bytes()).expect("a P-256 key");
    let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("a public key");
    public.common.key_id = public.thumbprint(ThumbprintHash::SHA256).ok();
    (key, public)
});

/// A token out of bytes: as they are, or, behind a `#`, a header and a payload in two lines that the right key signs.
/// `KEY` in a header is replaced by the public key, so that the fuzzer gets past the signature.
pub fn token(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    let Some((header, payload)) = text.strip_prefix('#').and_then(|parts| parts.split_once('\n')) else {
        return text.into_owned();
    };
    let (key, public) = &*KEY;
    let header = header.replace("\"KEY\"", &serde_json::to_string(public).unwrap_or_default());
    let message =
        format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(payload.as_bytes()));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, Algorithm::ES256).unwrap_or_default();
    format!("{message}.{signature}")
}
