//! A proxy between SDK and database that loses answers and reports conflicts, as networks and AWS do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tokio::net::TcpListener;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is carried out, and its answer is lost.
    AnswerLost,
    /// It meets a transaction on the same item, and is not carried out.
    Conflict,
}

/// The faults to come, each for the next call of its operation.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<VecDeque<(&'static str, Fault)>>>);

#[derive(Clone)]
struct Proxy {
    faults: Faults,
    database: String,
    http: reqwest::Client,
}

impl Faults {
    /// The next call of this DynamoDB operation goes wrong.
    pub fn next(&self, operation: &'static str, fault: Fault) {
        self.0.lock().unwrap().push_back((operation, fault));
    }

    /// Whether every fault that was asked for has happened.
    pub fn have_happened(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }

    /// Serves in front of a database, and gives the endpoint.
    pub(crate) async fn serve(&self, database: &str) -> Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let proxy = Proxy { faults: self.clone(), database: database.to_owned(), http: reqwest::Client::new() };
        let routes = Router::new().fallback(any(pass)).with_state(proxy);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(address)
    }

    fn take(&self, target: &str) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap();
        let index = faults.iter().position(|(operation, _)| target.ends_with(&format!(".{operation}")))?;
        faults.remove(index).map(|(_, fault)| fault)
    }
}

async fn pass(State(proxy): State<Proxy>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let fault = proxy.faults.take(target);
    if fault == Some(Fault::Conflict) {
        let error = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"busy"}"#;
        return (StatusCode::BAD_REQUEST, error).into_response();
    }
    let mut request = proxy.http.post(&proxy.database).body(body);
    for name in ["x-amz-target", "content-type", "authorization", "x-amz-date"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.unwrap();
    let (status, answer) = (answer.status(), answer.bytes().await.unwrap());
    if fault == Some(Fault::AnswerLost) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    (status, answer).into_response()
}
