//! Processes started as Lambda would: cold, with one request waiting, or until they are warm.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use http::Request;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::arena::{of_lambda, peak_memory};
use crate::load::Cell;
use crate::runtime_api::RuntimeApi;
use crate::steps::MeasuredStep;

/// One start.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ColdStart {
    /// From the process's start until it asks for work, in milliseconds.
    pub initialisation: f64,
    /// From the process's start to its first answer, in milliseconds.
    pub first_answer: f64,
    /// The most memory that the process has had by then, in MiB.
    pub memory: f64,
}

/// Starts a program as Lambda would, with one request waiting for it.
pub async fn start(
    step: MeasuredStep,
    mut program: Command,
    variables: &[(String, String)],
    request: &Request<String>,
) -> Result<ColdStart> {
    let api = RuntimeApi::serve(std::slice::from_ref(request), step.status).await?;
    as_lambda_would(&mut program, step.function, variables, &api);
    let child = program.spawn().with_context(|| format!("{} does not start", step.function))?;
    api.all_answered(Duration::from_secs(30)).await.with_context(|| step.name.to_owned())?;
    let memory = peak_memory(child.id().context("it has ended")?)?;
    Ok(ColdStart { initialisation: api.asked()?, first_answer: api.first_answered()?, memory })
}

/// Lets a program serve requests one after the other, and measures it once it is warm.
pub async fn serve_warm(
    step: MeasuredStep,
    mut program: Command,
    variables: &[(String, String)],
    requests: &[Request<String>],
) -> Result<(Cell, f64)> {
    /// These only warm up.
    const FIRST: usize = 20;

    let api = RuntimeApi::serve(requests, step.status).await?;
    as_lambda_would(&mut program, step.function, variables, &api);
    let child = program.spawn().with_context(|| format!("{} does not start", step.function))?;
    api.all_answered(Duration::from_mins(1)).await.with_context(|| step.name.to_owned())?;
    let memory = peak_memory(child.id().context("it has ended")?)?;
    Ok((Cell::of(api.took().split_off(FIRST)), memory))
}

/// Gives a program what Lambda gives a function. It ends when its handle is dropped.
pub fn as_lambda_would<'a>(
    program: &'a mut Command,
    function: &str,
    variables: &[(String, String)],
    api: &RuntimeApi,
) -> &'a mut Command {
    program
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .envs(of_lambda(function, &api.address))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
}
