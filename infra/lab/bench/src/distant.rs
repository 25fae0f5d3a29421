//! Latencies with the database at a distance, as on AWS: a proxy before it holds every call back, so that calls in sequence
//! decide how long a step takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use xtask::progress::Progress;

use crate::arena::{Arena, Builds, PORTS};
use crate::figures::Machine;
use crate::load::{self, Cell};
use crate::steps::{FLOOR, MeasuredStep, STEPS};
use crate::upstream::Upstream;

/// How long every call to the database is held back.
pub const DELAY: Duration = Duration::from_millis(5);

/// Where the proxy listens.
const PORT: u16 = PORTS.database + 2;

/// Requests of a step; steps that hash a PIN or examine a face take a quarter.
const REQUESTS: usize = 60;

/// Every step with the database near and distant, at one connection.
#[derive(Debug, Serialize, Deserialize)]
pub struct Distant {
    pub machine: Machine,
    pub at: jiff::Timestamp,
    pub steps: BTreeMap<String, Pair>,
}

/// A step without the proxy and with it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Pair {
    pub near: Cell,
    pub distant: Cell,
}

impl Pair {
    /// How much longer the median is with the proxy, in milliseconds.
    fn added(self) -> f64 {
        self.distant.p50 - self.near.p50
    }
}

impl Distant {
    /// For how many calls one after the other a step waits: what the distance adds to it, in multiples of what it adds to the
    /// floor, which makes one call.
    pub fn calls_in_sequence(&self, step: &str) -> Option<f64> {
        Some(self.steps.get(step)?.added() / self.steps.get(FLOOR.name)?.added())
    }
}

/// Measures every step without the proxy and with it.
pub async fn measure() -> Result<Distant> {
    let near = cells(PORTS.database, "with the database near").await?;
    let proxy = serve(PORT, format!("http://127.0.0.1:{}/", PORTS.database)).await?;
    let distant = cells(PORT, "with the database at a distance").await;
    proxy.abort();
    let distant = distant?;
    let steps = near.cells.into_iter().filter_map(|(step, near)| {
        let distant = distant.cells.get(&step).copied()?;
        Some((step, Pair { near, distant }))
    });
    Ok(Distant { machine: Machine::this(), at: near.at, steps: steps.collect() })
}

struct Measured {
    at: jiff::Timestamp,
    cells: BTreeMap<String, Cell>,
}

/// Every step, by one connection to one instance, with the database at a port.
async fn cells(seen_at: u16, how: &str) -> Result<Measured> {
    let mut arena = Arena::open(seen_at, Builds::Packaged).await?;
    let cells = cells_in(&mut arena, how).await;
    let at = arena.people.fleet.clock.now();
    arena.close().await;
    Ok(Measured { at, cells: cells? })
}

async fn cells_in(arena: &mut Arena, how: &str) -> Result<BTreeMap<String, Cell>> {
    let steps: Vec<MeasuredStep> = std::iter::once(FLOOR).chain(STEPS).collect();
    let functions: BTreeSet<&str> = steps.iter().map(|step| step.function).collect();
    for function in functions {
        arena.start(function, 1)?;
    }
    let progress = Progress::start(&format!("measuring steps {how}"));
    progress.count_up_to(steps.len());
    let mut cells = BTreeMap::new();
    for step in steps {
        progress.now(step.name);
        let requests = if step.is_long() { REQUESTS / 4 } else { REQUESTS };
        // The first ones open connections.
        cell(arena, step, 4).await?;
        cells.insert(step.name.to_owned(), cell(arena, step, requests).await?);
        progress.advance();
    }
    progress.finish(&format!("measured steps {how}"));
    arena.ensure_running()?;
    Ok(cells)
}

async fn cell(arena: &Arena, step: MeasuredStep, requests: usize) -> Result<Cell> {
    let people = &arena.people;
    load::send(&people.edge, step.function, step.requests(people, requests).await?, step.status, 1).await
}

/// Serves on a port, before a database.
async fn serve(port: u16, upstream: String) -> Result<JoinHandle<()>> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let routes = Router::new().fallback(hold_back).with_state(Arc::new(Upstream::new(upstream)));
    Ok(tokio::spawn(async move { drop(axum::serve(listener, routes).await) }))
}

async fn hold_back(State(upstream): State<Arc<Upstream>>, request: Request) -> Response {
    tokio::time::sleep(DELAY).await;
    match upstream.pass_on(request).await {
        Ok(answer) => answer.into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_in_sequence_are_counted_in_those_of_the_floor() {
        let cell = |p50| Cell { p50, p90: p50, p99: p50, throughput: 1.0 };
        let pair = |near, distant| Pair { near: cell(near), distant: cell(distant) };
        let steps = [(FLOOR.name.to_owned(), pair(1.0, 7.0)), ("mint-qr".to_owned(), pair(2.0, 14.0))];
        let distant = Distant { machine: Machine::this(), at: jiff::Timestamp::UNIX_EPOCH, steps: steps.into() };
        assert_eq!(distant.calls_in_sequence("mint-qr"), Some(2.0));
        assert_eq!(distant.calls_in_sequence("login"), None);
    }
}
