//! `cargo xtask`: checks, packages, fuzzing and the picture, and the commands of the workspace's other programs, which it
//! hands on.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use xtask::engine::{self, Engine, Part};
use xtask::{checks, fuzz, generate, handing_on, new_step, package, pages, release, walkthrough};

/// The developer's command.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the local stack up and keeps it running until Ctrl-C.
    Up(Rest),
    /// Plays the whole procedure, on a running stack or on one of its own.
    Demo(Rest),
    /// Deploys the packages to an emulator of AWS, and lives through the whole procedure there.
    Deployed {
        /// Deploy, and keep the stack until Ctrl-C.
        #[arg(long)]
        keep: bool,
    },
    /// Prints an access token of the running stack, to try the API with.
    Token(Rest),
    /// Plays the people whom an integration or an app needs on the running stack: see docs/integrating.md, docs/mobile.md.
    Sandbox(Rest),
    /// Serves the stack's database alone until Ctrl-C, with its tables and nothing in them.
    ServeDatabase(Rest),
    /// Runs all checks.
    Test {
        /// Instead, run the in-process tests on another DynamoDB engine: see docs/engines.md.
        #[arg(long, value_enum)]
        engine: Option<Engine>,
        /// Only the part of them that belongs to all checks.
        #[arg(long, requires = "engine")]
        bounded: bool,
    },
    /// Fuzzes the parsers, each for some time.
    Fuzz {
        /// One target of tests/fuzz/fuzz_targets, instead of all.
        target: Option<String>,
        /// How long each of them.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Builds the pages in clients/, unless nothing has changed. Every command that needs them does so by itself.
    Pages,
    /// Builds the functions as they are deployed, and compares what they weigh with their budgets.
    Package {
        /// Only these.
        functions: Vec<String>,
        /// Take what they weigh now, and a little more, as their budgets.
        #[arg(long, conflicts_with = "functions")]
        set_budgets: bool,
    },
    /// Writes the beginning of a step: see docs/architecture.md, "How to add a step".
    NewStep {
        /// In lower case with hyphens, as `mint-qr`.
        name: String,
    },
    /// Writes what follows from the steps' declarations: see docs/architecture.md.
    Generate,
    /// Renews the pictures of docs/walkthrough.md from those that the browser tests made last: see there.
    Walkthrough,
    /// Builds what operators get of this version into artifacts/release: see .github/CONTRIBUTING.md.
    Release {
        /// Replace the release of this version.
        #[arg(long)]
        force: bool,
    },
    /// Measures the functions as they are packaged, and writes docs/performance.md: see there.
    Bench(Rest),
    /// Measures the face engine on labelled pairs of photographs: see docs/face.md.
    CalibrateFaces(Rest),
    /// Computes what a month costs, from measurements and AWS's prices, and writes it into docs/operations.md.
    Cost,
    /// Brings the weights of the face engine here, and photographs to try it with, and says where the weights are.
    FetchFaceWeights(Rest),
    /// Prints a new secret to sign tokens with, as SigningSecretArn of the template wants it.
    SigningSecret(Rest),
    /// Brings a file of residents into the registry's table: see docs/registry.md.
    ImportResidents(Rest),
    /// Makes residents up, to try an import with.
    SynthesiseResidents(Rest),
    /// Checks the chains of receipts in a table: whether any receipt was taken out or altered.
    VerifyReceipts(Rest),
    /// Changes what operators change by hand, and shows the state of a deployment: see docs/operations.md.
    #[command(visible_alias = "operator")]
    Ops(Rest),
}

#[derive(Args)]
#[command(disable_help_flag = true)]
struct Rest {
    /// Handed on as they are; `--help` says what there is.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Rest {
    /// Hands them on to a program of the workspace, behind its own command.
    async fn to(&self, program: &str, command: &str) -> Result<()> {
        handing_on::become_program(program, &[], &self.behind(command)).await
    }

    /// Hands them on to the local stack, which starts the functions.
    async fn to_stack(&self, command: &str) -> Result<()> {
        handing_on::become_local_stack(&self.behind(command)).await
    }

    fn behind(&self, command: &str) -> Vec<OsString> {
        [&[command.into()], &*self.arguments].concat()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Up(rest) => rest.to_stack("up").await,
        Command::Demo(rest) => rest.to_stack("demo").await,
        Command::Deployed { keep } => deployed(keep).await,
        Command::Token(rest) => rest.to("local", "token").await,
        Command::Sandbox(rest) => rest.to("local", "sandbox").await,
        Command::ServeDatabase(rest) => rest.to("local", "serve-database").await,
        Command::Test { engine: None, .. } => checks::run().await,
        Command::Test { engine: Some(engine), bounded } => {
            engine::run(engine, if bounded { Part::Bounded } else { Part::Whole }).await
        }
        Command::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds).await,
        Command::Pages => pages::build(&xtask::root()).await,
        Command::Package { functions, set_budgets } => package::run(&functions, set_budgets).await,
        Command::NewStep { name } => new_step::run(&xtask::root(), &name),
        Command::Generate => generate::run(&xtask::root()),
        Command::Walkthrough => walkthrough::renew(&xtask::root()),
        Command::Release { force } => release::run(force).await,
        // The load's generator is built for release, too: it shares the machine with what it measures.
        Command::Bench(rest) => {
            handing_on::become_program("bench", &["--release", "--package", "bench"], &rest.arguments).await
        }
        Command::CalibrateFaces(rest) => rest.to("face-lab", "calibrate").await,
        Command::Cost => handing_on::become_program("cost", &[], &[]).await,
        Command::FetchFaceWeights(rest) => rest.to("face-lab", "fetch").await,
        Command::SigningSecret(rest) => rest.to("operator", "signing-secret").await,
        Command::ImportResidents(rest) => rest.to("operator", "import-residents").await,
        Command::SynthesiseResidents(rest) => rest.to("operator", "synthesise-residents").await,
        Command::VerifyReceipts(rest) => rest.to("operator", "verify-receipts").await,
        Command::Ops(rest) => handing_on::become_program("operator", &[], &rest.arguments).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the packages, and hands them to what deploys them.
async fn deployed(keep: bool) -> Result<()> {
    package::build(&[]).await?;
    let mut arguments = vec![OsString::from("deployed")];
    arguments.extend(keep.then(|| "--keep".into()));
    handing_on::become_program("local", &[], &arguments).await
}
