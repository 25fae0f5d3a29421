//! All checks of the project: what the README's test command and CI run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use serde_yaml_ng::Value;
use tokio::process::Command;

use crate::background::Background;
use crate::engine::{self, Engine, Part};
use crate::pages;
use crate::progress::Progress;
use crate::rights;
use crate::tools::Tools;

/// Runs everything; the first failure, or Ctrl-C, ends it and all that it started.
pub async fn run() -> Result<()> {
    tokio::select! {
        outcome = every_check() => outcome,
        interrupted = tokio::signal::ctrl_c() => Err(interrupted.map_or_else(Into::into, |()| anyhow!("interrupted"))),
    }
}

/// While the compiler works, the other core installs what is needed and makes the checks that need no compiler. While the
/// tests wait, the packages are built; nothing else runs beside the tests, since many of them have real time limits.
async fn every_check() -> Result<()> {
    let root = crate::root();
    let tools = Tools::new(&root);
    let cargo = Path::new(env!("CARGO"));

    check(&root, "Formatting", cargo, &["fmt", "--all", "--check"]).await?;
    let lints = tokio::spawn(lint(root.clone()));
    // What the tests need is installed before them, so that none can be skipped.
    pages::build(&root).await?;
    tools.cargo_lambda().await?;
    tools.mailbox().await?;
    tools.playwright().await?;
    tools.chromium().await?;
    tools.valgrind().await?;
    tools.schemathesis().await?;
    tools.deployed().await?;
    check_template(&root, &tools).await?;
    heading("Lints");
    let progress = Progress::start("linting");
    lints.await.context("the lints have ended by themselves")??;
    progress.finish("linted");
    check_dependencies(&root, &tools).await?;
    let faces = ["run", "--quiet", "--bin", "face-lab", "--", "fetch", "--for-tests"];
    check(&root, "Weights and photographs of the face engine", cargo, &faces).await?;
    let met = problems_met(&root);
    for noted in [&met, &rights::seen(&root)] {
        if noted.exists() {
            std::fs::remove_dir_all(noted)?;
        }
    }
    check(&root, "Building the tests", cargo, &["test", "--workspace", "--no-run"]).await?;
    let package = ["run", "--quiet", "--bin", "xtask", "--", "package"];
    let packages = Background::start("Packages within their budgets", &root, &package)?;
    // Tests wait for much of their time.
    let threads = format!("--test-threads={}", 2 * available_parallelism()?.get());
    let cargo_test = ["test", "--workspace", "--", &threads, "--skip", END_TO_END];
    check(&root, "Tests", cargo, &cargo_test).await?;
    let live = ["test", "--workspace", "--test", "end_to_end"];
    check(&root, "The procedure from end to end", cargo, &live).await?;
    packages.finish().await?;
    every_problem_was_met(&root, &met)?;
    rights::are_those_that_are_used(&root)?;
    heading("What hangs on the database, on another engine");
    engine::run(Engine::Ministack, Part::Bounded).await?;
    let deployed = ["run", "--quiet", "--bin", "local", "--", "deployed"];
    check(&root, "The packages in a deployment that runs", cargo, &deployed).await?;
    let count = ["run", "--bin", "bench", "--", "--instructions"];
    check(&root, "Instructions within their budgets", cargo, &count).await
}

/// The test that runs the local stack.
const END_TO_END: &str = "the_procedure_runs_end_to_end_and_the_activation_page_works_by_keyboard";

/// Clippy on everything. What it says is shown if it fails.
async fn lint(root: PathBuf) -> Result<()> {
    let what = ["--workspace", "--all-targets", "--features", "fuzz/fuzzing"];
    let clippy = [&["clippy", "--quiet"], &what[..], &["--", "--deny", "warnings"]].concat();
    let output = Command::new(env!("CARGO")).args(clippy).current_dir(&root).kill_on_drop(true).output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// The deployment templates: what SAM says, what CloudFormation's linter says, and a deployment to an emulator of AWS.
async fn check_template(root: &Path, tools: &Tools) -> Result<()> {
    // The advice that log groups and functions may be replaced is already known.
    const LINT: [&str; 6] = ["--include-checks", "I", "--ignore-checks", "I3011", "--", "infra/template.yaml"];
    // The region says which resource types there are.
    const LINT_FRONT: [&str; 6] = ["--include-checks", "I", "--regions", "us-east-1", "--", "infra/front.yaml"];

    let (sam, python) = (tools.sam().await?, tools.aws_emulator().await?);
    check(root, "Deployment template", &sam, &["validate", "--lint"]).await?;
    check(root, "Template of the front", &sam, &["validate", "--lint", "--config-env", "front"]).await?;
    check(root, "The template's lints", &python.with_file_name("cfn-lint"), &LINT).await?;
    check(root, "The lints of the front", &python.with_file_name("cfn-lint"), &LINT_FRONT).await?;
    check(root, "A deployment to an emulator", &python, &["infra/lab/aws_emulator/deploy.py"]).await
}

/// Licences, bans, sources and advisories of every dependency; dependencies that nothing uses.
async fn check_dependencies(root: &Path, tools: &Tools) -> Result<()> {
    let (deny, shear) = (tools.cargo_deny().await?, tools.cargo_shear().await?);
    check(root, "Unused dependencies", &shear, &["--locked"]).await?;
    check(root, "Dependencies", &deny, &["--all-features", "check", "bans", "licenses", "sources"]).await?;
    advisories(root, &deny).await
}

/// The advisories are a repository on GitHub. Where that cannot be reached, this one check cannot be made, and says so.
async fn advisories(root: &Path, deny: &Path) -> Result<()> {
    let fetched = Command::new(deny).args(["fetch", "db"]).current_dir(root).output().await?;
    if fetched.status.success() {
        return check(root, "Advisories", deny, &["--offline", "check", "advisories"]).await;
    }
    heading("Advisories: NOT CHECKED, since github.com/rustsec/advisory-db cannot be reached from here");
    Ok(())
}

/// Where the in-process tests note the problems that they met: `<function>/<problem>`.
pub fn problems_met(root: &Path) -> PathBuf {
    root.join("artifacts").join("problems")
}

/// A test of each step met every problem that the API's description lists for it, and no other.
fn every_problem_was_met(root: &Path, met: &Path) -> Result<()> {
    /// The answer to callers of the API's own address, where a front is before it: no step is reached.
    const BEFORE_ANY_STEP: &str = "wrong-address";

    heading("Every problem of every step has a test");
    let description = serde_yaml_ng::from_str(&std::fs::read_to_string(root.join("infra/openapi.yaml"))?)?;
    let mut listed: BTreeSet<(String, String)> = BTreeSet::new();
    let mut wrong: Vec<String> = Vec::new();
    for (operation, problem) in described_problems(&description) {
        let step = catalogue::routes().find(|(_, route)| route.operation == operation).map(|(step, _)| step.name);
        let step = step.with_context(|| format!("no route has the operation {operation}"))?;
        if !met.join(step).join(&problem).exists() {
            wrong.push(format!("no test of {operation} met {problem}"));
        }
        listed.insert((step.to_owned(), problem));
    }
    for folder in std::fs::read_dir(met)? {
        let folder = folder?;
        let step = folder.file_name().to_string_lossy().into_owned();
        for problem in std::fs::read_dir(folder.path())? {
            let problem = problem?.file_name().to_string_lossy().into_owned();
            if problem != BEFORE_ANY_STEP && !listed.contains(&(step.clone(), problem.clone())) {
                wrong.push(format!("{step} answers {problem}, and its description does not say so"));
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The problems (`x-problem-types`) of each operation, shared responses included.
fn described_problems(description: &Value) -> BTreeSet<(String, String)> {
    let mut problems = BTreeSet::new();
    let paths = description["paths"].as_mapping().into_iter().flat_map(|paths| paths.values());
    for operation in paths.filter_map(Value::as_mapping).flat_map(|operations| operations.values()) {
        let Some(name) = operation.get("operationId").and_then(Value::as_str) else { continue };
        for response in operation["responses"].as_mapping().into_iter().flat_map(|responses| responses.values()) {
            let shared =
                response.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
            let response = shared.map_or(response, |shared| &description["components"]["responses"][shared]);
            let listed = response.get("x-problem-types").and_then(Value::as_sequence);
            let listed = listed.into_iter().flatten().filter_map(Value::as_str);
            problems.extend(listed.map(|problem| (name.to_owned(), problem.to_owned())));
        }
    }
    problems
}

/// Says what begins now, and how long the run has taken until here.
fn heading(name: &str) {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    let seconds = START.elapsed().as_secs();
    println!("== {name} [{}:{:02}]", seconds / 60, seconds % 60);
}

async fn check(root: &Path, name: &str, program: &Path, arguments: &[&str]) -> Result<()> {
    heading(name);
    let status = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .env("SAM_CLI_TELEMETRY", "0")
        .env("AWS_DEFAULT_REGION", "ap-southeast-3")
        .status()
        .await?;
    ensure!(status.success(), "{name}: not passed ({status}).");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_that_is_run_beside_the_others_exists() {
        let source = std::fs::read_to_string(crate::root().join("tests/end_to_end/main.rs")).unwrap();
        assert!(source.contains(&format!("fn {END_TO_END}(")), "no test is {END_TO_END}");
    }
}
