//! What operators change in a deployment by hand, each change determined first, confirmed, carried out once, and noted.
//! Repeating it changes nothing.

mod command;
mod dead_letters;
mod documents;
mod holders;
mod integrators;
mod signing_key;
mod status;

use std::fs::OpenOptions;
use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, Result, ensure};
use aws_config::{BehaviorVersion, SdkConfig};
use ikd::app::{Clock, SystemClock};
use ikd::store::{Store, Tables};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Options;
use crate::aws::sdk_config;
use crate::output::print_line;

pub use command::Command;
pub use dead_letters::{GivenUp, given_up};
pub use status::{Status, of as status};

/// The services that commands talk to.
pub struct Clients {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub streams: aws_sdk_dynamodbstreams::Client,
    pub secrets: aws_sdk_secretsmanager::Client,
    pub queues: aws_sdk_sqs::Client,
    pub functions: aws_sdk_lambda::Client,
}

impl Clients {
    /// DynamoDB, Lambda and the others, each with its configuration.
    pub fn new(dynamodb: &SdkConfig, functions: &SdkConfig, others: &SdkConfig) -> Self {
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(dynamodb),
            streams: aws_sdk_dynamodbstreams::Client::new(dynamodb),
            secrets: aws_sdk_secretsmanager::Client::new(others),
            queues: aws_sdk_sqs::Client::new(others),
            functions: aws_sdk_lambda::Client::new(functions),
        }
    }
}

/// Where a command is carried out.
pub struct Deployment {
    pub clients: Clients,
    pub stack: String,
    pub actor: String,
    pub now: Timestamp,
}

impl Deployment {
    fn store(&self) -> Store {
        Store::new(self.clients.dynamodb.clone(), self.tables())
    }

    fn tables(&self) -> Tables {
        Tables::with_prefix(&self.table(""))
    }

    fn table(&self, name: &str) -> String {
        format!("{}-{name}", self.stack)
    }
}

/// What a command would do; nothing is changed yet.
pub struct Plan<'a> {
    /// Whom or what it is about; no personal data.
    subject: String,
    /// One line for each change; none where everything is as it should be.
    changes: Vec<String>,
    change: Box<dyn FnOnce() -> Change<'a> + 'a>,
}

impl Plan<'_> {
    /// Nothing is to be done.
    fn of_nothing(subject: String) -> Self {
        Self { subject, changes: Vec::new(), change: Box::new(|| Box::pin(async { Ok(Value::Null) })) }
    }
}

/// A change under way; it ends with what the report adds.
type Change<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Value>> + 'a>>;

/// How it ended.
#[derive(Debug, Serialize)]
pub struct Report {
    pub at: Timestamp,
    pub actor: String,
    pub stack: String,
    pub command: &'static str,
    pub subject: String,
    pub changes: Vec<String>,
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Value::is_null")]
    pub result: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Unchanged,
    DryRun,
    Declined,
}

/// Carries out a command as the command line says.
pub async fn run(options: Options, command: Command) -> Result<()> {
    let others = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let dynamodb = options.endpoint.as_deref().map_or_else(|| others.clone(), sdk_config);
    let actor = match &options.actor {
        Some(actor) => actor.clone(),
        None if options.endpoint.is_some() => "local".to_owned(),
        None => caller(&others).await?,
    };
    let deployment = Deployment {
        clients: Clients::new(&dynamodb, &others, &others),
        stack: options.stack.clone(),
        actor,
        now: SystemClock.now(),
    };
    if let Command::Status { queue_url, public_url } = &command {
        let status = status(&deployment, queue_url.as_deref(), public_url.as_deref()).await?;
        let text = if options.json { serde_json::to_string_pretty(&status)? } else { status.to_string() };
        return print_line(text);
    }
    if let Command::CallbackSecret { client_id, key, key_version } = &command {
        let key = key.as_deref().context("name the key, or give the stack's --outputs")?;
        let secret = show_secret(&deployment, &options, client_id, key, key_version.as_deref()).await?;
        let text = if options.json { json!({ "client_id": client_id, "secret": secret }).to_string() } else { secret };
        return print_line(text);
    }
    if let Command::DeadLetters { queue_url } = &command {
        let queue_url = queue_url.as_deref().context("name the queue, or give the stack's --outputs")?;
        let given_up = given_up(&deployment, queue_url).await?;
        let text = if options.json { serde_json::to_string_pretty(&given_up)? } else { given_up.to_string() };
        return print_line(text);
    }
    let report = carry_out(&deployment, &options, &command, |changes| ask(&options, changes)).await?;
    if options.json {
        print_line(serde_json::to_string_pretty(&report)?)?;
    } else {
        let outcome = json!(report.outcome);
        print_line(format_args!("{}: {}", report.subject, outcome.as_str().unwrap_or_default()))?;
        if !report.result.is_null() {
            print_line(serde_json::to_string_pretty(&report.result)?)?;
        }
    }
    ensure!(report.outcome != Outcome::Declined, "Nothing was changed.");
    Ok(())
}

/// Reads an integrator's secret, and notes in the audit log that it is shown, and not what it is.
pub async fn show_secret(
    deployment: &Deployment,
    options: &Options,
    client_id: &str,
    key: &str,
    version: Option<&str>,
) -> Result<String> {
    let shown = integrators::callback_secret(deployment, client_id, key, version).await?;
    let Deployment { now, actor, stack, .. } = deployment;
    let line = json!({ "shown": {
        "at": now,
        "actor": actor,
        "stack": stack,
        "command": "callback-secret",
        "subject": client_id,
        "generation": shown.generation,
    }});
    note(options, &line)?;
    Ok(shown.secret)
}

/// Finds out what to change, asks, changes it, and notes that in the audit log, even if the change failed half-way.
pub async fn carry_out(
    deployment: &Deployment,
    options: &Options,
    command: &Command,
    agreed: impl FnOnce(&[String]) -> Result<bool>,
) -> Result<Report> {
    let (name, plan) = match command {
        Command::RegisterIntegrator { file } => ("register-integrator", integrators::register(deployment, file).await?),
        Command::DisableIntegrator { client_id } => {
            ("disable-integrator", integrators::enable(deployment, client_id, false).await?)
        }
        Command::EnableIntegrator { client_id } => {
            ("enable-integrator", integrators::enable(deployment, client_id, true).await?)
        }
        Command::RotateKey { secret, from_version } => {
            let secret = secret.as_deref().context("name the secret, or give the stack's --outputs")?;
            ("rotate-key", signing_key::rotate(deployment, secret, from_version).await?)
        }
        Command::UnlockHolder { nik } => ("unlock-holder", holders::unlock(deployment, nik).await?),
        Command::RevokeDocument { name } => ("revoke-document", documents::revoke(deployment, name).await?),
        Command::ReplayDeadLetters { queue_url } => {
            let queue_url = queue_url.as_deref().context("name the queue, or give the stack's --outputs")?;
            ("replay-dead-letters", dead_letters::replay(deployment, queue_url).await?)
        }
        Command::Status { .. } | Command::CallbackSecret { .. } | Command::DeadLetters { .. } => {
            anyhow::bail!("this command changes nothing")
        }
    };
    let Plan { subject, changes, change } = plan;
    let mut report = Report {
        at: deployment.now,
        actor: deployment.actor.clone(),
        stack: deployment.stack.clone(),
        command: name,
        subject,
        changes,
        outcome: Outcome::Unchanged,
        result: Value::Null,
    };
    if report.changes.is_empty() {
        return Ok(report);
    }
    if options.dry_run {
        report.outcome = Outcome::DryRun;
        return Ok(report);
    }
    if !agreed(&report.changes)? {
        report.outcome = Outcome::Declined;
        return Ok(report);
    }
    // Noted before, so that there is no change without its line, and after, with how it ended.
    note(options, &json!({ "begun": report }))?;
    let changed = change().await;
    match changed {
        Ok(result) => {
            report.outcome = Outcome::Done;
            report.result = result;
            note(options, &json!({ "ended": report }))?;
            Ok(report)
        }
        Err(error) => {
            note(options, &json!({ "failed": report, "error": format!("{error:#}") }))?;
            Err(error)
        }
    }
}

/// Shows the changes and waits for a yes; where nobody can answer, `--yes` has to be there.
fn ask(options: &Options, changes: &[String]) -> Result<bool> {
    let mut terminal = std::io::stderr();
    for change in changes {
        writeln!(terminal, "  {change}")?;
    }
    if options.yes {
        return Ok(true);
    }
    ensure!(std::io::stdin().is_terminal(), "Nobody can be asked here: say --yes, or --dry-run.");
    write!(terminal, "Do this in {}? (yes/no) ", options.stack)?;
    terminal.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

fn note(options: &Options, line: &Value) -> Result<()> {
    if let Some(folder) = options.audit_log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().create(true).append(true).open(&options.audit_log);
    let mut file = file.with_context(|| format!("{} cannot be written", options.audit_log.display()))?;
    Ok(file.write_all(format!("{line}\n").as_bytes())?)
}

/// The owner of the credentials, according to AWS.
async fn caller(config: &SdkConfig) -> Result<String> {
    let identity = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let identity = identity.context("AWS does not say whose credentials these are: name an --actor")?;
    identity.arn.context("AWS does not say whose credentials these are")
}
