//! A proxy before the database that fails one call in a hundred: most of them here and there, the others in outages
//! that last longer than any caller retries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::draw::Draw;
use crate::upstream::Upstream;

/// An outage of 200 ms every 40 seconds takes half a percent of the time. Callers wait meanwhile, so that it meets one call in
/// 1,600 only (measured).
const OUTAGE: Duration = Duration::from_millis(200);
const OUTAGE_EVERY: Duration = Duration::from_secs(40);
/// One call in so many fails outside the outages; with them it is one in a hundred.
const ONE_IN: u32 = 106;

/// What the proxy has seen.
#[derive(Default)]
pub struct Counts {
    pub calls: AtomicU64,
    /// Answered with an error instead of being carried out.
    pub refused: AtomicU64,
    /// Carried out, and answered with an error.
    pub lost: AtomicU64,
}

struct Proxy {
    upstream: Upstream,
    counts: Arc<Counts>,
    draw: Draw,
    began: Instant,
}

#[derive(Clone, Copy)]
enum Fate {
    Passes,
    Refused,
    AnswerLost,
}

/// Serves on a port, before a database.
pub async fn serve(port: u16, upstream: String) -> Result<(Arc<Counts>, JoinHandle<()>)> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let counts = Arc::new(Counts::default());
    let proxy = Proxy {
        upstream: Upstream::new(upstream),
        counts: counts.clone(),
        draw: Draw::default(),
        began: Instant::now(),
    };
    let routes = Router::new().fallback(pass_on).with_state(Arc::new(proxy));
    let serving = tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
    Ok((counts, serving))
}

async fn pass_on(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    proxy.counts.calls.fetch_add(1, Ordering::Relaxed);
    match proxy.fate() {
        Fate::Passes => proxy.carry_out(request).await.unwrap_or_else(|_| failing()),
        Fate::Refused => {
            proxy.counts.refused.fetch_add(1, Ordering::Relaxed);
            failing()
        }
        Fate::AnswerLost => {
            proxy.counts.lost.fetch_add(1, Ordering::Relaxed);
            drop(proxy.carry_out(request).await);
            failing()
        }
    }
}

impl Proxy {
    fn fate(&self) -> Fate {
        let drawn = u32::from_be_bytes(self.draw.bytes());
        let since = self.began.elapsed().as_millis() % OUTAGE_EVERY.as_millis();
        let outage = since < OUTAGE.as_millis();
        match (outage || drawn.is_multiple_of(ONE_IN), (drawn / ONE_IN).is_multiple_of(2)) {
            (false, _) => Fate::Passes,
            (true, true) => Fate::Refused,
            (true, false) => Fate::AnswerLost,
        }
    }

    async fn carry_out(&self, request: Request) -> Result<Response> {
        Ok(self.upstream.pass_on(request).await?.into_response())
    }
}

/// As DynamoDB says it.
fn failing() -> Response {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"The request processing has failed."}"#;
    (StatusCode::INTERNAL_SERVER_ERROR, [("content-type", "application/x-amz-json-1.0")], body).into_response()
}
