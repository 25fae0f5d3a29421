//! The in-process tests on another DynamoDB engine: ministack, in a process of its own.

use std::collections::BTreeSet;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::progress::Progress;
use crate::tools::Tools;

/// An engine that the in-process tests can run on beside the embedded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// PyPI's `ministack`: see docs/engines.md.
    Ministack,
}

/// Which tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All that can run there.
    Whole,
    /// What hangs on the engine most, in about a minute: see [`BOUNDED`].
    Bounded,
}

/// The variable that tells the tests where the engine is.
pub const ENDPOINT: &str = "TESTS_DYNAMODB";

/// The bounded part: the probes of the engines, the conditions of the store's writes, the walks through the model, the races.
/// Each names a module or a test.
const BOUNDED: [&str; 14] = [
    "engines",
    "qr_model",
    "stored_states",
    "mint_qr",
    "redeem_qr",
    "asking_again",
    "activate_twice",
    "approve_face::two_officers_at_once_give_one_decision",
    "approve_face::two_registrations_of_one_nik_approved_at_once_give_one_approved",
    "block_device::a_block_that_races_redemptions_and_mints_leaves_nothing_alive",
    "block_device::after_a_block_is_answered_no_request_on_any_path_goes_through",
    "block_device_thefts::of_many_reports_at_once_one_is_on_record",
    "guessing::guesses_by_login_change_pin_signature_and_erasure_share_one_count",
    "sessions::a_proof_replayed_fifty_times_at_once_serves_once",
];

/// What cannot run on ministack, and why. Each names a test.
pub const NOT_ON_MINISTACK: [(&str, &str); 1] = [(
    "cost::every_step_keeps_its_budget_of_round_trips_and_its_cost",
    "ministack counts one read unit for any item, and none for BatchGetItem",
)];

/// Runs in-process tests on another engine. Those that cannot run there are printed, each with its reason.
///
/// # Errors
///
/// A test fails, or one of the lists above names a test that does not exist.
pub async fn run(engine: Engine, part: Part) -> Result<()> {
    let Engine::Ministack = engine;
    let root = crate::root();
    let python = Tools::new(&root).deployed().await?;
    let existing = existing_tests(&root).await?;
    let chosen = choose(&existing, part)?;
    for (test, reason) in NOT_ON_MINISTACK {
        println!("not on ministack: {test}: {reason}");
    }
    let server = Ministack::start(&python).await?;
    let mut tests = in_process_tests(&root);
    let status = tests.arg("--exact").args(&chosen).env(ENDPOINT, &server.endpoint).status().await?;
    ensure!(status.success(), "The in-process tests on ministack: not passed ({status}).");
    Ok(())
}

/// `cargo test` of the in-process tests; what follows is for them.
fn in_process_tests(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--workspace", "--test", "in_process", "--"]).current_dir(root);
    command
}

/// The names of all in-process tests.
async fn existing_tests(root: &Path) -> Result<BTreeSet<String>> {
    let listed = in_process_tests(root)
        .args(["--list", "--format", "terse"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .await?;
    ensure!(listed.status.success(), "The in-process tests cannot be built.");
    let listed = String::from_utf8(listed.stdout).context("a test's name is not UTF-8")?;
    Ok(listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// The tests to run.
fn choose(existing: &BTreeSet<String>, part: Part) -> Result<Vec<&str>> {
    for (test, _) in NOT_ON_MINISTACK {
        ensure!(existing.contains(test), "{test} is named as one that cannot run on ministack, and does not exist.");
    }
    for name in BOUNDED {
        ensure!(existing.iter().any(|test| is_within(test, name)), "No test is {name} or in the module {name}.");
    }
    let runs = |test: &&str| {
        let is_possible = NOT_ON_MINISTACK.iter().all(|(impossible, _)| impossible != test);
        is_possible && (part == Part::Whole || BOUNDED.iter().any(|name| is_within(test, name)))
    };
    Ok(existing.iter().map(String::as_str).filter(runs).collect())
}

/// Whether a test is the named one, or in the named module.
fn is_within(test: &str, name: &str) -> bool {
    test.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// A running ministack; it ends when this is dropped.
struct Ministack {
    endpoint: String,
    _process: Child,
}

impl Ministack {
    /// Starts it on a free port, and waits until it can be reached.
    async fn start(python: &Path) -> Result<Self> {
        const PATIENCE: Duration = Duration::from_mins(1);

        let port = free_port()?;
        let _shown = Progress::start("starting ministack");
        let mut process = Command::new(python)
            .args(["-m", "ministack"])
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("MINISTACK_REGION", "ap-southeast-3")
            .env("SFTP_ENABLED", "0")
            .env("IOT_MTLS_ENABLED", "0")
            .env("LOG_LEVEL", "WARNING")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("ministack does not start")?;
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = process.try_wait()? {
                bail!("ministack has ended ({status})");
            }
            ensure!(Instant::now() < until, "ministack does not answer");
            sleep(Duration::from_millis(100)).await;
        }
        Ok(Self { endpoint: format!("http://127.0.0.1:{port}"), _process: process })
    }
}

/// A port that nobody listens on.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_names_a_test_that_does_not_exist_is_refused() {
        let mut existing: BTreeSet<String> = NOT_ON_MINISTACK.iter().map(|(test, _)| (*test).to_owned()).collect();
        existing.extend(BOUNDED.iter().map(|module| format!("{module}::a_test")));
        let whole = choose(&existing, Part::Whole).unwrap();
        assert_eq!(whole.len(), BOUNDED.len());

        for missing in existing.clone() {
            let mut others = existing.clone();
            others.remove(&missing);
            assert!(choose(&others, Part::Bounded).is_err(), "{missing}");
        }
    }

    #[test]
    fn a_module_is_not_the_beginning_of_another_ones_name() {
        assert!(is_within("activate::a_test", "activate"));
        assert!(is_within("activate::a_test", "activate::a_test"));
        assert!(!is_within("activate_twice::a_test", "activate"));
    }
}
