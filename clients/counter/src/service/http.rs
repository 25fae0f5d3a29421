//! Requests and answers: time limits, the service's date, and whether a request may have arrived.

use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, StatusCode, header};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use url::Url;

use super::{Language, ServiceError};
use crate::clock::ServiceClock;

/// The service answers within four seconds; the rest is for slow lines.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const CONNECT_WITHIN: Duration = Duration::from_secs(4);

/// A client that follows no redirection, so that a token goes nowhere else.
pub(super) fn usual_client(https: bool) -> Result<Client, ServiceError> {
    let client = Client::builder().https_only(https).redirect(Policy::none()).connect_timeout(CONNECT_WITHIN);
    let client = client.user_agent(concat!("ikd-counter/", env!("CARGO_PKG_VERSION")));
    client.build().map_err(|_| ServiceError::Unexpected("no client for HTTP can be made"))
}

pub(super) struct Http {
    client: Client,
    clock: Arc<ServiceClock>,
}

/// A whole answer.
pub(super) struct Received {
    pub status: StatusCode,
    /// In seconds.
    pub retry_after: Option<u64>,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

impl Http {
    pub fn new(client: Client, clock: Arc<ServiceClock>) -> Self {
        Self { client, clock }
    }

    pub fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    pub fn post(&self, url: Url) -> RequestBuilder {
        self.client.post(url)
    }

    /// Sends a request once. If no connection came about, it has certainly not arrived.
    pub async fn send(&self, request: RequestBuilder, language: Language) -> Result<Received, ServiceError> {
        let request = request.timeout(ANSWER_WITHIN).header(header::ACCEPT_LANGUAGE, language.tag());
        let answer = request.send().await.map_err(|error| no_answer(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        if let Some(date) = text(&headers, header::DATE.as_str()) {
            self.clock.learn(date);
        }
        let retry_after = text(&headers, header::RETRY_AFTER.as_str()).and_then(|seconds| seconds.parse().ok());
        let location = text(&headers, header::LOCATION.as_str()).map(str::to_owned);
        let body = answer.bytes().await.map_err(|error| no_answer(&error))?.to_vec();
        Ok(Received { status, retry_after, location, body })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Says what failed without the address, which is in the configuration.
fn no_answer(error: &reqwest::Error) -> ServiceError {
    let cause = if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "no answer in time"
    } else {
        "the connection broke"
    };
    ServiceError::NoAnswer { sent: !error.is_connect() && !error.is_builder(), cause: cause.to_owned() }
}
