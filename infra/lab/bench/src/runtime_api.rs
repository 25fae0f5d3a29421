//! Lambda's Runtime API for one process: it hands requests out one after the other and sees the answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::Request;
use ikd::app::{Clock, SystemClock};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// A served API. Dropping it ends it.
pub struct RuntimeApi {
    /// The value for `AWS_LAMBDA_RUNTIME_API`.
    pub address: String,
    seen: Arc<Seen>,
    serving: JoinHandle<()>,
}

struct Seen {
    waiting: Mutex<VecDeque<String>>,
    started: Instant,
    /// When it was first asked for work.
    asked: OnceLock<Duration>,
    /// When the first answer came.
    answered: OnceLock<Duration>,
    /// When the last request was handed out, and how long each took, in milliseconds.
    handed_out: Mutex<Duration>,
    took: Mutex<Vec<f64>>,
    /// The status that all answers shall have, and an answer that has another one.
    expected: u16,
    unlike: OnceLock<String>,
    done: Notify,
}

impl RuntimeApi {
    /// Serves requests that are to be answered with this status; its clock begins.
    pub async fn serve(requests: &[Request<String>], expected: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let seen = Arc::new(Seen {
            waiting: Mutex::new(requests.iter().map(|request| event(request).to_string()).collect()),
            started: Instant::now(),
            asked: OnceLock::new(),
            answered: OnceLock::new(),
            handed_out: Mutex::default(),
            took: Mutex::default(),
            expected,
            unlike: OnceLock::new(),
            done: Notify::new(),
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .with_state(seen.clone());
        let serving = tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
        Ok(Self { address, seen, serving })
    }

    /// Waits until every request is answered and the process asks for another one.
    pub async fn all_answered(&self, within: Duration) -> Result<()> {
        tokio::time::timeout(within, self.seen.done.notified()).await.context("not everything was answered in time")?;
        match self.seen.unlike.get() {
            Some(answer) => bail!("an answer of another status than {}: {answer}", self.seen.expected),
            None => Ok(()),
        }
    }

    /// When it was first asked for work, in milliseconds since it began.
    pub fn asked(&self) -> Result<f64> {
        milliseconds(&self.seen.asked)
    }

    /// How long each answer took so far, in milliseconds.
    pub fn took(&self) -> Vec<f64> {
        self.seen.took.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When the first answer came.
    pub fn first_answered(&self) -> Result<f64> {
        milliseconds(&self.seen.answered)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn milliseconds(at: &OnceLock<Duration>) -> Result<f64> {
    at.get().map(|at| at.as_secs_f64() * 1_000.0).context("it never came")
}

async fn next(State(seen): State<Arc<Seen>>) -> Response {
    let _ = seen.asked.set(seen.started.elapsed());
    let event = seen.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let Some(event) = event else {
        seen.done.notify_one();
        return std::future::pending().await;
    };
    let deadline = SystemClock.now() + SignedDuration::from_secs(29);
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millisecond().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:ap-southeast-3:123456789012:function:x".to_owned()),
    ];
    *seen.handed_out.lock().unwrap_or_else(PoisonError::into_inner) = seen.started.elapsed();
    (headers, event).into_response()
}

async fn response(State(seen): State<Arc<Seen>>, answer: String) -> StatusCode {
    let at = seen.started.elapsed();
    let _ = seen.answered.set(at);
    let took = at.saturating_sub(*seen.handed_out.lock().unwrap_or_else(PoisonError::into_inner));
    seen.took.lock().unwrap_or_else(PoisonError::into_inner).push(took.as_secs_f64() * 1_000.0);
    let read: Value = serde_json::from_str(&answer).unwrap_or_default();
    if read["statusCode"].as_u64().is_none_or(|status| status != u64::from(seen.expected)) {
        let _ = seen.unlike.set(answer);
    }
    StatusCode::ACCEPTED
}

/// A request as API Gateway's HTTP API hands it to a function (payload format 2.0).
fn event(request: &Request<String>) -> Value {
    let headers: Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), json!(value.to_str().unwrap_or_default())))
        .collect();
    let (method, path) = (request.method().as_str(), request.uri().path());
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.uri().query().unwrap_or_default(),
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "bench",
            "domainName": "127.0.0.1",
            "domainPrefix": "bench",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench" },
            "requestId": "bench",
            "routeKey": "$default",
            "stage": "$default",
            "time": "22/Nov/2026:05:00:00 +0000",
            "timeEpoch": 1_795_323_600_000_u64,
        },
        "body": request.body(),
        "isBase64Encoded": false,
    })
}
