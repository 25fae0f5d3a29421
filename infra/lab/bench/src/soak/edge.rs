//! The service's edge during a soak: finds the function of a route, counts answers and their times, and checks every
//! answer against what a caller may expect of a service in trouble.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http::Request;
use local::actors::{Api, HttpApi, Reply};
use tokio::sync::Semaphore;
use url::Url;

pub struct Edge {
    base: Url,
    http: HttpApi,
    /// Lambda's emulator stops for good when a hundred requests wait for one function.
    under_way: Semaphore,
    seen: Mutex<Seen>,
}

/// Requests at the same time.
const MAX_UNDER_WAY: usize = 64;

/// What came back.
#[derive(Default)]
pub struct Seen {
    /// By function: how long each answer took, in milliseconds.
    pub took: BTreeMap<&'static str, Vec<f64>>,
    /// By status.
    pub statuses: BTreeMap<u16, u64>,
    /// Answers that no caller should get.
    pub unseemly: Vec<String>,
}

impl Edge {
    pub fn new(base: Url) -> Result<Self> {
        let (http, under_way) = (HttpApi::new(base.clone())?, Semaphore::new(MAX_UNDER_WAY));
        Ok(Self { base, http, under_way, seen: Mutex::default() })
    }

    /// What has come back since the last time.
    pub fn take(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// By function: how many answers have come back since the last time.
    pub fn answered(&self) -> BTreeMap<String, u64> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.took.iter().map(|(function, took)| ((*function).to_owned(), took.len() as u64)).collect()
    }

    /// Asks the floor once. It does nothing of ours, so its memory shows what the runtime and the SDK do to a function's; nobody
    /// judges its answers.
    pub async fn ask_floor(&self) -> Result<()> {
        let url = format!("{}lambda-url/{FLOOR}/", self.base);
        let _turn = self.under_way.acquire().await?;
        let started = Instant::now();
        self.http.send(Request::post(url).body(String::new())?).await?;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).note_time(FLOOR, started.elapsed());
        Ok(())
    }

    async fn pass_on(&self, request: Request<String>) -> Result<Reply> {
        let (mut parts, body) = request.into_parts();
        let function = function_of(parts.uri.path()).context("a route of no function")?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = format!("{}lambda-url/{function}{path}", self.base).parse()?;
        let _turn = self.under_way.acquire().await?;
        let started = Instant::now();
        let answer = self.http.send(Request::from_parts(parts, body)).await;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &answer {
            Ok(reply) => seen.note(function, reply, started.elapsed()),
            Err(error) => seen.unseemly.push(format!("{function}: {error:#}")),
        }
        answer
    }
}

impl Seen {
    fn note(&mut self, function: &'static str, reply: &Reply, took: Duration) {
        self.note_time(function, took);
        let status = reply.status.as_u16();
        *self.statuses.entry(status).or_default() += 1;
        let comes_back = status == 503 && reply.header("retry-after").is_some();
        if status >= 500 && !comes_back {
            self.unseemly.push(format!("{function}: {status}: {}", reply.text));
        }
    }

    fn note_time(&mut self, function: &'static str, took: Duration) {
        self.took.entry(function).or_default().push(took.as_secs_f64() * 1_000.0);
    }
}

impl Api for Edge {
    fn base(&self) -> &Url {
        &self.base
    }

    fn send(&self, request: Request<String>) -> Pin<Box<dyn Future<Output = Result<Reply>> + Send + '_>> {
        Box::pin(self.pass_on(request))
    }
}

/// The functions that a soak asks.
pub const FUNCTIONS: [&str; 5] = ["mint-qr", "redeem-qr", "block-device", "show-biodata", "login"];

/// The control beside them.
pub const FLOOR: &str = "floor";

fn function_of(path: &str) -> Option<&'static str> {
    Some(match path {
        "/qr-codes" => "mint-qr",
        "/redemptions" => "redeem-qr",
        "/device-blocks" => "block-device",
        "/me" => "show-biodata",
        "/sessions" => "login",
        _ => return None,
    })
}
