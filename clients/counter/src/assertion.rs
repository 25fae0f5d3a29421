//! The verification of an identity assertion: signature, issuer, audience, redemption, purpose, times and claims.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::service::{Disclosure, Service};

/// How far clocks may differ.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(10);

/// Why an assertion was not verified.
#[derive(Debug)]
pub(crate) enum Unverified {
    /// The public keys could not be read. That may pass.
    WithoutKeys,
    /// It is not what this attempt's answer must hold.
    Wrong(&'static str),
}

/// What a verified assertion says.
pub(crate) struct Said {
    /// The holder, by a name that no other integrator sees.
    pub subject: String,
    pub claims: Map<String, Value>,
}

#[derive(Deserialize)]
struct Assertion {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    jti: String,
    purpose: String,
    #[serde(flatten)]
    claims: Map<String, Value>,
}

/// Verifies the assertion of an answer to an attempt that was scanned at `scanned_at`. An assertion from before the scan is a
/// replayed one, since no earlier attempt has this attempt's key. Its own end does not matter: an answer that is asked for again
/// much later says the same as the first one.
pub(crate) async fn verify(
    service: &Service,
    disclosure: &Disclosure,
    purpose: &str,
    scanned_at: Timestamp,
) -> Result<Said, Unverified> {
    let header = jsonwebtoken::decode_header(&disclosure.assertion).map_err(|_| Unverified::Wrong("not a JWT"))?;
    let name = header.kid.as_deref().ok_or(Unverified::Wrong("it names no key"))?;
    let key = service.public_key(name).await.map_err(|_| Unverified::WithoutKeys)?;
    let key = key.ok_or(Unverified::Wrong("its key is not published"))?;
    let key = DecodingKey::from_jwk(&key).map_err(|_| Unverified::Wrong("a key of another kind"))?;
    let read = jsonwebtoken::decode::<Assertion>(&disclosure.assertion, &key, &signature_alone());
    let assertion = read.map_err(|_| Unverified::Wrong("the signature"))?.claims;
    let now = service.now();
    let between = (scanned_at - TOLERANCE).as_second()..=(now + TOLERANCE).as_second();
    let checks = [
        (assertion.iss == service.issuer(), "another issuer"),
        (assertion.aud == service.client_id(), "another audience"),
        (assertion.jti == disclosure.redemption_id, "another redemption"),
        (assertion.purpose == purpose && disclosure.purpose == purpose, "another purpose"),
        (assertion.iat == disclosure.redeemed_at.as_second(), "another time"),
        (between.contains(&assertion.iat), "not the time of this attempt"),
        (assertion.exp > assertion.iat, "no time of validity"),
        (assertion.claims == disclosure.claims && !assertion.claims.is_empty(), "other claims"),
    ];
    match checks.into_iter().find(|(is_right, _)| !is_right) {
        Some((_, wrong)) => Err(Unverified::Wrong(wrong)),
        None => Ok(Said { subject: assertion.sub, claims: assertion.claims }),
    }
}

/// The library checks ES256 and the signature. Everything else is checked above, by the service's clock.
fn signature_alone() -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
    validation
}
