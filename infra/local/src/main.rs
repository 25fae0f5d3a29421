//! `local`: the local stack, the demo, and tokens to try with. `cargo xtask up`, `demo`, `token` and `serve-database` call it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use ikd::app::{Clock, SystemClock};
use local::actors::{HttpApi, Integrator};
use local::demo::{self, Options};
use local::deployed::{self, Deployment, check};
use local::sandbox::{self, Holder};
use local::stack::database::Database;
use local::stack::mailbox::Mailbox;
use local::stack::{self, Place, Ports, Setup, Stack};
use operator_base::asked_to_end;

/// The service on this machine.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
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
        /// Add this to the number of every port, so that another stack can run beside it.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(..50_000))]
        ports_higher_by: u16,
    },
    /// Plays the whole procedure, on a running stack or on one of its own.
    Demo {
        /// Wait out a QR code's 90 seconds, too.
        #[arg(long)]
        expiry: bool,
        /// Print the transcript as one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Deploys the packages to an emulator of AWS, and lives through the whole procedure there.
    Deployed {
        /// Deploy, and keep the stack until Ctrl-C.
        #[arg(long)]
        keep: bool,
    },
    /// Prints an access token of the running stack, to try the API with.
    Token {
        #[command(subcommand)]
        who: Who,
    },
    /// Plays the people whom an integration or an app needs on the running stack: see docs/integrating.md, docs/mobile.md.
    Sandbox {
        #[command(subcommand)]
        part: Part,
    },
    /// Serves the stack's database alone until Ctrl-C, with its tables and nothing in them.
    ServeDatabase {
        #[arg(long, default_value_t = Ports::DEFAULT.database)]
        port: u16,
        /// The file that keeps it; without it, in memory.
        #[arg(long)]
        file: Option<PathBuf>,
    },
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

#[derive(Subcommand)]
enum Part {
    /// Prints the QR code that a holder shows, to redeem it.
    Code {
        /// Who shows it; each one's code becomes something else.
        #[arg(default_value = "siti")]
        holder: Holder,
    },
    /// Prints the QR code of a holder who wants to be asked.
    Ask {
        #[arg(default_value = "siti")]
        holder: Holder,
    },
    /// Answers for a holder who is asked, and prints what became of the code.
    Answer {
        holder: Holder,
        /// The digits that the clerk says, or `refuse`.
        answer: String,
    },
    /// Prints a selfie that the registry's photographs match, as base64, to register with.
    Selfie,
    /// Approves a registration as an officer, follows the e-mail's link as a browser, and prints the activation code.
    Admit {
        /// The text of the ticket that the phone shows.
        ticket: String,
        /// The address that the phone registered with.
        email: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Up { fresh, ports_higher_by } => up(fresh, Ports::DEFAULT.higher_by(ports_higher_by)).await,
        Command::Demo { expiry, json } => demo(expiry, json).await,
        Command::Deployed { keep } => deployed(keep).await,
        Command::Token { who } => token(who).await,
        Command::Sandbox { part } => play(part).await,
        Command::ServeDatabase { port, file } => serve_database(port, file).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn up(fresh: bool, ports: Ports) -> Result<()> {
    let mut stack = tokio::select! {
        stack = Stack::up(Place::named("stack"), ports, Setup { fresh, limited: true, ..Setup::default() }) => stack?,
        () = asked_to_end() => bail!("Ended before everything was up."),
    };
    println!("The app          {}", ports.app_url()?);
    println!("The console      {}", ports.office_url()?);
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
    let options = Options { expiry, silence: true, quiet: json };
    let api = Arc::new(HttpApi::new(ports.api_url()?)?);
    let transcript = if stack::is_running(ports).await {
        demo::run(api, ports, &place, &Mailbox::at(ports.mailbox)?, options).await
    } else {
        let mut stack = tokio::select! {
            stack = Stack::up(place.clone(), ports, Setup { limited: true, ..Setup::default() }) => stack?,
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

async fn deployed(keep: bool) -> Result<()> {
    let tried = async {
        if !keep {
            return check::run().await;
        }
        let deployment = Deployment::start(&deployed::Setup::default()).await?;
        println!("API              {}", deployment.api_url);
        println!("AWS              {}", deployment.aws_url());
        println!("Officer's token  {}", deployment.people()?.officer_token);
        println!("\nCtrl-C ends everything.");
        std::future::pending::<()>().await;
        deployment.stop().await
    };
    // What is dropped ends its programs.
    tokio::select! {
        tried = tried => tried,
        () = asked_to_end() => bail!("Ended before everything was tried."),
    }
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

async fn play(part: Part) -> Result<()> {
    let ports = Ports::DEFAULT;
    if !stack::is_running(ports).await {
        bail!("No stack is running: start one with `cargo xtask up`.");
    }
    let said = match part {
        Part::Code { holder } => sandbox::code(ports, &Place::named("stack"), holder).await?,
        Part::Ask { holder } => sandbox::code_to_ask(ports, &Place::named("stack"), holder).await?,
        Part::Answer { holder, answer } => sandbox::answer(ports, &Place::named("stack"), holder, &answer).await?,
        Part::Selfie => sandbox::selfie()?,
        Part::Admit { ticket, email } => sandbox::admit(ports, &ticket, &email).await?,
    };
    println!("{said}");
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
