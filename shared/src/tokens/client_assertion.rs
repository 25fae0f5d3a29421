//! `private_key_jwt`: an integrator proves itself with a JWT of its own (RFC 7523, section 3; OAuth 2.1).

use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde::Deserialize;

use super::{Audience, InvalidToken, Times, es256_key, verify_signature};
use crate::domain::Digest;
use crate::domain::integrator::Integrator;

/// Longest life that a client assertion may claim, in seconds; its `jti` must be remembered that long.
const LONGEST_LIFE: i64 = 300;

/// An assertion whose signature, audience and age are right. The store says whether it is new.
#[derive(Clone, Debug)]
pub struct ClientAssertion {
    /// Names the assertion: the client and its `jti`.
    pub digest: Digest,
    pub expires_at: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    jti: String,
    #[serde(flatten)]
    times: Times,
}

/// Reads which client an assertion claims to be from, in order to look its keys up. It proves nothing yet.
pub fn claimed_client(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let subject: Subject = jsonwebtoken::dangerous::insecure_decode_claims(assertion).ok()?;
    (1..=128).contains(&subject.sub.len()).then_some(subject.sub)
}

/// Checks an assertion with the client's registered keys. `audiences` are the names this server answers to.
pub fn verify(
    assertion: &str,
    integrator: &Integrator,
    audiences: &[&str],
    now: Timestamp,
) -> Result<ClientAssertion, InvalidToken> {
    let header = jsonwebtoken::decode_header(assertion).map_err(|_| InvalidToken("not a signed assertion"))?;
    if header.alg != Algorithm::ES256 {
        return Err(InvalidToken("not signed with ES256"));
    }
    let jwk = match &header.kid {
        Some(kid) => integrator.jwks.find(kid),
        None => integrator.jwks.keys.first(),
    };
    let key = jwk.and_then(es256_key).ok_or(InvalidToken("signed with an unknown key"))?;
    let claims: Claims = verify_signature(assertion, &key, Algorithm::ES256)?;

    if claims.iss != integrator.client_id || claims.sub != integrator.client_id {
        return Err(InvalidToken("issuer and subject are not the client"));
    }
    if !audiences.iter().any(|audience| claims.aud.names(audience)) {
        return Err(InvalidToken("meant for another audience"));
    }
    claims.times.ensure_valid_at(now)?;
    if claims.times.exp > now.as_second() + LONGEST_LIFE {
        return Err(InvalidToken("lives longer than five minutes"));
    }
    if claims.jti.is_empty() || claims.jti.len() > 128 {
        return Err(InvalidToken("has no usable jti"));
    }
    let digest = Digest::of(&[integrator.client_id.as_bytes(), claims.jti.as_bytes()]);
    let expires_at = Timestamp::from_second(claims.times.exp).map_err(|_| InvalidToken("its time is none"))?;
    Ok(ClientAssertion { digest, expires_at })
}
