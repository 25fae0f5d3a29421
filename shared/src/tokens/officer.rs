//! Officers' tokens: from any OpenID Connect issuer, verified with its published keys.

use std::time::Duration;

use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http_body_util::{BodyExt, Limited};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{Audience, InvalidToken, Times, read_header, verify_signature};

/// Which issuer vouches for officers, and how it names them.
#[derive(Clone, Debug)]
pub struct OfficerIssuer {
    pub issuer: String,
    pub audience: String,
    /// The claim that lists roles, as `roles` or `cognito:groups`, or the path to it, as `realm_access.roles`.
    pub role_claim: String,
    /// The role that makes an officer.
    pub role: String,
}

/// An officer (*petugas*), by the issuer's subject identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    pub subject: String,
}

/// Why a token is not an officer's.
#[derive(Debug, thiserror::Error)]
pub enum OfficerError {
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    #[error("the token lacks the officer's role")]
    NotAnOfficer,
    #[error("the officers' issuer cannot be reached: {0}")]
    IssuerUnavailable(String),
}

/// Why there are no keys. What the issuer sent is not repeated.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("it is no address to ask")]
    Address,
    #[error("there is no connection to it, or it broke")]
    Connection,
    #[error("it did not answer in time")]
    Late,
    #[error("it answered with status {0}")]
    Status(u16),
    #[error("it sent what cannot be read")]
    Document,
}

/// Verifies officers' tokens with the issuer's keys, which it fetches and keeps.
#[derive(Debug)]
pub struct OfficerVerifier {
    issuer: OfficerIssuer,
    http: SharedHttpConnector,
    /// The limit for each request to the issuer.
    timeout: Duration,
    keys: Mutex<KeptKeys>,
}

#[derive(Debug, Default)]
struct KeptKeys {
    keys: Vec<Jwk>,
    /// When they were fetched last.
    fetched_at: Option<Timestamp>,
    /// When they were fetched last, or tried to be.
    asked_at: Option<Timestamp>,
}

/// An unknown key id makes us ask again, but not more often than this: anyone can invent key ids.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(30);

/// As long as there are no keys at all, nobody can work: ask again sooner.
const ASK_AGAIN_WITHOUT_KEYS: SignedDuration = SignedDuration::from_secs(1);

/// Keys are fetched again after this time, so that withdrawn ones go.
const KEEP_FOR: SignedDuration = SignedDuration::from_mins(30);

/// While the issuer is out of reach its keys stay in use, but not for ever: one of them may have been withdrawn.
const TRUST_FOR: SignedDuration = SignedDuration::from_hours(24);

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// Cognito's access tokens name their audience `client_id`.
    #[serde(default)]
    aud: Option<Audience>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(flatten)]
    times: Times,
    #[serde(flatten)]
    more: serde_json::Map<String, Value>,
}

impl OfficerVerifier {
    /// `timeout` bounds each request to the issuer.
    pub fn new(issuer: OfficerIssuer, http: SharedHttpConnector, timeout: Duration) -> Self {
        Self { issuer, http, timeout, keys: Mutex::default() }
    }

    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Officer, OfficerError> {
        let header = read_header(token)?;
        let kid = header.kid.as_deref().ok_or(InvalidToken("the token names no key"))?;
        let jwk = self.key(kid, now).await?.ok_or(InvalidToken("signed with an unknown key"))?;
        let algorithm = algorithm_of(&jwk, header.alg).ok_or(InvalidToken("the algorithm does not fit the key"))?;
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| InvalidToken("the issuer's key is none"))?;
        let claims: Claims = verify_signature(token, &header, &key, algorithm)?;

        if claims.iss != self.issuer.issuer {
            return Err(InvalidToken("issued by somebody else").into());
        }
        let is_for_us = match &claims.aud {
            Some(audience) => audience.names(&self.issuer.audience),
            None => claims.client_id.as_ref() == Some(&self.issuer.audience),
        };
        if !is_for_us {
            return Err(InvalidToken("meant for another audience").into());
        }
        claims.times.ensure_valid_at(now)?;
        if !is_access_token(header.typ.as_deref(), &claims.more) {
            return Err(InvalidToken("not an access token").into());
        }
        if !has_role(claim(&claims.more, &self.issuer.role_claim), &self.issuer.role) {
            return Err(OfficerError::NotAnOfficer);
        }
        Ok(Officer { subject: claims.sub })
    }

    /// The issuer's key of that id. Concurrent requests wait for one answer instead of asking each by itself.
    async fn key(&self, kid: &str, now: Timestamp) -> Result<Option<Jwk>, OfficerError> {
        let mut kept = self.keys.lock().await;
        let mut failure = "it did not answer a moment ago".to_owned();
        if kept.is_to_be_asked_for(kid, now) {
            kept.asked_at = Some(now);
            match self.fetch().await {
                Ok(keys) => (kept.keys, kept.fetched_at) = (keys, Some(now)),
                Err(error) => failure = error.to_string(),
            }
        }
        // A key that was good a while ago is better than closed counters.
        if kept.are_younger_than(TRUST_FOR, now) {
            Ok(find(&kept.keys, kid))
        } else {
            Err(OfficerError::IssuerUnavailable(failure))
        }
    }

    /// Follows the issuer's discovery document (OpenID Connect Discovery 1.0, section 4) to its keys.
    async fn fetch(&self) -> Result<Vec<Jwk>, FetchError> {
        #[derive(Deserialize)]
        struct Discovery {
            jwks_uri: String,
        }
        let address = format!("{}/.well-known/openid-configuration", self.issuer.issuer.trim_end_matches('/'));
        let discovery: Discovery = self.get(&address).await?;
        let set: JwkSet = self.get(&discovery.jwks_uri).await?;
        Ok(set.keys)
    }

    /// A document of the issuer's, in time. A connection that gave none is not used again.
    async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, FetchError> {
        let mut request = HttpRequest::get(address).map_err(|_| FetchError::Address)?;
        let connection = CaptureSmithyConnection::new();
        request.add_extension(connection.clone());
        let answer = tokio::time::timeout(self.timeout, self.ask(request)).await.unwrap_or(Err(FetchError::Late));
        if answer.is_err()
            && let Some(connection) = connection.get()
        {
            connection.poison();
        }
        serde_json::from_slice(&answer?).map_err(|_| FetchError::Document)
    }

    /// The body of an answer, of a size that is to be expected. Redirections are not followed.
    async fn ask(&self, request: HttpRequest) -> Result<Vec<u8>, FetchError> {
        const MAX_BYTES: usize = 1 << 20;

        let response = self.http.call(request).await.map_err(|_| FetchError::Connection)?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(FetchError::Status(status));
        }
        let body = Limited::new(response.into_body(), MAX_BYTES).collect().await;
        Ok(body.map_err(|_| FetchError::Document)?.to_bytes().to_vec())
    }
}

impl KeptKeys {
    fn are_younger_than(&self, age: SignedDuration, now: Timestamp) -> bool {
        self.fetched_at.is_some_and(|fetched_at| now.duration_since(fetched_at) < age)
    }

    fn is_to_be_asked_for(&self, kid: &str, now: Timestamp) -> bool {
        let serves = self.are_younger_than(KEEP_FOR, now) && find(&self.keys, kid).is_some();
        let pause = if self.fetched_at.is_some() { ASK_AGAIN_AFTER } else { ASK_AGAIN_WITHOUT_KEYS };
        !serves && self.asked_at.is_none_or(|asked_at| now.duration_since(asked_at) >= pause)
    }
}

fn find(keys: &[Jwk], kid: &str) -> Option<Jwk> {
    keys.iter().find(|jwk| jwk.common.key_id.as_deref() == Some(kid)).cloned()
}

/// The algorithm to verify with: the token's, where the key is of its kind. Symmetric ones are never among them.
fn algorithm_of(jwk: &Jwk, claimed: Algorithm) -> Option<Algorithm> {
    let fits = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => matches!(claimed, Algorithm::RS256 | Algorithm::PS256),
        AlgorithmParameters::EllipticCurve(_) => claimed == Algorithm::ES256,
        _ => false,
    };
    fits.then_some(claimed)
}

/// Issuers sign ID tokens with the same keys; they tell a client who logged in, and open nothing (RFC 9700, section
/// 2.3; RFC 8725, section 3.11). Cognito (`token_use`), Keycloak (`typ` among the claims) and RFC 9068 (`typ` in the header) say
/// which is which; others show it by the claims that only ID tokens have (OpenID Connect Core 1.0, sections 2 and 3.3.2.11). Some
/// access tokens repeat the `nonce`: it counts for nothing where the token says that it is one.
fn is_access_token(header_typ: Option<&str>, claims: &serde_json::Map<String, Value>) -> bool {
    let text = |name: &str| claims.get(name).map(|value| value.as_str().unwrap_or_default());
    let (token_use, typ) = (text("token_use"), text("typ"));
    let is_typed = header_typ
        .is_some_and(|typ| typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt"));
    let says_so = is_typed || token_use == Some("access") || typ == Some("Bearer");
    let is_another = token_use.is_some_and(|token_use| token_use != "access")
        || typ.is_some_and(|typ| matches!(typ, "ID" | "Refresh" | "Offline" | "Logout"))
        || claims.contains_key("at_hash")
        || claims.contains_key("c_hash");
    !is_another && (says_so || !claims.contains_key("nonce"))
}

/// The claim of a name. A name that no claim has is a path, its members separated by dots.
fn claim<'a>(claims: &'a serde_json::Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(claim) = claims.get(name) {
        return Some(claim);
    }
    let mut members = name.split('.');
    let first = claims.get(members.next()?)?;
    members.try_fold(first, |within, member| within.as_object()?.get(member))
}

/// Whether a role claim names the role: as a list, or as words in one string.
fn has_role(claim: Option<&Value>, role: &str) -> bool {
    match claim {
        Some(Value::String(words)) => words.split_whitespace().any(|word| word == role),
        Some(Value::Array(roles)) => roles.iter().any(|one| one.as_str() == Some(role)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(json: Value) -> serde_json::Map<String, Value> {
        let Value::Object(claims) = json else { unreachable!("claims are an object") };
        claims
    }

    #[test]
    fn roles_are_found_by_a_name_or_by_a_path() {
        let claims = claims(json!({
            "roles": ["tamu"],
            "cognito:groups": ["petugas"],
            "https://example.go.id/roles": ["petugas"],
            "realm_access": { "roles": ["petugas"] },
            "resource_access": { "ikd-office": { "roles": "tamu petugas" }, "list": ["petugas"] },
        }));
        for name in [
            "cognito:groups",
            "https://example.go.id/roles",
            "realm_access.roles",
            "resource_access.ikd-office.roles",
            "resource_access.list",
        ] {
            assert!(has_role(claim(&claims, name), "petugas"), "{name}");
        }
        for name in [
            "roles",
            "realm_access",
            "realm_access.",
            ".roles",
            "",
            "realm_access.roles.0",
            "resource_access.list.0",
            "x.y",
        ] {
            assert!(!has_role(claim(&claims, name), "petugas"), "{name}");
        }
    }

    #[test]
    fn a_claim_of_the_whole_name_hides_the_path() {
        let claims = claims(json!({ "realm_access.roles": ["tamu"], "realm_access": { "roles": ["petugas"] } }));
        assert!(!has_role(claim(&claims, "realm_access.roles"), "petugas"));
    }

    #[test]
    fn an_access_token_may_repeat_the_nonce_if_it_says_what_it_is() {
        let is_access = |typ: Option<&str>, json: Value| is_access_token(typ, &claims(json));
        assert!(is_access(Some("JWT"), json!({})));
        assert!(is_access(Some("JWT"), json!({ "typ": "Bearer", "nonce": "n" })));
        assert!(is_access(Some("at+jwt"), json!({ "nonce": "n" })));
        assert!(is_access(None, json!({ "token_use": "access", "nonce": "n" })));
        for other in [
            json!({ "nonce": "n" }),
            json!({ "typ": "JWT", "nonce": "n" }),
            json!({ "typ": "ID" }),
            json!({ "typ": "Refresh" }),
            json!({ "typ": "Bearer", "at_hash": "h" }),
            json!({ "typ": "Bearer", "token_use": "id" }),
            json!({ "token_use": 1 }),
            json!({ "token_use": "access", "typ": "ID" }),
        ] {
            assert!(!is_access(Some("JWT"), other.clone()), "{other}");
        }
        assert!(!is_access(Some("at+jwt"), json!({ "c_hash": "h" })));
    }
}
