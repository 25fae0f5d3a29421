//! The local stack: every part of the service on this machine, real but for AWS itself.

mod clock;
pub mod database;
pub mod dynamodb;
pub mod environment;
mod gateway;
pub mod issuer;
pub mod mail_events;
pub mod mailbox;
mod processes;
pub mod stream_pump;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;
use xtask::progress::Progress;
use xtask::tools::Tools;

use crate::actors::KeyPair;
use crate::{personas, photographs};
use database::Database;
use environment::Secrets;
use mailbox::Mailbox;
use stream_pump::Pump;

/// Where the parts listen, on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// The gateway, which callers reach.
    pub api: u16,
    /// `cargo lambda watch` behind it.
    pub functions: u16,
    pub database: u16,
    pub mailbox: u16,
    pub issuer: u16,
}

impl Ports {
    /// For people: what the README names.
    pub const DEFAULT: Self = Self { api: 9000, functions: 9001, database: 8000, mailbox: 8005, issuer: 8006 };
    /// For the tests, which must not disturb a stack that somebody works with.
    pub const TESTS: Self = Self { api: 9100, functions: 9101, database: 8100, mailbox: 8105, issuer: 8106 };

    /// The same, each higher by a number, for a stack beside another one.
    #[must_use]
    pub const fn higher_by(self, number: u16) -> Self {
        let Self { api, functions, database, mailbox, issuer } = self;
        Self {
            api: api + number,
            functions: functions + number,
            database: database + number,
            mailbox: mailbox + number,
            issuer: issuer + number,
        }
    }

    fn all(self) -> [(&'static str, u16); 5] {
        [
            ("API", self.api),
            ("functions", self.functions),
            ("database", self.database),
            ("mailbox", self.mailbox),
            ("officers' issuer", self.issuer),
        ]
    }

    pub fn api_url(self) -> Result<Url> {
        Ok(Url::parse(&format!("http://127.0.0.1:{}", self.api))?)
    }

    /// The resident's app.
    pub fn app_url(self) -> Result<Url> {
        Ok(self.api_url()?.join("/app")?)
    }

    /// The officers' console.
    pub fn office_url(self) -> Result<Url> {
        Ok(self.api_url()?.join("/office")?)
    }

    /// Where a function is invoked without a request, as a stream does.
    pub fn invocation_url(self, function: &str) -> Result<Url> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        Ok(Url::parse(&format!("http://127.0.0.1:{}", self.functions))?.join(&path)?)
    }
}

/// Where a stack keeps what must outlive it, under the git-ignored `.local`.
#[derive(Clone, Debug)]
pub struct Place {
    root: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// The folder of that name, as `stack`, or `test-stack`.
    pub fn named(name: &str) -> Self {
        let root = xtask::root();
        let folder = root.join(".local").join(name);
        Self { root, folder }
    }

    pub fn integrator_key(&self, client_id: &str) -> Result<KeyPair> {
        environment::key_pair(&self.folder.join("integrators").join(format!("{client_id}.pem")))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// How to bring a stack up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setup {
    /// With an empty database and new keys.
    pub fresh: bool,
    /// With functions that log as much as they can.
    pub verbose: bool,
    /// With routes that take as many requests a second as in a city, and no more.
    pub limited: bool,
}

/// A running stack. Dropping it ends every part of it.
pub struct Stack {
    pub ports: Ports,
    pub place: Place,
    pub mailbox: Mailbox,
    processes: processes::Processes,
    tasks: Vec<JoinHandle<()>>,
    pumps: Vec<Pump>,
}

impl Stack {
    /// Brings everything up, and says on stderr what it does as it goes.
    pub async fn up(place: Place, ports: Ports, setup: Setup) -> Result<Self> {
        for (part, port) in ports.all() {
            ensure_free(part, port).await?;
        }
        if setup.fresh && place.folder.exists() {
            std::fs::remove_dir_all(&place.folder).context("the old data cannot be removed")?;
        }
        std::fs::create_dir_all(&place.folder)?;

        let tools = Tools::new(&place.root);
        let (cargo_lambda, mailbox_program) = (tools.cargo_lambda().await?, tools.mailbox().await?);
        let issuer_library = tools.oidc_provider().await?;
        processes::build_functions(&place.root).await?;

        say("Starting the database, the officers' issuer and the mailbox");
        let mut database = Database::open(&place.folder.join("database.sqlite"))?;
        let mut tasks = vec![database.serve(ports.database).await?];
        database.create_tables(&place.root.join("infra/template.yaml"))?;
        photographs::fetch().await?;
        database.seed(&personas::residents()?).await?;
        for organisation in personas::ORGANISATIONS {
            database.register(&organisation.registered(&place.integrator_key(organisation.client_id)?)).await?;
        }
        let mut processes = processes::Processes::default();
        processes.start_issuer(&issuer_library, &place, ports)?;
        processes.start_mailbox(&mailbox_program, ports.mailbox)?;
        let secrets = Secrets::read_or_make(&place.folder)?;
        let (ses, serving) = mail_events::start(ports).await?;
        tasks.push(serving);
        let variables = environment::of_functions(&secrets, ports, &ses, setup.verbose)?;
        let env_file = environment::write(&place.folder.join("functions.env"), &variables)?;
        say("Starting the functions under cargo lambda watch");
        processes.start_functions(&cargo_lambda, &place, &env_file, ports.functions)?;
        let before = gateway::Setup {
            functions: Url::parse(&format!("http://127.0.0.1:{}", ports.functions))?,
            officers: issuer::verifier(issuer::address(ports.issuer)),
            limited: setup.limited,
        };
        tasks.push(gateway::serve(TcpListener::bind(("127.0.0.1", ports.api)).await?, before)?);

        let mailbox = Mailbox::at(ports.mailbox)?;
        let mut stack = Self { ports, place, mailbox, processes, tasks, pumps: Vec::new() };
        stack.wait_until_ready().await?;
        for mapping in stream_pump::mappings() {
            stack.pumps.push(stream_pump::start(mapping, database.clone(), ports)?);
        }
        for (step, minutes) in catalogue::schedules() {
            stack.tasks.push(clock::start(step.name, minutes, ports)?);
        }
        stack.tasks.push(database.sweep()?);
        Ok(stack)
    }

    /// Waits until the ordered e-mails, receipts and erasures are done, a minute at most.
    pub async fn work_off(&mut self) -> Result<()> {
        let worked_off = async {
            for pump in &mut self.pumps {
                pump.rest().await?;
            }
            Ok(())
        };
        tokio::time::timeout(Duration::from_mins(1), worked_off).await.context("the streams are not worked off")?
    }

    /// Ends every part, and waits until the programs are gone.
    pub async fn down(mut self) {
        self.pumps.clear();
        self.processes.end().await;
    }

    /// Fails with a sentence when one of the programs has ended by itself.
    pub fn ensure_running(&mut self) -> Result<()> {
        self.processes.ensure_running()
    }

    /// Waits until one of the programs ends by itself.
    pub async fn watch(&mut self) -> Result<()> {
        loop {
            self.ensure_running()?;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build()?;
        let keys = self.ports.api_url()?.join("/.well-known/jwks.json")?;
        let _shown = Progress::start("waiting for the functions, the mailbox and the officers' issuer");
        for _ in 0..120 {
            self.processes.ensure_running()?;
            let answered = http.get(keys.clone()).send().await.is_ok_and(|answer| answer.status().is_success());
            if answered && self.mailbox.is_ready().await && issuer::is_ready(self.ports.issuer).await {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        bail!("The functions do not answer on port {}; their output is above.", self.ports.api)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Whether a stack of ours answers on the default ports.
pub async fn is_running(ports: Ports) -> bool {
    let Ok(client) = reqwest::Client::builder().timeout(Duration::from_secs(10)).build() else { return false };
    let Ok(url) = ports.api_url().and_then(|url| Ok(url.join("/.well-known/jwks.json")?)) else { return false };
    client.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
}

/// One line about what is going on.
pub fn say(line: &str) {
    eprintln!("· {line}");
}

async fn ensure_free(part: &str, port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)).await {
        Ok(_) => Ok(()),
        Err(error) => bail!("Port {port} for the {part} is taken ({error}); end what listens there and try again."),
    }
}
