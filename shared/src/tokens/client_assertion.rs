//! `private_key_jwt`: an integrator proves itself with a JWT of its own (RFC 7523, section 3; OAuth 2.1).

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Algorithm;
use serde::Deserialize;

use super::{
    Audience, CLOCK_SKEW, FORGED, InvalidToken, NumericDate, Parts, Times, es256_key, read_claims, read_header,
    verify_signature, whole_second_after,
};
use crate::domain::Digest;
use crate::domain::integrator::{Integrator, MAX_KEYS};

/// Longest life that a client assertion may claim; its `jti` must be remembered that long.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// An assertion whose signature, audience and age are right. The store says whether it is new.
#[derive(Clone, Debug)]
pub struct ClientAssertion {
    /// Names the assertion: the client and its `jti`.
    pub digest: Digest,
    /// From when on every instance finds it too old, also one whose clock is behind.
    pub expires_at: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    jti: String,
    exp: NumericDate,
    #[serde(default)]
    nbf: Option<NumericDate>,
    #[serde(default)]
    iat: Option<NumericDate>,
}

/// Reads which client an assertion claims to be from, in order to look its keys up. It proves nothing yet.
pub fn claimed_client(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let subject: Subject = read_claims(Parts::of(assertion)?.payload).ok()?;
    (1..=128).contains(&subject.sub.len()).then_some(subject.sub)
}

/// Checks an assertion with the client's registered keys. Its audience is the issuer alone, as one string: an assertion
/// that names several could be used at another one (FAPI 2.0 Security Profile, section 5.3.2.1).
pub fn verify(
    assertion: &str,
    integrator: &Integrator,
    issuer: &str,
    now: Timestamp,
) -> Result<ClientAssertion, InvalidToken> {
    let claims = signed_by(integrator, assertion)?;
    if claims.iss != integrator.client_id {
        return Err(InvalidToken("the issuer is not the client"));
    }
    if claims.sub != integrator.client_id {
        return Err(InvalidToken("the subject is not the client"));
    }
    if !claims.aud.is_only(issuer) {
        return Err(InvalidToken("the audience is not our issuer alone"));
    }
    let Claims { exp, nbf, iat, .. } = claims;
    Times { exp, nbf, iat }.ensure_valid_at(now)?;
    let NumericDate(expires_at) = exp;
    if expires_at > now + LONGEST_LIFE {
        return Err(InvalidToken("lives longer than five minutes"));
    }
    if claims.jti.is_empty() || claims.jti.len() > 128 {
        return Err(InvalidToken("has no usable jti"));
    }
    let digest = Digest::of(&[integrator.client_id.as_bytes(), claims.jti.as_bytes()]);
    Ok(ClientAssertion { digest, expires_at: whole_second_after(expires_at + CLOCK_SKEW) })
}

/// The claims, if one of the client's keys signed them: the one that is named, or any where none is named.
fn signed_by(integrator: &Integrator, assertion: &str) -> Result<Claims, InvalidToken> {
    let header = read_header(assertion)?;
    if header.alg != Algorithm::ES256 {
        return Err(InvalidToken("not signed with ES256"));
    }
    let keys = integrator.jwks.keys.iter();
    let named = keys.filter(|jwk| header.kid.is_none() || jwk.common.key_id == header.kid);
    let mut claims = Err(InvalidToken("signed with an unknown key"));
    for key in named.filter_map(es256_key).take(MAX_KEYS) {
        claims = verify_signature(assertion, &header, &key, Algorithm::ES256);
        // Only of a signature can the next key say something else.
        if !matches!(claims, Err(FORGED)) {
            break;
        }
    }
    claims
}
