//! What EventBridge's schedules do: call a function again and again.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use tokio::task::JoinHandle;

use super::Ports;

/// Calls a function every so many minutes, for the first time when they have passed.
pub fn start(function: &'static str, minutes: u16, ports: Ports) -> Result<JoinHandle<()>> {
    let address = ports.invocation_url(function)?;
    let http = reqwest::Client::builder().timeout(Duration::from_mins(1)).build()?;
    Ok(tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_mins(minutes.into())).await;
            let answer = http.post(address.clone()).json(&json!({})).send().await;
            if let Err(error) = answer.and_then(reqwest::Response::error_for_status) {
                eprintln!("{function} was called in vain: {error}");
            }
        }
    }))
}
