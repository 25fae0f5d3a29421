//! `cargo xtask deployed`: deploys, lives through the procedure, also under faults, changes the stack and deletes it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use xtask::progress::Progress;

use super::{Deployment, Right, Setup};
use crate::actors::HttpApi;
use crate::demo::{self, Options, Transcript};

/// The right that the stack is deployed without at first. The demo's first registration needs it.
const MISSING: Right = Right { role: "RegisterRole", sid: "Selfies", action: "dynamodb:PutItem" };

/// How often people repeat a request that was refused with 503.
const PATIENCE: u32 = 3;

/// No demo may take longer.
const DEMO: Duration = Duration::from_mins(2);

/// Deploys to the emulator and tries everything, a line for each step. What fails is the error, with the functions' log.
pub async fn run() -> Result<()> {
    let run = Run { started: Instant::now(), shown: Progress::start("deploying") };
    let setup = Setup { without: Some(MISSING), with_faults: true };
    let deployment = Deployment::start(&setup).await?;
    run.say(&format!("deployed by CloudFormation: {} resources", deployment.resources));
    let tried = everything(&deployment, &run).await;
    drop(run);
    if tried.is_err() {
        eprintln!("{}", explanation(&deployment).await);
    }
    deployment.stop().await?;
    tried
}

/// What is shown of this run.
struct Run {
    started: Instant,
    shown: Progress,
}

impl Run {
    /// A line that stays.
    fn say(&self, line: &str) {
        self.shown.say(&format!("  {:>5.1} s  {line}", self.started.elapsed().as_secs_f64()));
    }

    fn turn_to(&self, what: &str) {
        self.shown.turn_to(what);
    }
}

async fn everything(deployment: &Deployment, run: &Run) -> Result<()> {
    run.turn_to("the demo without a right");
    miss_a_right(deployment).await?;
    run.say(&format!("without {} of {} the demo fails, and IAM says why", MISSING.action, MISSING.role));

    run.turn_to("changing the stack");
    let changed = deployment.give_all_rights().await?;
    ensure_only_rights_changed(&changed)?;
    run.say(&format!("a change set gives it back: {}", changed.join(", ")));
    let refused = deployment.refusals().len();

    run.turn_to("the demo");
    let before = deployment.census().await?;
    let transcript = live(deployment, 0).await?;
    run.say(&format!("the demo: {} requests", transcript.steps.len()));
    let left = added(&before, &deployment.census().await?);

    run.turn_to("the demo under faults");
    live_under_faults(deployment, &left, run).await?;
    let refusals = deployment.refusals();
    ensure!(refusals.len() == refused, "IAM refused a call of a function that has all its rights");

    run.turn_to("the emulator's gaps");
    let gaps = deployment.confirm_gaps().await?;
    run.say(&format!("the emulator's {} known gaps are there", gaps.len()));

    run.turn_to("deleting the stack");
    let retained = deployment.delete().await?;
    run.say(&format!("deleted; {retained} resources are kept"));
    Ok(())
}

/// Plays the demo without the right, and sees it fail where the right is needed.
async fn miss_a_right(deployment: &Deployment) -> Result<()> {
    let failed = match live(deployment, 0).await {
        Ok(_) => anyhow::bail!("the demo went well without {} of {}", MISSING.action, MISSING.role),
        Err(failed) => format!("{failed:#}"),
    };
    ensure!(failed.contains("register answered 503"), "without {} the demo fails elsewhere: {failed}", MISSING.action);
    let refusals = deployment.refusals();
    let names_it = |refusal: &String| refusal.contains("RegisterRole") && refusal.contains(MISSING.action);
    ensure!(!refusals.is_empty() && refusals.iter().all(names_it), "IAM refused something else: {refusals:?}");
    Ok(())
}

/// The change concerns the role, and what refers to it.
fn ensure_only_rights_changed(changed: &[String]) -> Result<()> {
    let role = format!("Modify {}", MISSING.role);
    ensure!(changed.contains(&role), "the change set leaves the role as it is: {changed:?}");
    ensure!(
        changed.iter().all(|change| change.starts_with("Modify ")),
        "the change set makes or removes something: {changed:?}"
    );
    Ok(())
}

/// Plays the demo while calls to DynamoDB fail, as clients that repeat what was refused for now. It ends as without faults,
/// and leaves what it left then.
async fn live_under_faults(deployment: &Deployment, expected: &Census, run: &Run) -> Result<()> {
    let faults = deployment.faults.as_ref().context("deployed without faults")?;
    let (before, refused_before) = (deployment.census().await?, refused_for_now(deployment).await?);
    faults.begin().await?;
    let lived = live(deployment, PATIENCE).await;
    let fired = faults.end().await?;
    let transcript = lived.with_context(|| format!("under these faults: {fired:?}"))?;
    let left = added(&before, &deployment.census().await?);
    ensure!(left == *expected, "under faults the demo left {left:?}, and without them {expected:?}");
    let refused = refused_for_now(deployment).await? - refused_before;
    ensure!(refused > 0, "the faults were so mild that no request was refused for now");
    let (all, requests): (usize, usize) = (fired.values().sum(), transcript.steps.len());
    run.say(&format!(
        "the demo under {all} faults: {requests} steps, {refused} of them refused with 503 and repeated ({})",
        fired.iter().map(|(fault, times)| format!("{times} {fault}")).collect::<Vec<_>>().join(", ")
    ));
    Ok(())
}

/// What the tables hold, counted.
type Census = BTreeMap<String, i64>;

/// What came to the tables between two counts.
fn added(before: &Census, after: &Census) -> Census {
    let of = |census: &Census, kind: &String| census.get(kind).copied().unwrap_or_default();
    let kinds = before.keys().chain(after.keys()).cloned();
    kinds.map(|kind| (kind.clone(), of(after, &kind) - of(before, &kind))).filter(|(_, more)| *more != 0).collect()
}

/// How many requests were answered 503 until now, as the functions' log has it.
async fn refused_for_now(deployment: &Deployment) -> Result<usize> {
    let lines = deployment.log_lines().await?;
    Ok(lines.iter().filter(|line| line.contains(r#""status":503,"problem""#)).count())
}

async fn live(deployment: &Deployment, patience: u32) -> Result<Transcript> {
    let api = Arc::new(HttpApi::new(deployment.api_url.clone())?.patient(patience));
    let options = Options { quiet: true, ..Options::default() };
    let mailbox = deployment.mailbox()?;
    let played = demo::play(api, deployment.people()?, &mailbox, options);
    tokio::time::timeout(DEMO, played).await.context("the demo takes longer than two minutes")?
}

/// What the functions logged at the end beside successes, and what IAM refused to them.
async fn explanation(deployment: &Deployment) -> String {
    const LINES: usize = 40;
    let lines = match deployment.log_lines().await {
        Ok(lines) => lines.into_iter().filter(|line| !is_success(line)).collect(),
        Err(error) => vec![format!("The functions' log cannot be read: {error:#}")],
    };
    let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default();
    [last, &deployment.refusals()].concat().join("\n")
}

/// Whether a line of the log says only that a request was answered as it was asked.
fn is_success(line: &str) -> bool {
    line.contains(r#""message":"answered","status":2"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census(counts: &[(&str, i64)]) -> Census {
        counts.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect()
    }

    #[test]
    fn only_differences_between_two_counts_are_listed() {
        let before = census(&[("device blocked", 1), ("holder", 1), ("selfie", 1)]);
        let after = census(&[("device blocked", 3), ("holder", 1), ("signature", 1)]);
        assert_eq!(added(&before, &after), census(&[("device blocked", 2), ("selfie", -1), ("signature", 1)]));
    }

    #[test]
    fn refusals_and_failures_are_shown_and_successes_are_not() {
        assert!(is_success(r#"login: {"level":"INFO","message":"answered","status":200,"milliseconds":9}"#));
        assert!(!is_success(
            r#"login: {"level":"INFO","message":"answered","status":503,"problem":"service-unavailable"}"#
        ));
        assert!(!is_success(r#"track-email: {"level":"ERROR","message":"an e-mail of nobody"}"#));
    }

    #[test]
    fn a_change_set_that_leaves_the_role_or_makes_something_is_refused() {
        let changes = |changes: &[&str]| changes.iter().map(|change| (*change).to_owned()).collect::<Vec<_>>();
        assert!(ensure_only_rights_changed(&changes(&["Modify Register", "Modify RegisterRole"])).is_ok());
        assert!(ensure_only_rights_changed(&changes(&["Modify Register"])).is_err());
        assert!(ensure_only_rights_changed(&changes(&["Modify RegisterRole", "Add Route1"])).is_err());
    }
}
