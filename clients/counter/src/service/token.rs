//! Access tokens: OAuth 2.0 client credentials with `private_key_jwt` (RFC 7523), kept until shortly before they end.

use ::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use reqwest::RequestBuilder;
use serde::{Deserialize, Serialize};

use super::http::Received;
use super::{Language, Service, ServiceError};
use crate::random;

/// A kept token.
#[derive(Clone)]
pub(super) struct Token {
    value: String,
    until: Timestamp,
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    expires_in: i64,
}

/// A client assertion (RFC 7523, section 3).
#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: &'a str,
    iat: i64,
    exp: i64,
}

/// A token is not used in its last minute: the request may take a moment.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
const ASSERTION_LIVES: SignedDuration = SignedDuration::from_secs(60);

impl Service {
    /// Sends a request with a token. If the service no longer takes the token, a new one is tried, once.
    pub(super) async fn send_with_token(
        &self,
        request: RequestBuilder,
        language: Language,
    ) -> Result<Received, ServiceError> {
        const NO_COPY: ServiceError = ServiceError::Unexpected("the request cannot be sent twice");

        let second = request.try_clone().ok_or(NO_COPY)?;
        let received = self.http.send(request.bearer_auth(self.token().await?), language).await?;
        if received.status != StatusCode::UNAUTHORIZED {
            return Ok(received);
        }
        self.forget_token().await;
        self.http.send(second.bearer_auth(self.token().await?), language).await
    }

    /// Lets the next request get a new token, which has the purposes and claims of that moment.
    pub(crate) async fn forget_token(&self) {
        *self.token.lock().await = None;
    }

    /// The kept token, or a new one. Only one is asked for at a time.
    pub(super) async fn token(&self) -> Result<String, ServiceError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| self.clock.now() < token.until) {
            return Ok(token.value.clone());
        }
        let endpoint = self.metadata().await?.token_endpoint;
        let assertion = self.client_assertion()?;
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "redeem"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ];
        let request = self.http.post(endpoint).form(&form);
        let issued: Issued = self.http.send(request, Language::default()).await?.json("the access token")?;
        let until = self.clock.now() + SignedDuration::from_secs(issued.expires_in) - MARGIN;
        *kept = Some(Token { value: issued.access_token.clone(), until });
        Ok(issued.access_token)
    }

    /// A new one for each request: the service takes each once. Its times are those of the service's clock.
    fn client_assertion(&self) -> Result<String, ServiceError> {
        const UNSIGNED: ServiceError = ServiceError::Unexpected("no client assertion can be signed");

        let now = self.clock.now();
        let jti = random::name().map_err(|_| UNSIGNED)?;
        let claims = Assertion {
            iss: &self.client_id,
            sub: &self.client_id,
            aud: &self.issuer,
            jti: &jti,
            iat: now.as_second(),
            exp: (now + ASSERTION_LIVES).as_second(),
        };
        self.key.sign(&claims).map_err(|_| UNSIGNED)
    }
}
