//! The local gateway: it does in front of `cargo lambda watch` what API Gateway does in front of the functions.
//!
//! It knows the routes and their limits from the catalogue, checks officers' tokens where officers have a route to themselves,
//! bounds bodies, and adds the forwarded headers. `cargo lambda watch` 1.9.2 stops for good when 100 requests wait for one
//! function, since it holds the lock of all queues while it waits for room in one. So no function gets more than
//! [`IN_FLIGHT`] requests at once, and the others wait here.

mod answers;
mod bucket;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header, uri::PathAndQuery};
use axum::response::{IntoResponse, Response};
use catalogue::{Declaration, Route, Scale};
use ikd::app::{Clock, SystemClock};
use ikd::tokens::officer::{OfficerError, OfficerVerifier};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use url::Url;

use answers::Refusal;
use bucket::Bucket;

/// How many requests of one function `cargo lambda watch` gets at once.
const IN_FLIGHT: usize = 32;

/// What a Lambda function takes (Lambda quotas: 6 MB for a synchronous invocation).
const LARGEST_BODY: usize = 6 * 1024 * 1024;

/// How long API Gateway waits for a function.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);

/// Headers that concern one connection (RFC 9110, section 7.6.1), and the length, which is computed again.
const OF_ONE_CONNECTION: [HeaderName; 6] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::CONTENT_LENGTH,
];

/// What is behind the gateway.
pub struct Setup {
    /// Where `cargo lambda watch` answers.
    pub functions: Url,
    pub officers: OfficerVerifier,
    /// Whether routes are limited as a city's are.
    pub limited: bool,
}

struct Gateway {
    http: reqwest::Client,
    setup: Setup,
    /// By the function's name.
    lanes: HashMap<&'static str, Semaphore>,
    /// By method and path.
    buckets: HashMap<(&'static str, &'static str), Mutex<Bucket>>,
}

/// Serves on a listener until the task is dropped or aborted.
pub fn serve(listener: TcpListener, setup: Setup) -> Result<JoinHandle<()>> {
    let http =
        reqwest::Client::builder().timeout(ANSWERED_WITHIN).redirect(reqwest::redirect::Policy::none()).build()?;
    let lanes = catalogue::STEPS.into_iter().map(|step| (step.name, Semaphore::new(IN_FLIGHT))).collect();
    let buckets = catalogue::routes()
        .map(|(_, route)| {
            ((route.method.as_str(), route.path), Mutex::new(Bucket::full(route.limit.rate(Scale::City))))
        })
        .collect();
    let gateway = Arc::new(Gateway { http, setup, lanes, buckets });
    let service = axum::Router::new().fallback(answer).with_state(gateway);
    Ok(tokio::spawn(async move {
        let service = service.into_make_service_with_connect_info::<SocketAddr>();
        if let Err(error) = axum::serve(listener, service).await {
            eprintln!("The gateway has stopped: {error}");
        }
    }))
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    gateway.pass_on(caller, request).await.unwrap_or_else(Refusal::into_response)
}

impl Gateway {
    /// Checks a request as API Gateway does, and hands it to its function.
    async fn pass_on(&self, caller: SocketAddr, request: Request) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        let (step, route) = routed(parts.method.as_str(), parts.uri.path())?;
        if self.setup.limited {
            self.keep_limit(route, Instant::now())?;
        }
        if route.is_for_officers_alone() {
            self.authorize_officer(&parts.headers).await?;
        }
        let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| Refusal::TooLarge)?;
        let path = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let address = self.setup.functions.join(path).map_err(|_| Refusal::NotFound)?;
        let headers = forwarded(parts.headers, caller);
        let lane = self.lanes.get(step.name).ok_or(Refusal::NotFound)?;
        let _turn = tokio::time::timeout(ANSWERED_WITHIN, lane.acquire()).await.map_err(|_| Refusal::Unavailable)?;
        let sent = self.http.request(parts.method, address).headers(headers).body(body).send().await;
        let answered = sent.map_err(|_| Refusal::Unavailable)?;
        let (status, mut headers) = (answered.status(), answered.headers().clone());
        let body: Bytes = answered.bytes().await.map_err(|_| Refusal::Unavailable)?;
        remove_those_of_one_connection(&mut headers);
        let mut response = Response::new(Body::from(body));
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Ok(response)
    }

    fn keep_limit(&self, route: &Route, now: Instant) -> Result<(), Refusal> {
        let Some(bucket) = self.buckets.get(&(route.method.as_str(), route.path)) else { return Ok(()) };
        let taken = bucket.lock().unwrap_or_else(PoisonError::into_inner).take(now);
        if taken { Ok(()) } else { Err(Refusal::TooManyRequests) }
    }

    /// Accepts any valid token; the function checks the role.
    async fn authorize_officer(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let presented = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = presented
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or(Refusal::Unauthorized)?;
        match self.setup.officers.verify(token.trim(), SystemClock.now()).await {
            Ok(_) | Err(OfficerError::NotAnOfficer) => Ok(()),
            Err(OfficerError::IssuerUnavailable(_)) => Err(Refusal::OfficersUnknown),
            Err(OfficerError::Invalid(_)) => Err(Refusal::Unauthorized),
        }
    }
}

/// The step and the route of a request. For a method that the path does not have, the refusal names those that it has.
fn routed(method: &str, path: &str) -> Result<(&'static Declaration, &'static Route), Refusal> {
    let here: Vec<_> = catalogue::routes().filter(|(_, route)| route.matches(path)).collect();
    match here.iter().find(|(_, route)| route.method.as_str() == method) {
        Some(found) => Ok(*found),
        None if here.is_empty() => Err(Refusal::NotFound),
        None => Err(Refusal::MethodNotAllowed(here.iter().map(|(_, route)| route.method.as_str()).collect())),
    }
}

/// The headers as the function gets them, including where the request came from.
fn forwarded(mut headers: HeaderMap, caller: SocketAddr) -> HeaderMap {
    remove_those_of_one_connection(&mut headers);
    let before = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let chain = before.map_or_else(|| caller.ip().to_string(), |before| format!("{before}, {}", caller.ip()));
    if let Ok(chain) = HeaderValue::from_str(&chain) {
        headers.insert("x-forwarded-for", chain);
    }
    headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
    headers
}

fn remove_those_of_one_connection(headers: &mut HeaderMap) {
    for name in &OF_ONE_CONNECTION {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests;
