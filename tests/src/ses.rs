//! SES at its HTTP boundary: it takes messages, or fails as SES does.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::actions;

/// How SES fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SesFault {
    /// Over the sending rate.
    Throttled,
    /// Out of order.
    Down,
    /// Refuses this message for good.
    Refused,
    /// Does not know the sender any more, as when its DNS records are gone.
    UnverifiedSender,
    /// Is in the sandbox and does not know the addressee.
    UnverifiedAddressee,
}

/// The messages taken so far, and the failures to come.
#[derive(Clone, Debug, Default)]
pub struct Ses(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    taken: Vec<Value>,
    faults: VecDeque<SesFault>,
}

impl Ses {
    /// Serves on any port, beside other services of AWS, and gives the endpoint.
    pub(crate) async fn serve(&self, others: Router) -> anyhow::Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let routes =
            Router::new().route("/v2/email/outbound-emails", post(take)).with_state(self.clone()).merge(others);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(address)
    }

    /// The requests that SES took, oldest first.
    pub fn taken(&self) -> Vec<Value> {
        self.0.lock().unwrap().taken.clone()
    }

    /// The next requests fail like this.
    pub fn fail_next(&self, faults: &[SesFault]) {
        self.0.lock().unwrap().faults.extend(faults);
    }
}

async fn take(State(ses): State<Ses>, asked: HeaderMap, Json(message): Json<Value>) -> impl IntoResponse {
    let sender = asked.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    actions::note(sender, "SendEmail", &[]);
    let mut inside = ses.0.lock().unwrap();
    let fault = inside.faults.pop_front();
    let unverified = |identity: &Value| {
        let identity = identity.as_str().unwrap();
        format!(
            "Email address is not verified. The following identities failed the check in region AP-SOUTHEAST-3: {identity}"
        )
    };
    let (status, code, said) = match fault {
        None => {
            inside.taken.push(message);
            return (StatusCode::OK, HeaderMap::new(), Json(json!({ "MessageId": inside.taken.len().to_string() })));
        }
        Some(SesFault::Throttled) => {
            (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Maximum sending rate exceeded.".to_owned())
        }
        Some(SesFault::Down) => (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", "Try again.".to_owned()),
        Some(SesFault::Refused) => (StatusCode::BAD_REQUEST, "MessageRejected", "Illegal address".to_owned()),
        Some(SesFault::UnverifiedSender) => {
            (StatusCode::BAD_REQUEST, "MessageRejected", unverified(&message["FromEmailAddress"]))
        }
        Some(SesFault::UnverifiedAddressee) => {
            (StatusCode::BAD_REQUEST, "MessageRejected", unverified(&message["Destination"]["ToAddresses"][0]))
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-errortype", code.parse().unwrap());
    (status, headers, Json(json!({ "message": said })))
}
