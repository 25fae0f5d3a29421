//! The capacity units that a step consumes, as the database itself says: a proxy asks it for them with every call.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::arena::{Arena, PORTS};
use crate::cold;
use crate::runtime_api::RuntimeApi;
use crate::steps::MeasuredStep;
use crate::upstream::Upstream;

/// Capacity units of one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    pub read: f64,
    pub write: f64,
}

struct Scales {
    upstream: Upstream,
    sum: Mutex<Capacity>,
}

/// What one request of a step consumes, as the mean of some.
pub async fn of_step(arena: &Arena, step: MeasuredStep) -> Result<Capacity> {
    const REQUESTS: u8 = 10;

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let scales = Arc::new(Scales {
        upstream: Upstream::new(format!("http://127.0.0.1:{}/", PORTS.database)),
        sum: Mutex::default(),
    });
    let routes = Router::new().fallback(weigh).with_state(scales.clone());
    let serving = tokio::spawn(async move { drop(axum::serve(listener, routes).await) });

    let requests = step.requests(&arena.people, REQUESTS.into()).await?;
    let api = RuntimeApi::serve(&requests, step.status).await?;
    let mut program = Command::new(arena.builds.program(step.function));
    cold::as_lambda_would(&mut program, step.function, &arena.variables, &api)
        .env("AWS_ENDPOINT_URL_DYNAMODB", address);
    let child = program.spawn().with_context(|| format!("{} does not start", step.function))?;
    api.all_answered(Duration::from_secs(30)).await?;
    drop(child);
    serving.abort();
    let sum = *scales.sum.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Capacity { read: sum.read / f64::from(REQUESTS), write: sum.write / f64::from(REQUESTS) })
}

async fn weigh(State(scales): State<Arc<Scales>>, request: Request) -> Response {
    match scales.carry_out(request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response(),
    }
}

impl Scales {
    async fn carry_out(&self, request: Request) -> Result<Response> {
        let (parts, body) = request.into_parts();
        let mut asked: Value = serde_json::from_slice(&axum::body::to_bytes(body, 1 << 24).await?)?;
        asked["ReturnConsumedCapacity"] = json!("TOTAL");
        let operation = parts.headers.get("x-amz-target").and_then(|name| name.to_str().ok()).unwrap_or_default();
        let reads =
            ["GetItem", "BatchGetItem", "TransactGetItems", "Query"].iter().any(|name| operation.ends_with(name));
        let answer = self.upstream.ask(parts, asked.to_string().into()).await?;
        let answered: Value = serde_json::from_slice(&answer.body)?;
        let units = |one: &Value| one["CapacityUnits"].as_f64().unwrap_or_default();
        let units: f64 = match &answered["ConsumedCapacity"] {
            Value::Array(tables) => tables.iter().map(units).sum(),
            table => units(table),
        };
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        *(if reads { &mut sum.read } else { &mut sum.write }) += units;
        drop(sum);
        Ok(answer.into_response())
    }
}
