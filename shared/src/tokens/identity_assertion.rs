//! The signed assertion that a redemption returns: who the holder is, for this integrator alone (OpenID Connect Core).

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::keys::{SigningKey, UnusableKey};
use crate::domain::nik::Nik;
use crate::domain::qr_code::Redemption;
use crate::domain::secret::MacKey;

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    /// The integrator that redeemed.
    aud: &'a str,
    /// The holder, by a name that no other integrator sees (OpenID Connect Core 1.0, section 8.1).
    sub: String,
    iat: i64,
    exp: i64,
    /// The redemption's id.
    jti: &'a str,
    purpose: &'a str,
    #[serde(flatten)]
    claims: &'a Map<String, Value>,
}

/// Signs what a redemption disclosed. Times and id are the redemption's, so that a repeated answer says the same.
pub fn sign(
    key: &SigningKey,
    pairwise: &MacKey,
    issuer: &str,
    nik: &Nik,
    redemption: &Redemption,
    claims: &Map<String, Value>,
    expires_at: Timestamp,
) -> Result<String, UnusableKey> {
    key.sign(
        "JWT",
        &Assertion {
            iss: issuer,
            aud: &redemption.client_id,
            sub: pairwise_subject(pairwise, &redemption.client_id, nik),
            iat: redemption.redeemed_at.as_second(),
            exp: expires_at.as_second(),
            jti: redemption.id.as_str(),
            purpose: &redemption.purpose,
            claims,
        },
    )
}

/// The name under which one integrator knows one holder.
pub fn pairwise_subject(key: &MacKey, client_id: &str, nik: &Nik) -> String {
    BASE64URL_NOPAD.encode(&key.mac(&[b"pairwise", client_id.as_bytes(), nik.as_str().as_bytes()]))
}
