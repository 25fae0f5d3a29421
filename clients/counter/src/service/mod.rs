//! The service as an integrator reaches it: metadata, public keys, access tokens, its own registration, redemptions.

mod http;
mod redemption;
mod token;

use std::sync::Arc;
use std::time::Duration;

use ::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::{Host, Url};

use crate::clock::{Clock, ServiceClock, SystemClock};
use crate::key::ClientKey;
use crate::problem::{ProblemDocument, Refusal};
use http::{Http, Received};
pub(crate) use redemption::{Asked, Disclosure, Pending};
use token::Token;

/// What a client of the service needs.
pub struct Setup {
    /// Where the service is, as its metadata names it (`issuer`).
    pub url: Url,
    /// The integrator's name at the service.
    pub client_id: String,
    pub key: ClientKey,
    /// This machine's clock. It need not be right: the service's counts.
    pub clock: Arc<dyn Clock>,
    /// Sends the requests; without one, a client that takes HTTPS alone, and HTTP on this machine. Whoever brings their own, for a
    /// proxy or a certificate, decides that themselves.
    pub http: Option<reqwest::Client>,
}

impl Setup {
    /// With the system's clock and the usual client.
    pub fn new(url: Url, client_id: String, key: ClientKey) -> Self {
        Self { url, client_id, key, clock: Arc::new(SystemClock), http: None }
    }
}

/// The language in which the service explains its refusals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "id")]
    Indonesian,
    #[serde(rename = "en")]
    English,
}

impl Language {
    fn tag(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }
}

/// What operators registered of the integrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    pub client_id: String,
    /// Its name as holders know it.
    pub name: String,
    pub purposes: Vec<Purpose>,
    /// The names of the claims that it may see.
    pub claims: Vec<String>,
}

/// What it may redeem for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// What a redemption is sent with.
    pub name: String,
    /// What people read.
    pub label: Words,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub id: String,
    pub en: String,
}

/// Why the service gave nothing that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// No answer came, or no whole one. `sent` says whether the request may have arrived.
    #[error("the service does not answer: {cause}")]
    NoAnswer { sent: bool, cause: String },
    /// It asks to come back later.
    #[error("the service asks to come back later ({status})")]
    Later { status: u16, after: Option<Duration> },
    /// It refuses.
    #[error("refused: {}", .0.problem)]
    Refused(Refusal),
    /// It answers what it should not.
    #[error("an unexpected answer: {0}")]
    Unexpected(&'static str),
    #[error("the address of the service must begin with https://")]
    NotHttps,
}

/// A client of the service.
pub struct Service {
    issuer: String,
    client_id: String,
    key: ClientKey,
    http: Http,
    clock: Arc<ServiceClock>,
    metadata: Mutex<Option<Metadata>>,
    keys: Mutex<Option<Keys>>,
    token: Mutex<Option<Token>>,
}

/// Where tokens and public keys are.
#[derive(Clone)]
struct Metadata {
    token_endpoint: Url,
    jwks_uri: Url,
}

/// The authorization server's metadata (RFC 8414), as far as it is needed.
#[derive(Deserialize)]
struct ReceivedMetadata {
    issuer: String,
    token_endpoint: String,
    jwks_uri: String,
}

impl ReceivedMetadata {
    /// The addresses, if they are of the same origin as the metadata, which must be the issuer's own.
    fn checked(self, issuer: &str, read_at: &Url) -> Option<Metadata> {
        let here = |text: &str| Url::parse(text).ok().filter(|address| address.origin() == read_at.origin());
        let (token_endpoint, jwks_uri) = (here(&self.token_endpoint)?, here(&self.jwks_uri)?);
        (self.issuer == issuer).then_some(Metadata { token_endpoint, jwks_uri })
    }
}

/// The public keys, and when they were read.
struct Keys {
    set: JwkSet,
    read_at: Timestamp,
}

impl Keys {
    /// How long the service lets them be kept.
    const KEPT: SignedDuration = SignedDuration::from_mins(5);
}

impl Service {
    /// A client that has not sent anything yet.
    pub fn new(setup: Setup) -> Result<Self, ServiceError> {
        let Setup { url, client_id, key, clock, http } = setup;
        let clock = Arc::new(ServiceClock::new(clock));
        let client = match http {
            Some(client) => client,
            None if url.scheme() == "https" || is_this_machine(&url) => http::usual_client(url.scheme() == "https")?,
            None => return Err(ServiceError::NotHttps),
        };
        let issuer = url.as_str().trim_end_matches('/').to_owned();
        let http = Http::new(client, clock.clone());
        let (metadata, keys, token) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Self { issuer, client_id, key, http, clock, metadata, keys, token })
    }

    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// How far the service's clock is ahead of this machine's, after the first answer.
    pub fn clock_ahead(&self) -> SignedDuration {
        self.clock.ahead()
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The service's time, as far as it is known.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// This machine's time.
    pub(crate) fn own_now(&self) -> Timestamp {
        self.clock.own_now()
    }

    /// What the service's clock showed when this machine's showed that.
    pub(crate) fn at(&self, own: Timestamp) -> Timestamp {
        own + self.clock.ahead()
    }

    /// Reads the integrator's registration.
    pub async fn registration(&self, language: Language) -> Result<Registration, ServiceError> {
        let url = self.address("/integrator")?;
        self.send_with_token(self.http.get(url), language).await?.json("the registration")
    }

    /// The published key of that name, or nothing. A name that is not known makes the keys be read again.
    pub(crate) async fn public_key(&self, name: &str) -> Result<Option<Jwk>, ServiceError> {
        let mut keys = self.keys.lock().await;
        let is_kept = |keys: &&Keys| self.clock.now().duration_since(keys.read_at) < Keys::KEPT;
        if let Some(key) = keys.as_ref().filter(is_kept).and_then(|keys| keys.set.find(name)) {
            return Ok(Some(key.clone()));
        }
        let set = self.published_keys().await?;
        let found = set.find(name).cloned();
        *keys = Some(Keys { set, read_at: self.clock.now() });
        Ok(found)
    }

    /// Reads the public keys, so that the first redemption need not wait for them.
    pub async fn read_public_keys(&self) -> Result<(), ServiceError> {
        let set = self.published_keys().await?;
        *self.keys.lock().await = Some(Keys { set, read_at: self.clock.now() });
        Ok(())
    }

    async fn published_keys(&self) -> Result<JwkSet, ServiceError> {
        let address = self.metadata().await?.jwks_uri;
        self.http.send(self.http.get(address), Language::default()).await?.json("the public keys")
    }

    /// The metadata, read once. It must be that of the configured address, and name addresses of the same origin.
    async fn metadata(&self) -> Result<Metadata, ServiceError> {
        let mut known = self.metadata.lock().await;
        if let Some(metadata) = &*known {
            return Ok(metadata.clone());
        }
        let url = self.address("/.well-known/oauth-authorization-server")?;
        let answer = self.http.send(self.http.get(url.clone()), Language::default()).await?;
        let read: ReceivedMetadata = answer.json("the metadata")?;
        let metadata =
            read.checked(&self.issuer, &url).ok_or(ServiceError::Unexpected("another service's metadata"))?;
        *known = Some(metadata.clone());
        Ok(metadata)
    }

    /// An address that an answer names. Tokens go to the service alone, so it must be of the service's own origin.
    fn own_address(&self, location: &str) -> Option<Url> {
        let here = self.address("/").ok()?;
        here.join(location).ok().filter(|address| address.origin() == here.origin())
    }

    fn address(&self, path: &str) -> Result<Url, ServiceError> {
        Url::parse(&format!("{}{path}", self.issuer))
            .map_err(|_| ServiceError::Unexpected("the address of the service is none"))
    }
}

/// Whether an address is on this machine, so that nobody else sees what is sent there.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl Received {
    /// The body of a success, or what its failure means.
    fn json<T: for<'a> Deserialize<'a>>(&self, what: &'static str) -> Result<T, ServiceError> {
        if self.status == StatusCode::OK {
            return serde_json::from_slice(&self.body).map_err(|_| ServiceError::Unexpected(what));
        }
        Err(self.failure())
    }

    /// What an answer means that is no success.
    fn failure(&self) -> ServiceError {
        let problem: Option<ProblemDocument> = serde_json::from_slice(&self.body).ok();
        let after = problem.as_ref().and_then(|problem| problem.retry_after).or(self.retry_after);
        let later = self.status == StatusCode::TOO_MANY_REQUESTS || self.status.is_server_error();
        match problem {
            _ if later => ServiceError::Later { status: self.status.as_u16(), after: after.map(Duration::from_secs) },
            Some(problem) if self.status.is_client_error() && !problem.slug().is_empty() => {
                ServiceError::Refused(problem.into())
            }
            _ => ServiceError::Unexpected("neither an answer nor a problem"),
        }
    }
}
