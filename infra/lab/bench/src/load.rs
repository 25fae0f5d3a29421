//! The load: prepared requests, sent by some connections as fast as they are answered.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use clap::Parser;
use http::Request;
use rlt::cli::BenchCli;
use rlt::{BenchSuite, IterInfo, IterReport, Status};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use url::Url;

/// How long answers took, in milliseconds, and how many came in a second.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Cell {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub throughput: f64,
}

impl Cell {
    /// What some answers in a row took.
    pub fn of(mut took: Vec<f64>) -> Self {
        took.sort_by(f64::total_cmp);
        let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or(f64::NAN);
        let (p50, p90, p99) = (at(50), at(90), at(99));
        Self {
            p50,
            p90,
            p99,
            throughput: 1_000.0 / (took.iter().sum::<f64>() / f64::from(u32::try_from(took.len()).unwrap_or(u32::MAX))),
        }
    }
}

/// Sends prepared requests to a function, each once, and expects one status of them all.
pub async fn send(
    edge: &Url,
    function: &str,
    requests: Vec<Request<String>>,
    status: u16,
    connections: usize,
) -> Result<Cell> {
    let (number, report) = (requests.len(), tempfile(function));
    let suite = Prepared {
        address: edge.join(&format!("/lambda-url/{function}"))?,
        requests: Arc::new(Mutex::new(requests.into())),
        status,
    };
    let arguments = ["load", "--quiet", "--output", "json", "--output-file"].map(str::to_owned);
    let numbers = ["--concurrency".to_owned(), connections.to_string(), "--iterations".to_owned(), number.to_string()];
    let report_name = report.to_string_lossy().into_owned();
    let arguments = arguments.into_iter().chain([report_name]).chain(numbers);
    rlt::cli::run(BenchCli::try_parse_from(arguments)?, suite).await?;
    let read = read(&report).with_context(|| format!("the load on {function}"));
    std::fs::remove_file(&report)?;
    read
}

fn tempfile(function: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("bench-{}-{function}.json", std::process::id()))
}

#[derive(Clone)]
struct Prepared {
    address: Url,
    requests: Arc<Mutex<VecDeque<Request<String>>>>,
    status: u16,
}

#[async_trait]
impl BenchSuite for Prepared {
    type WorkerState = reqwest::Client;

    async fn state(&self, _: u32) -> Result<reqwest::Client> {
        Ok(reqwest::Client::builder().pool_max_idle_per_host(1).build()?)
    }

    async fn bench(&mut self, http: &mut reqwest::Client, _: &IterInfo) -> Result<IterReport> {
        let next = self.requests.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let (parts, body) = next.context("too few requests")?.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.address);
        let request = http.request(parts.method, url).headers(parts.headers).body(body).build()?;
        let started = Instant::now();
        let answer = http.execute(request).await?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await?;
        let duration = started.elapsed();
        if status != self.status {
            anyhow::bail!(
                "{status} instead of {}: {}",
                self.status,
                String::from_utf8_lossy(&bytes[..bytes.len().min(300)])
            );
        }
        Ok(IterReport { duration, status: Status::success(status.into()), bytes: bytes.len() as u64, items: 1 })
    }
}

#[derive(Deserialize)]
struct Report {
    summary: Summary,
    latency: Option<Latency>,
    errors: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Summary {
    iters: Iterations,
}

#[derive(Deserialize)]
struct Iterations {
    rate: f64,
}

#[derive(Deserialize)]
struct Latency {
    percentiles: BTreeMap<String, f64>,
}

fn read(report: &Path) -> Result<Cell> {
    let report: Report = serde_json::from_slice(&std::fs::read(report)?)?;
    ensure!(report.errors.is_empty(), "{:?}", report.errors);
    let latency = report.latency.context("nothing was sent")?;
    let milliseconds =
        |name: &str| latency.percentiles.get(name).map(|seconds| seconds * 1_000.0).context("no such percentile");
    Ok(Cell {
        p50: milliseconds("p50")?,
        p90: milliseconds("p90")?,
        p99: milliseconds("p99")?,
        throughput: report.summary.iters.rate,
    })
}
