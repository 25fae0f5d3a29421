//! A function's process on this machine, as Linux accounts for it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Finds the process of a function by its name in the account. Only one may run.
pub fn of_function(name: &str) -> Result<u32> {
    let variable = format!("AWS_LAMBDA_FUNCTION_NAME={name}");
    let found = fs::read_dir("/proc")?.flatten().map(|entry| entry.path()).find(|process| is_of(process, &variable));
    let process = found.with_context(|| format!("{name} does not run"))?;
    let id = process.file_name().and_then(|id| id.to_str()).context("no process id")?;
    Ok(id.parse()?)
}

/// How long the threads of a process have been on a processor, in milliseconds.
pub fn processor_time(process: u32) -> Result<f64> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir(PathBuf::from(format!("/proc/{process}/task")))? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        let first = text.split_whitespace().next().context("Linux does not say how long it ran")?;
        nanoseconds += first.parse::<f64>()?;
    }
    Ok(nanoseconds / 1_000_000.0)
}

fn is_of(process: &Path, variable: &str) -> bool {
    let Ok(environment) = fs::read(process.join("environ")) else { return false };
    environment.split(|byte| *byte == 0).any(|found| found == variable.as_bytes())
}
