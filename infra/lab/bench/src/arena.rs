//! Everything that the functions need to run, on ports of its own: database, officers' issuer, Lambda's emulator, and the
//! functions themselves, as they are packaged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use ikd::app::{Clock, SystemClock};
use jiff::SignedDuration;
use local::actors::{Integrator, KeyPair, Officer};
use local::personas::{self, BANK};
use local::stack::database::Database;
use local::stack::environment::{self, Secrets};
use local::stack::issuer::{self, Issuer};
use local::stack::{Ports, say};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use xtask::package::Builder;
use xtask::tools::Tools;

use crate::capture::Capture;
use crate::fleet::Fleet;
use crate::steps::{FLOOR, MeasuredStep, People};

/// The program that only hashes PINs.
pub const PIN_HASH: &str = "pin-hash";

/// They differ from the ports of the stack and of the tests.
pub const PORTS: Ports = Ports { api: 9200, functions: 9201, database: 8200, mailbox: 8205, issuer: 8206 };

/// Which builds of the functions are started.
#[derive(Clone, Copy)]
pub enum Builds {
    /// As they are packaged for Lambda.
    Packaged,
    /// The same with names in them.
    Named,
}

impl Builds {
    /// The program of a function.
    pub fn program(self, function: &str) -> PathBuf {
        let folder = match self {
            Self::Packaged => "target/lambda",
            Self::Named => NAMED,
        };
        xtask::root().join(folder).join(function).join("bootstrap")
    }
}

/// The package of the floor, and of the program that only hashes.
const YARDSTICKS: &str = "infra/lab/bench/floor";

/// Where builds with names are.
const NAMED: &str = "target/lambda-named";

/// A running arena. Dropping it ends every part of it.
pub struct Arena {
    pub builds: Builds,
    pub people: People,
    _database: Database,
    pub variables: Vec<(String, String)>,
    emulator: Option<Child>,
    functions: BTreeMap<String, Vec<Child>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Arena {
    /// Starts everything but the functions, which will find the database at a port: its own, or one of a proxy before it.
    pub async fn open(seen_at: u16, builds: Builds) -> Result<Self> {
        let root = xtask::root();
        let cargo_lambda = Tools::new(&root).cargo_lambda().await?;
        local::photographs::fetch().await?;
        let secrets = Secrets::for_test()?;
        // Nothing is sent by e-mail.
        let variables =
            environment::of_functions(&secrets, Ports { database: seen_at, ..PORTS }, "http://127.0.0.1:9", false)?;

        // On AWS a stream costs its writer nothing; here the cost grows with every record ever written.
        let mut database = Database::in_memory()?.without_streams();
        let mut tasks = vec![database.serve(PORTS.database).await?];
        database.create_tables(&root.join("infra/template.yaml"))?;
        let key = KeyPair::generate()?;
        database.register(&BANK.registered(&key)).await?;
        let (issuer, serving) = Issuer::start(KeyPair::generate()?, PORTS.issuer).await?;
        tasks.push(serving);

        let edge = PORTS.api_url()?;
        let captured = Arc::new(Capture::new(edge.clone()));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        // Longer than any run.
        let mut claims = issuer.claims("petugas-1", issuer::OFFICER_ROLE, clock.now());
        claims["exp"] = (clock.now() + SignedDuration::from_hours(1)).as_second().into();
        let officer = issuer.sign(&claims)?;
        let fleet = Fleet::new(Arc::new(database.clone()), captured.clone(), &variables)?;
        let bank = Integrator::new(captured.clone(), clock, BANK.client_id, key);
        let bank_token =
            fleet.integrator_token(&personas::BANK.registered(&bank.key), SignedDuration::from_mins(60))?;
        let people = People {
            fleet,
            officer: Officer::new(captured.clone(), officer.clone()),
            officer_token: officer,
            captured,
            bank,
            bank_token,
            http: reqwest::Client::new(),
            edge,
        };
        let emulator = start_emulator(&cargo_lambda).await?;
        Ok(Self {
            builds,
            people,
            _database: database,
            variables,
            emulator: Some(emulator),
            functions: BTreeMap::new(),
            tasks,
        })
    }

    /// Attaches instances of a function to the emulator.
    pub fn start(&mut self, function: &str, instances: usize) -> Result<()> {
        let program = self.builds.program(function);
        let running = self.functions.entry(function.to_owned()).or_default();
        for _ in 0..instances {
            let mut command = Command::new(&program);
            command
                .envs(self.variables.iter().map(|(name, value)| (name, value)))
                .envs(of_lambda(function, &format!("http://127.0.0.1:{}/.rt/{function}", PORTS.api)))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .kill_on_drop(true);
            running.push(command.spawn().with_context(|| format!("{function} does not start"))?);
        }
        Ok(())
    }

    /// Ends all instances of a function.
    pub async fn stop(&mut self, function: &str) -> Result<()> {
        for mut child in self.functions.remove(function).unwrap_or_default() {
            child.kill().await?;
        }
        Ok(())
    }

    /// The most memory that an instance of a function has had, in MiB.
    pub fn peak_memory(&self, function: &str) -> Result<f64> {
        let instances = self.functions.get(function).context("not started")?;
        let peaks = instances.iter().filter_map(|child| peak_memory(child.id()?).ok());
        peaks.reduce(f64::max).context("no instance runs")
    }

    /// The resident memory of all instances of a function, in MiB.
    pub fn memory(&self, function: &str) -> Result<f64> {
        let instances = self.functions.get(function).context("not started")?;
        instances.iter().map(|child| memory(child.id().context("it has ended")?, "VmRSS:")).sum()
    }

    /// Fails when a function has ended by itself.
    pub fn ensure_running(&mut self) -> Result<()> {
        for (function, children) in &mut self.functions {
            for child in children {
                if let Some(status) = child.try_wait()? {
                    bail!("{function} has ended by itself ({status})");
                }
            }
        }
        Ok(())
    }

    /// Ends the emulator, which ends only when asked.
    pub async fn close(mut self) {
        self.functions.clear();
        if let Some(mut emulator) = self.emulator.take() {
            if let Some(id) = emulator.id() {
                drop(Command::new("kill").args(["-TERM", &id.to_string()]).status().await);
            }
            if tokio::time::timeout(Duration::from_secs(5), emulator.wait()).await.is_err() {
                drop(emulator.kill().await);
            }
        }
        // Their ports are free for the next arena when they have ended.
        for task in self.tasks.drain(..) {
            task.abort();
            drop(task.await);
        }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Builds all functions as they are packaged.
pub async fn build_functions() -> Result<()> {
    say("Building the functions as they are packaged (the first time takes some ten minutes)");
    let names = function_names();
    Builder::new().await?.functions(&names.iter().map(String::as_str).collect::<Vec<_>>()).await
}

/// Builds the functions of some steps in the same way.
pub async fn build_functions_of(steps: &[MeasuredStep]) -> Result<()> {
    let names: BTreeSet<&str> = steps.iter().map(|step| step.function).collect();
    Builder::new().await?.functions(&names.into_iter().collect::<Vec<_>>()).await
}

/// Builds the floor, and the program that only hashes, in the same way.
pub async fn build_yardsticks() -> Result<()> {
    Builder::new().await?.build(YARDSTICKS, FLOOR.function, &[FLOOR.function, PIN_HASH], &["--release"]).await
}

/// Builds one function with names in it.
pub async fn build_with_names(function: &str) -> Result<()> {
    let folder = if function == FLOOR.function { YARDSTICKS.to_owned() } else { format!("functions/{function}") };
    let named = xtask::root().join(NAMED);
    let options = ["--profile", "profiling", "--lambda-dir", &named.to_string_lossy()];
    Builder::new().await?.build(&folder, function, &[function], &options).await
}

/// The names of all functions, in alphabetical order.
pub fn function_names() -> Vec<String> {
    let mut names: Vec<String> = catalogue::STEPS.iter().map(|step| step.name.to_owned()).collect();
    names.sort();
    names
}

/// What Lambda tells a function about itself.
pub fn of_lambda(function: &str, runtime_api: &str) -> [(&'static str, String); 6] {
    [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", function.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "none".to_owned()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "none".to_owned()),
    ]
}

/// The most memory that a process has had, in MiB (`VmHWM` of Linux).
pub fn peak_memory(process: u32) -> Result<f64> {
    memory(process, "VmHWM:")
}

fn memory(process: u32, name: &str) -> Result<f64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB").context("no kB")?.trim().parse()?;
    Ok(kilobytes / 1_024.0)
}

/// `cargo lambda watch` with Lambda's APIs alone: the functions are started here, without a compiler.
async fn start_emulator(cargo_lambda: &Path) -> Result<Child> {
    let emulator = Command::new(cargo_lambda)
        .args(["lambda", "watch", "--only-lambda-apis", "--invoke-address", "127.0.0.1"])
        .args(["--invoke-port", &PORTS.api.to_string(), "--disable-cors"])
        .current_dir(xtask::root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("cargo lambda watch does not start")?;
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(("127.0.0.1", PORTS.api)).await.is_ok() {
            return Ok(emulator);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("cargo lambda watch does not answer on port {}", PORTS.api)
}
