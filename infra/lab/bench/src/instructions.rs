//! Instructions of a step, counted by Callgrind: two runs of one process that differ in how many requests they answer, so that
//! starting and ending cancel out. Unlike times, they do not depend on what else the machine does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::Request;
use local::stack::say;
use tokio::process::Command;
use xtask::tools::Tools;

use crate::arena::{Arena, of_lambda};
use crate::runtime_api::RuntimeApi;
use crate::steps::{MeasuredStep, Work};

/// Instructions of one request, in thousands, by step; without steps that examine faces, which take longer under
/// Callgrind than a function may.
pub async fn of_steps(arena: &Arena, steps: impl IntoIterator<Item = MeasuredStep>) -> Result<BTreeMap<String, u64>> {
    say("Counting instructions");
    let mut counted = BTreeMap::new();
    for step in steps.into_iter().filter(|step| step.work != Work::Face) {
        counted.insert(step.name.to_owned(), of_step(arena, step).await?);
    }
    Ok(counted)
}

async fn of_step(arena: &Arena, step: MeasuredStep) -> Result<u64> {
    let (few, many) = if step.work == Work::Pin { (1, 3) } else { (2, 12) };
    let requests = step.requests(&arena.people, few + many).await?;
    let (first, second) = requests.split_at(few);
    let (fewer, more) = tokio::try_join!(count(arena, step, first), count(arena, step, second))?;
    Ok(more.saturating_sub(fewer) / u64::try_from(many - few)? / 1_000)
}

/// Has Callgrind list the functions of the code in which a step spends instructions. Needs builds with names in them.
pub async fn annotate(arena: &Arena, step: MeasuredStep) -> Result<String> {
    let output = run(arena, step, &step.requests(&arena.people, 30).await?).await?;
    let annotated = Command::new("callgrind_annotate").arg("--inclusive=yes").arg(&output).output().await?;
    let own = Command::new("callgrind_annotate").arg(&output).output().await?;
    std::fs::remove_file(&output)?;
    Ok(String::from_utf8_lossy(&own.stdout).into_owned() + &String::from_utf8_lossy(&annotated.stdout))
}

/// All instructions of a process that answers these requests.
async fn count(arena: &Arena, step: MeasuredStep, requests: &[Request<String>]) -> Result<u64> {
    let output = run(arena, step, requests).await?;
    let counted = read(&output)?;
    std::fs::remove_file(&output)?;
    Ok(counted)
}

/// Runs a function under Callgrind until it has answered these requests, and gives what Callgrind wrote.
async fn run(arena: &Arena, step: MeasuredStep, requests: &[Request<String>]) -> Result<PathBuf> {
    let name = format!("callgrind-{}-{}-{}", std::process::id(), step.function, requests.len());
    let output = std::env::temp_dir().join(name);
    let api = RuntimeApi::serve(requests, step.status).await?;
    let valgrind = Tools::new(&xtask::root()).valgrind().await?;
    let mut child = Command::new(valgrind)
        .args(["--tool=callgrind", "--quiet", &format!("--callgrind-out-file={}", output.display())])
        .arg(arena.builds.program(step.function))
        .envs(arena.variables.iter().map(|(name, value)| (name, value)))
        // Everything takes fifty times as long.
        .envs([("IKD_AWS_TIMEOUT_MILLISECONDS", "25000"), ("IKD_ANSWER_WITHIN_MILLISECONDS", "25000")])
        .envs(of_lambda(step.function, &api.address))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("valgrind does not start")?;
    api.all_answered(Duration::from_mins(2)).await.with_context(|| step.name.to_owned())?;
    let id = child.id().context("valgrind has ended")?;
    Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
    child.wait().await?;
    Ok(output)
}

fn read(output: &Path) -> Result<u64> {
    let text = std::fs::read_to_string(output).context("Callgrind has written nothing")?;
    let line = text.lines().find_map(|line| line.strip_prefix("summary:").or_else(|| line.strip_prefix("totals:")));
    let counted = line.context("Callgrind has counted nothing")?.trim().parse()?;
    ensure!(counted > 0, "Callgrind has counted nothing");
    Ok(counted)
}
