//! Requests through the gateway of a deployment, by some connections as fast as they are answered. A caller may be refused for
//! now; any other surprise is an error.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use http::Request;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use url::Url;

use crate::load::Cell;

/// What some connections saw.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flooded {
    /// How long the answers took that were as expected, in milliseconds, and how many of all came in a second.
    pub cell: Cell,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
}

type Waiting = Arc<Mutex<VecDeque<Request<String>>>>;

/// Sends requests, each once.
///
/// # Errors
///
/// An answer that is neither the expected one nor 429, nor 503 with `Retry-After`.
pub async fn flood(
    address: &Url,
    requests: Vec<Request<String>>,
    expected: u16,
    connections: usize,
) -> Result<Flooded> {
    let waiting: Waiting = Arc::new(Mutex::new(requests.into()));
    let began = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        callers.spawn(call(address.clone(), waiting.clone(), expected));
    }
    let mut answers = Vec::new();
    while let Some(ended) = callers.join_next().await {
        answers.extend(ended??);
    }
    let seconds = began.elapsed().as_secs_f64();
    let mut statuses = BTreeMap::new();
    for (status, _) in &answers {
        *statuses.entry(*status).or_default() += 1;
    }
    let took: Vec<f64> = answers.iter().filter(|(status, _)| *status == expected).map(|(_, took)| *took).collect();
    ensure!(!took.is_empty(), "nobody got {expected}: {statuses:?}");
    let throughput = f64::from(u32::try_from(answers.len())?) / seconds;
    Ok(Flooded { cell: Cell { throughput, ..Cell::of(took) }, statuses })
}

/// Sends what waits, one after the other, and gives each answer's status and milliseconds.
async fn call(address: Url, waiting: Waiting, expected: u16) -> Result<Vec<(u16, f64)>> {
    let http = reqwest::Client::builder().timeout(Duration::from_mins(1)).build()?;
    let mut answers = Vec::new();
    while let Some(request) = next(&waiting) {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let sent = http.request(parts.method, address.join(path)?).headers(parts.headers).body(body);
        let started = Instant::now();
        let answer = sent.send().await.context("the gateway does not answer")?;
        let status = answer.status().as_u16();
        let may_come_again = answer.headers().contains_key("retry-after");
        let text = answer.text().await?;
        let took = started.elapsed().as_secs_f64() * 1_000.0;
        if !is_proper(status, expected, may_come_again) {
            let text: String = text.chars().take(300).collect();
            bail!("{path}: {status} instead of {expected}: {text}");
        }
        answers.push((status, took));
    }
    Ok(answers)
}

fn next(waiting: &Waiting) -> Option<Request<String>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// Whether a caller may get an answer: the expected one, or a refusal for now. A gateway says 429 without more; a 503
/// says when to come again.
fn is_proper(status: u16, expected: u16, may_come_again: bool) -> bool {
    status == expected || status == 429 || (status == 503 && may_come_again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_may_be_refused_for_now_and_not_otherwise() {
        assert!(is_proper(201, 201, false));
        assert!(is_proper(429, 201, false));
        assert!(is_proper(503, 201, true));
        assert!(
            ![(503, false), (500, true), (502, false), (200, false), (401, true)]
                .into_iter()
                .any(|(status, may_come_again)| is_proper(status, 201, may_come_again))
        );
    }
}
