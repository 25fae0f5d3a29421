//! `operator`: what operators of a deployment do by hand. See docs/operations.md and docs/registry.md.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use clap::{Parser, Subcommand};
use operator::output::print_line;
use operator::registry::commands::{self, ImportArguments, SynthesiseArguments};
use operator::{Options, StackDescription, asked_to_end, aws, deployment, receipts, signing_secret};

/// What operators of a deployment do by hand.
#[derive(Parser)]
#[command(name = "operator")]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Deployment(deployment::Command),
    /// Brings a file of residents into the registry's table: see docs/registry.md.
    ImportResidents(ImportArguments),
    /// Makes residents up, to try an import with.
    SynthesiseResidents(SynthesiseArguments),
    /// Checks the chains of receipts in a table: whether any receipt was taken out or altered.
    VerifyReceipts {
        /// Without it, the stack's.
        #[arg(long)]
        table: Option<String>,
    },
    /// Prints a new secret to sign tokens with, as SigningSecretArn of the template wants it.
    SigningSecret {
        /// Rotate the one of the standard input instead.
        #[arg(long)]
        rotate: bool,
    },
    /// Brings the weights of the face engine here, for the layer that the template makes of them, and says where they are.
    FetchFaceWeights {
        /// The folder that `.local/faces` lies in: a checkout's.
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(Arguments { mut options, mut command }: Arguments) -> Result<()> {
    if let Some(file) = &options.outputs {
        let stack = StackDescription::read(file)?;
        match &mut command {
            Command::Deployment(command) => command.complete(&stack),
            Command::ImportResidents(arguments) => arguments.complete(&stack),
            _ => {}
        }
        options.stack = stack.name;
    }
    match command {
        Command::Deployment(command) => deployment::run(options, command).await,
        Command::ImportResidents(arguments) => import_residents(&options, arguments).await,
        Command::SynthesiseResidents(arguments) => commands::synthesise(&arguments),
        Command::VerifyReceipts { table } => {
            verify_receipts(&options, &table.unwrap_or_else(|| options.table("receipts"))).await
        }
        Command::SigningSecret { rotate } => signing_secret::run(rotate),
        Command::FetchFaceWeights { folder } => fetch_face_weights(&folder).await,
    }
}

/// Ctrl-C ends an import after the rows that are on their way.
async fn import_residents(options: &Options, arguments: ImportArguments) -> Result<()> {
    let stop = Arc::<AtomicBool>::default();
    let asked = stop.clone();
    let listening = tokio::spawn(async move {
        asked_to_end().await;
        asked.store(true, Ordering::Relaxed);
    });
    let imported = commands::import(options, arguments, stop).await;
    listening.abort();
    imported
}

async fn verify_receipts(options: &Options, table: &str) -> Result<()> {
    let config = aws::config(options.endpoint.as_deref()).await;
    let verified = receipts::verify(&aws_sdk_dynamodb::Client::new(&config), table).await?;
    for broken in &verified.broken {
        print_line(broken)?;
    }
    let (chains, receipts, broken) = (verified.chains, verified.receipts, verified.broken.len());
    print_line(format_args!("{chains} chains with {receipts} receipts, {broken} broken"))?;
    anyhow::ensure!(verified.broken.is_empty(), "Not all chains hold.");
    Ok(())
}

async fn fetch_face_weights(folder: &std::path::Path) -> Result<()> {
    print_line(face_lab::weights::fetch(folder).await?.display())
}
