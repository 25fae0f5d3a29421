//! Instructions of a step, counted by Callgrind: two runs of one process that differ in how many requests they answer, so that
//! starting and ending cancel out. Unlike times, they do not depend on what else the machine does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::Request;
use tokio::process::Command;
use xtask::progress::Progress;
use xtask::tools::Tools;

use crate::arena::{Arena, PIN_HASH, of_lambda};
use crate::runtime_api::RuntimeApi;
use crate::steps::{MeasuredStep, Work};

/// Instructions of one request, in thousands, by step; without steps that examine faces, which take longer under
/// Callgrind than a function may.
pub async fn of_steps(arena: &Arena, steps: impl IntoIterator<Item = MeasuredStep>) -> Result<BTreeMap<String, u64>> {
    let steps: Vec<MeasuredStep> = steps.into_iter().filter(|step| step.work != Work::Face).collect();
    let progress = Progress::start("counting instructions");
    progress.count_up_to(steps.len());
    let mut counted = BTreeMap::new();
    for step in steps {
        progress.now(step.name);
        counted.insert(step.name.to_owned(), of_step(arena, step).await?);
        progress.advance();
    }
    progress.finish("counted instructions");
    Ok(counted)
}

/// Instructions of one hash of a PIN, in thousands, without what the program does once.
pub async fn of_hash(arena: &Arena) -> Result<u64> {
    let (few, many) = (1, 3);
    let (fewer, more) = tokio::try_join!(count_hashes(arena, few), count_hashes(arena, many))?;
    Ok(more.saturating_sub(fewer) / (many - few) / 1_000)
}

/// All instructions of the program that only hashes.
async fn count_hashes(arena: &Arena, hashes: u64) -> Result<u64> {
    let output = output_of(PIN_HASH, usize::try_from(hashes)?);
    let mut program = under_callgrind(&output, &arena.builds.program(PIN_HASH)).await?;
    let status = program.args(["0", &hashes.to_string()]).status().await.context("valgrind does not start")?;
    ensure!(status.success(), "the program that only hashes has failed under Callgrind");
    read_and_remove(&output)
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
    let _shown = Progress::start(&format!("counting the instructions of {}", step.name));
    let output = run(arena, step, &step.requests(&arena.people, 30).await?).await?;
    let annotated = Command::new("callgrind_annotate").arg("--inclusive=yes").arg(&output).output().await?;
    let own = Command::new("callgrind_annotate").arg(&output).output().await?;
    std::fs::remove_file(&output)?;
    Ok(String::from_utf8_lossy(&own.stdout).into_owned() + &String::from_utf8_lossy(&annotated.stdout))
}

/// All instructions of a process that answers these requests.
async fn count(arena: &Arena, step: MeasuredStep, requests: &[Request<String>]) -> Result<u64> {
    read_and_remove(&run(arena, step, requests).await?)
}

/// Runs a function under Callgrind until it has answered these requests, and gives what Callgrind wrote.
async fn run(arena: &Arena, step: MeasuredStep, requests: &[Request<String>]) -> Result<PathBuf> {
    let output = output_of(step.function, requests.len());
    let api = RuntimeApi::serve(requests, step.status).await?;
    let mut child = under_callgrind(&output, &arena.builds.program(step.function))
        .await?
        .envs(arena.variables.iter().map(|(name, value)| (name, value)))
        // Everything takes fifty times as long.
        .envs([("IKD_AWS_TIMEOUT_MILLISECONDS", "25000"), ("IKD_ANSWER_WITHIN_MILLISECONDS", "25000")])
        .envs(of_lambda(step.function, &api.address))
        .spawn()
        .context("valgrind does not start")?;
    api.all_answered(Duration::from_mins(2)).await.with_context(|| step.name.to_owned())?;
    let id = child.id().context("valgrind has ended")?;
    Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
    child.wait().await?;
    Ok(output)
}

/// Where Callgrind writes what it counts in a program that does something so many times.
fn output_of(program: &str, times: usize) -> PathBuf {
    std::env::temp_dir().join(format!("callgrind-{}-{program}-{times}", std::process::id()))
}

async fn under_callgrind(output: &Path, program: &Path) -> Result<Command> {
    let mut command = Command::new(Tools::new(&xtask::root()).valgrind().await?);
    command
        .args(["--tool=callgrind", "--quiet", &format!("--callgrind-out-file={}", output.display())])
        .arg(program)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    Ok(command)
}

fn read_and_remove(output: &Path) -> Result<u64> {
    let counted = read(output)?;
    std::fs::remove_file(output)?;
    Ok(counted)
}

fn read(output: &Path) -> Result<u64> {
    let text = std::fs::read_to_string(output).context("Callgrind has written nothing")?;
    let line = text.lines().find_map(|line| line.strip_prefix("summary:").or_else(|| line.strip_prefix("totals:")));
    let counted = line.context("Callgrind has counted nothing")?.trim().parse()?;
    ensure!(counted > 0, "Callgrind has counted nothing");
    Ok(counted)
}
