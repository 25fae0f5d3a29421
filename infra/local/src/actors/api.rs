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

    /// How often people here repeat a request that the service refuses with 503 for now.
    fn patience(&self) -> u32 {
        0
    }
}

/// Sends a request. While the service refuses it with 503 and says when to come again, it is made and sent once more, as
/// often as people here have the patience for.
pub(super) async fn send(api: &dyn Api, make: impl Fn() -> Result<Request<String>> + Send) -> Result<Reply> {
    let mut reply = api.send(make()?).await?;
    for _ in 0..api.patience() {
        let Some(seconds) = asks_to_wait(&reply) else { break };
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        reply = api.send(make()?).await?;
    }
    Ok(reply)
}

/// How many seconds a refusal asks to wait before the request is repeated.
fn asks_to_wait(reply: &Reply) -> Option<u64> {
    (reply.status == StatusCode::SERVICE_UNAVAILABLE).then(|| reply.header("retry-after")?.parse().ok()).flatten()
}

/// The service over HTTP.
#[derive(Clone, Debug)]
pub struct HttpApi {
    base: Url,
    client: reqwest::Client,
    patience: u32,
}

impl HttpApi {
    pub fn new(base: Url) -> Result<Self> {
        let client = reqwest::Client::builder().timeout(Duration::from_mins(1)).build()?;
        Ok(Self { base, client, patience: 0 })
    }

    /// The same, for people who repeat what is refused with 503, so often at most.
    #[must_use]
    pub fn patient(self, patience: u32) -> Self {
        Self { patience, ..self }
    }
}

impl Api for HttpApi {
    fn base(&self) -> &Url {
        &self.base
    }

    fn patience(&self) -> u32 {
        self.patience
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Answers with what it was given, in turn.
    struct Scripted {
        base: Url,
        patience: u32,
        answers: Mutex<Vec<Reply>>,
    }

    impl Api for Scripted {
        fn base(&self) -> &Url {
            &self.base
        }

        fn send(&self, _: Request<String>) -> Pin<Box<dyn Future<Output = Result<Reply>> + Send + '_>> {
            Box::pin(async { Ok(self.answers.lock().unwrap().remove(0)) })
        }

        fn patience(&self) -> u32 {
            self.patience
        }
    }

    fn reply(status: StatusCode, retry_after: Option<&'static str>) -> Reply {
        let mut headers = HeaderMap::new();
        if let Some(seconds) = retry_after {
            headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from_static(seconds));
        }
        Reply { status, headers, text: String::new(), bytes: Vec::new(), took: Duration::ZERO }
    }

    /// The last answer, and how many requests were made.
    async fn sent(patience: u32, answers: Vec<Reply>) -> (StatusCode, usize) {
        let base = Url::parse("http://127.0.0.1").unwrap();
        let api = Scripted { base, patience, answers: Mutex::new(answers) };
        let made = Mutex::new(0);
        let make = || {
            *made.lock().unwrap() += 1;
            Ok(Request::new(String::new()))
        };
        let status = send(&api, make).await.unwrap().status;
        (status, made.into_inner().unwrap())
    }

    #[tokio::test]
    async fn people_repeat_what_is_refused_for_now_as_often_as_they_have_the_patience() {
        let refused = || reply(StatusCode::SERVICE_UNAVAILABLE, Some("0"));
        let answers = || vec![refused(), refused(), reply(StatusCode::OK, None)];
        assert_eq!(sent(3, answers()).await, (StatusCode::OK, 3), "each time with a request of its own");
        assert_eq!(sent(1, answers()).await, (StatusCode::SERVICE_UNAVAILABLE, 2));
        assert_eq!(sent(0, answers()).await, (StatusCode::SERVICE_UNAVAILABLE, 1));
    }

    #[tokio::test]
    async fn what_does_not_say_when_to_come_again_and_other_refusals_are_not_repeated() {
        assert_eq!(sent(3, vec![reply(StatusCode::SERVICE_UNAVAILABLE, None)]).await.1, 1);
        assert_eq!(sent(3, vec![reply(StatusCode::TOO_MANY_REQUESTS, Some("0"))]).await.1, 1);
    }
}
