//! The programs beside our own: the mailbox, the officers' issuer and `cargo lambda watch`. They end with us.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;
use tokio::process::{Child, Command};
use xtask::progress::Build;

use super::{Place, Ports, issuer};

/// Where `npm run dev` serves the pages while somebody works on them.
const PAGES_BEING_WRITTEN: &str = "http://127.0.0.1:5173";

/// Programs that run for the stack.
#[derive(Default)]
pub struct Processes(Vec<(&'static str, Child)>);

/// Builds the pages and all functions, so that their first requests do not wait for a compiler. `cargo lambda watch` builds them
/// itself, too, and finds that done.
pub async fn build_functions(root: &Path) -> Result<()> {
    xtask::pages::build(root).await?;
    let programs = catalogue::STEPS.map(|step| step.name);
    Build { what: "the functions", root, programs: &programs, options: &[] }.run().await?;
    Ok(())
}

impl Processes {
    pub fn start_mailbox(&mut self, program: &Path, port: u16) -> Result<()> {
        let mut command = Command::new("node");
        command.arg(program).args(["--host", "127.0.0.1", "--port", &port.to_string()]).stdout(Stdio::null());
        self.start("mailbox", command)
    }

    /// The officers' issuer. The console may ask it, wherever it is served.
    pub fn start_issuer(&mut self, library: &Path, place: &Place, ports: Ports) -> Result<()> {
        let settings = json!({
            "address": issuer::address(ports.issuer),
            "audience": issuer::AUDIENCE,
            "client": issuer::CLIENT,
            "role": issuer::OFFICER_ROLE,
            "origins": [ports.api_url()?.origin().ascii_serialization(), PAGES_BEING_WRITTEN],
            "modules": library,
        });
        let logs = std::fs::File::create(place.folder.join("issuer.log"))?;
        let mut command = Command::new("node");
        command
            .arg(place.root.join("infra/local/issuer/server.mjs"))
            .env("ISSUER", settings.to_string())
            .stdout(logs.try_clone()?)
            .stderr(logs);
        self.start("officers' issuer", command)
    }

    pub fn start_functions(&mut self, cargo_lambda: &Path, place: &Place, env_file: &Path, port: u16) -> Result<()> {
        // No --timeout: it would cut the functions' own wait for their next request, and end them when they idle.
        let logs = std::fs::File::create(place.folder.join("functions.log"))?;
        let mut command = Command::new(cargo_lambda);
        command
            .args(["lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", &port.to_string()])
            .args(["--ignore-changes", "--disable-cors", "--concurrency", "2", "--env-file"])
            .arg(env_file)
            .current_dir(&place.root)
            .stdout(logs.try_clone()?)
            .stderr(logs);
        self.start("cargo lambda watch", command)
    }

    /// Fails with a sentence when a program has ended by itself.
    pub fn ensure_running(&mut self) -> Result<()> {
        for (name, child) in &mut self.0 {
            if let Some(status) = child.try_wait()? {
                bail!("The {name} has ended by itself ({status}).");
            }
        }
        Ok(())
    }

    /// Asks every program to end, and waits for it. `cargo lambda watch` ends its functions only when asked.
    pub async fn end(&mut self) {
        for (_, child) in &mut self.0 {
            if let Some(id) = child.id() {
                let asked = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
                let ended = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
                if asked.is_err() || ended.is_err() {
                    // A program that does not react is killed.
                    drop(child.kill().await);
                }
            }
        }
        self.0.clear();
    }

    fn start(&mut self, name: &'static str, mut command: Command) -> Result<()> {
        let child = command
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("The {name} cannot be started"))?;
        self.0.push((name, child));
        Ok(())
    }
}
