//! How actors reach the service: over HTTP, or in process where a test plugs the functions in directly.

use std::pin::Pin;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use url::Url;

/// What the service answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as it came; `text` is the same as UTF-8.
    pub bytes: Vec<u8>,
    pub took: Duration,
}

impl Reply {
    /// The body as JSON, or null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The last part of a problem's type, as `qr-code-used`.
    pub fn problem(&self) -> Option<String> {
        let json = self.json();
        let (_, slug) = json.get("type")?.as_str()?.rsplit_once("/problems/")?;
        Some(slug.to_owned())
    }

    /// A text member of the body, or nothing.
    pub fn member(&self, pointer: &str) -> Option<String> {
        Some(self.json().pointer(pointer)?.as_str()?.to_owned())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The service's edge.
pub trait Api: Send + Sync {
    /// Where the service says it is.
    fn base(&self) -> &Url;

    fn send(&self, request: Request<String>) -> Pin<Box<dyn Future<Output = Result<Reply>> + Send + '_>>;
}

/// The service over HTTP.
#[derive(Clone, Debug)]
pub struct HttpApi {
    base: Url,
    client: reqwest::Client,
}

impl HttpApi {
    pub fn new(base: Url) -> Result<Self> {
        let client = reqwest::Client::builder().timeout(Duration::from_mins(1)).build()?;
        Ok(Self { base, client })
    }
}

impl Api for HttpApi {
    fn base(&self) -> &Url {
        &self.base
    }

    fn send(&self, request: Request<String>) -> Pin<Box<dyn Future<Output = Result<Reply>> + Send + '_>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let url = self.base.join(parts.uri.path_and_query().map_or("/", |path| path.as_str()))?;
            let started = Instant::now();
            let answer = self
                .client
                .request(parts.method, url)
                .headers(parts.headers)
                .body(body)
                .send()
                .await
                .context("the service does not answer")?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let bytes = answer.bytes().await?.to_vec();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(Reply { status, headers, text, bytes, took: started.elapsed() })
        })
    }
}
