//! Access tokens (RFC 9068): the holder's, bound to the device key (RFC 9449), and the integrator's.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::keys::{SigningKey, UnusableKey, VerifyingKeys};
use super::{Audience, InvalidToken, NumericDate, Times};
use crate::domain::claims::ClaimSet;
use crate::domain::device::{Session, SessionScope};
use crate::domain::integrator::Integrator;
use crate::domain::{Digest, Id, KeyThumbprint};

const TYPE: &str = "at+jwt";

/// The scope that redeems QR codes.
pub const REDEEM: &str = "redeem";

/// When a token begins and ends.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Lifetime {
    pub fn starting(from: Timestamp, lasting: SignedDuration) -> Self {
        Self { from, to: from + lasting }
    }
}

/// What a holder's token says: whose device, which session, what it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderToken {
    pub device: KeyThumbprint,
    pub session: Id,
    pub scope: SessionScope,
}

impl HolderToken {
    /// The session that this token opens, of the hash that the issued token has.
    pub fn opens(&self, token_hash: Digest) -> Session {
        Session { id: self.session.clone(), scope: self.scope, token_hash }
    }
}

/// What an integrator's token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegratorToken {
    pub client_id: String,
    /// The claims that ops allowed it when the token was issued.
    pub allowed: ClaimSet,
    pub purposes: Vec<String>,
}

#[derive(Serialize)]
struct Issued<'a> {
    iss: &'a str,
    aud: &'a str,
    #[serde(flatten)]
    grant: Grant<'a>,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    more: More,
}

/// To whom a token is issued, for what, and its name (RFC 9068, section 2.2).
#[derive(Serialize)]
struct Grant<'a> {
    sub: &'a str,
    client_id: &'a str,
    scope: &'a str,
    jti: &'a str,
}

/// What one of the two kinds has beyond RFC 9068.
#[derive(Serialize)]
#[serde(untagged)]
enum More {
    Holder { cnf: Confirmation },
    Integrator { claims: ClaimSet, purposes: Vec<String> },
}

/// RFC 9449, section 6.1.
#[derive(Clone, Serialize, Deserialize)]
struct Confirmation {
    jkt: KeyThumbprint,
}

#[derive(Deserialize)]
struct Received {
    iss: String,
    aud: Audience,
    client_id: String,
    scope: String,
    jti: Id,
    exp: NumericDate,
    #[serde(default)]
    nbf: Option<NumericDate>,
    #[serde(default)]
    iat: Option<NumericDate>,
    /// What a holder's token has.
    #[serde(default)]
    cnf: Option<Confirmation>,
    /// What an integrator's token has.
    #[serde(default)]
    claims: Option<ClaimSet>,
    #[serde(default)]
    purposes: Option<Vec<String>>,
}

/// The client of all phones: the app itself.
const APP: &str = "ikd-app";

/// Issues the token of a device's session.
pub fn issue_to_holder(
    key: &SigningKey,
    issuer: &str,
    token: &HolderToken,
    lifetime: Lifetime,
) -> Result<String, UnusableKey> {
    let more = More::Holder { cnf: Confirmation { jkt: token.device.clone() } };
    let grant =
        Grant { sub: token.device.as_str(), client_id: APP, scope: token.scope.as_str(), jti: token.session.as_str() };
    issue(key, issuer, grant, lifetime, more)
}

/// Issues an integrator's token. `id` names the token.
pub fn issue_to_integrator(
    key: &SigningKey,
    issuer: &str,
    integrator: &Integrator,
    id: &Id,
    lifetime: Lifetime,
) -> Result<String, UnusableKey> {
    let more =
        More::Integrator { claims: integrator.claims.clone(), purposes: integrator.purposes.keys().cloned().collect() };
    let grant = Grant { sub: &integrator.client_id, client_id: &integrator.client_id, scope: REDEEM, jti: id.as_str() };
    issue(key, issuer, grant, lifetime, more)
}

/// Reads a holder's token back. The device says whether the session is still open.
pub fn verify_of_holder(
    keys: &VerifyingKeys,
    issuer: &str,
    token: &str,
    now: Timestamp,
) -> Result<HolderToken, InvalidToken> {
    of_holder(received(keys.verify(TYPE, token)?, issuer, now)?)
}

/// Reads what a holder's token says, without verifying its signature. It proves nothing until the device turns out to have
/// the session that the token opens, the token's hash included.
pub fn read_of_holder(
    keys: &VerifyingKeys,
    issuer: &str,
    token: &str,
    now: Timestamp,
) -> Result<HolderToken, InvalidToken> {
    of_holder(received(keys.read(TYPE, token)?, issuer, now)?)
}

fn of_holder(received: Received) -> Result<HolderToken, InvalidToken> {
    let scope = match received.scope.as_str() {
        "holder" => SessionScope::Holder,
        "change-pin" => SessionScope::ChangePin,
        _ => return Err(InvalidToken("not a holder's scope")),
    };
    let cnf = received.cnf.ok_or(InvalidToken("not a holder's token"))?;
    if received.client_id != APP {
        return Err(InvalidToken("not issued to the app"));
    }
    Ok(HolderToken { device: cnf.jkt, session: received.jti, scope })
}

/// Reads an integrator's token back.
pub fn verify_of_integrator(
    keys: &VerifyingKeys,
    issuer: &str,
    token: &str,
    now: Timestamp,
) -> Result<IntegratorToken, InvalidToken> {
    let received = received(keys.verify(TYPE, token)?, issuer, now)?;
    match (received.cnf, received.claims, received.purposes) {
        (None, Some(allowed), Some(purposes)) if received.scope == REDEEM => {
            Ok(IntegratorToken { client_id: received.client_id, allowed, purposes })
        }
        _ => Err(InvalidToken("not an integrator's token")),
    }
}

fn issue(
    key: &SigningKey,
    issuer: &str,
    grant: Grant<'_>,
    lifetime: Lifetime,
    more: More,
) -> Result<String, UnusableKey> {
    let (iat, exp) = (lifetime.from.as_second(), lifetime.to.as_second());
    key.sign(TYPE, &Issued { iss: issuer, aud: issuer, grant, iat, exp, more })
}

/// What a token says, if it is one of ours and valid now.
fn received(received: Received, issuer: &str, now: Timestamp) -> Result<Received, InvalidToken> {
    if received.iss != issuer {
        return Err(InvalidToken("issued by somebody else"));
    }
    if !received.aud.names(issuer) {
        return Err(InvalidToken("meant for another audience"));
    }
    let Received { exp, nbf, iat, .. } = received;
    Times { exp, nbf, iat }.ensure_valid_at(now)?;
    Ok(received)
}
