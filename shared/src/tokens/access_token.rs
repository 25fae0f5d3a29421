//! Access tokens (RFC 9068): the holder's, bound to the device key (RFC 9449), and the integrator's.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::keys::{SigningKey, UnusableKey, VerifyingKeys};
use super::{Audience, InvalidToken, Times};
use crate::domain::claims::ClaimSet;
use crate::domain::device::{Session, SessionScope};
use crate::domain::integrator::Integrator;
use crate::domain::{Id, KeyThumbprint};

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
    pub session: Session,
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
#[derive(Serialize, Deserialize)]
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
    #[serde(flatten)]
    times: Times,
    #[serde(flatten)]
    more: More,
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
    let grant = Grant {
        sub: token.device.as_str(),
        client_id: APP,
        scope: token.session.scope.as_str(),
        jti: token.session.id.as_str(),
    };
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
    let received = verify(keys, issuer, token, now)?;
    let scope = match received.scope.as_str() {
        "holder" => SessionScope::Holder,
        "change-pin" => SessionScope::ChangePin,
        _ => return Err(InvalidToken("not a holder's scope")),
    };
    let More::Holder { cnf } = received.more else { return Err(InvalidToken("not a holder's token")) };
    if received.client_id != APP {
        return Err(InvalidToken("not issued to the app"));
    }
    Ok(HolderToken { device: cnf.jkt, session: Session { id: received.jti, scope } })
}

/// Reads an integrator's token back.
pub fn verify_of_integrator(
    keys: &VerifyingKeys,
    issuer: &str,
    token: &str,
    now: Timestamp,
) -> Result<IntegratorToken, InvalidToken> {
    let received = verify(keys, issuer, token, now)?;
    match received.more {
        More::Integrator { claims, purposes } if received.scope == REDEEM => {
            Ok(IntegratorToken { client_id: received.client_id, allowed: claims, purposes })
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

fn verify(keys: &VerifyingKeys, issuer: &str, token: &str, now: Timestamp) -> Result<Received, InvalidToken> {
    let received: Received = keys.verify(TYPE, token)?;
    if received.iss != issuer {
        return Err(InvalidToken("issued by somebody else"));
    }
    if !received.aud.names(issuer) {
        return Err(InvalidToken("meant for another audience"));
    }
    received.times.ensure_valid_at(now)?;
    Ok(received)
}
