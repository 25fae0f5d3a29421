//! What the page asks this program for.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Page;
use crate::counter::{Answer, Failed, NotTaken, Open, Taken};
use crate::service::{Language, Registration, ServiceError};

/// In which language the service shall explain its refusals.
#[derive(Deserialize)]
pub(super) struct Asked {
    language: Language,
}

/// What the page has to know before the first scan.
#[derive(Serialize)]
pub(super) struct Started {
    /// Nothing if the service did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    registration: Option<Registration>,
    /// What does not work.
    failures: Vec<Failure>,
    /// How far the service's clock is ahead of this machine's, in seconds.
    clock_ahead: i64,
    /// The attempts without an answer.
    open: Vec<Open>,
}

#[derive(Serialize)]
struct Failure {
    check: &'static str,
    /// What is wrong, in a word that the page has a sentence for.
    cause: &'static str,
    /// The same as the service or this program says it, for the counter's administrator.
    detail: String,
}

impl Failure {
    fn of(check: &'static str, error: &ServiceError) -> Self {
        let (cause, said) = match error {
            ServiceError::NoAnswer { .. } => ("no-answer", None),
            ServiceError::Later { .. } => ("later", None),
            ServiceError::Refused(refusal) => ("refused", refusal.detail.clone()),
            ServiceError::Unexpected(_) => ("unexpected", None),
            ServiceError::NotHttps => ("not-https", None),
        };
        Self { check, cause, detail: said.unwrap_or_else(|| error.to_string()) }
    }
}

/// The self-test: the service's keys, this integrator's token and registration, the clock.
pub(super) async fn start(State(page): State<Page>, Json(asked): Json<Asked>) -> Result<Json<Started>, StatusCode> {
    let service = page.counter.service();
    let mut failures = Vec::new();
    if let Err(error) = service.read_public_keys().await {
        failures.push(Failure::of("service", &error));
    }
    let registration = match page.counter.registration(asked.language).await {
        Ok(registration) => Some(registration),
        Err(error) => {
            // The same sentence twice would help nobody.
            if failures.is_empty() {
                let check = if matches!(error, ServiceError::Refused(_)) { "client" } else { "service" };
                failures.push(Failure::of(check, &error));
            }
            None
        }
    };
    let open = page.counter.open().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(Started { registration, failures, clock_ahead: service.clock_ahead().as_secs(), open }))
}

#[derive(Deserialize)]
pub(super) struct Scan {
    text: String,
    purpose: String,
    /// The clerk wants to see the answer of a code that was scanned here before.
    #[serde(default)]
    again: bool,
}

/// What became of a scan.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Scanned {
    Taken(Taken),
    Not { taken: &'static str },
}

pub(super) async fn scan(State(page): State<Page>, Json(scan): Json<Scan>) -> Result<Json<Scanned>, StatusCode> {
    let counter = &page.counter;
    let taken = if scan.again { counter.take_again(&scan.text) } else { counter.take(&scan.text, &scan.purpose) };
    let not = |taken| Ok(Json(Scanned::Not { taken }));
    match taken {
        Ok(taken) => Ok(Json(Scanned::Taken(taken))),
        Err(NotTaken::Ticket) => not("ticket"),
        Err(NotTaken::NoCode) => not("no-code"),
        Err(NotTaken::NotSeen) => not("not-seen"),
        Err(error @ (NotTaken::Journal(_) | NotTaken::NoName)) => {
            eprintln!("A scan could not be written down, so nothing was sent: {error}.");
            not("not-written")
        }
    }
}

pub(super) async fn ask(
    State(page): State<Page>,
    Path(id): Path<String>,
    Json(asked): Json<Asked>,
) -> Result<Json<Answer>, StatusCode> {
    page.counter.ask(&id, asked.language).await.map(Json).map_err(|error| status_of(&error))
}

pub(super) async fn shown(State(page): State<Page>, Path(id): Path<String>) -> Result<StatusCode, StatusCode> {
    page.counter.shown(&id).map(|()| StatusCode::NO_CONTENT).map_err(|error| status_of(&error))
}

fn status_of(error: &Failed) -> StatusCode {
    match error {
        Failed::Unknown => StatusCode::NOT_FOUND,
        Failed::Journal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
