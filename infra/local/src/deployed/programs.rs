//! The programs of a deployment: the emulator, the proxy that makes faults, and the deployer. They end with us.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use url::Url;

/// How long a program may take to answer at first.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long one command of the deployer may take.
const COMMAND: Duration = Duration::from_mins(3);

/// Where the programs keep their files, under the git-ignored `.local`: gone with the deployment.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    /// The Python that has everything.
    python: PathBuf,
}

impl Place {
    /// A folder of its own for the deployment whose emulator has this port.
    pub fn new(python: PathBuf, port: u16) -> Result<Self> {
        let folder = xtask::root().join(".local/deployed").join(port.to_string());
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, python })
    }

    /// Runs a script to its end with something to read, as JSON, and gives what it printed, as JSON. What it says on the
    /// standard error is the failure.
    pub async fn python(&self, arguments: &[&str], input: &Value) -> Result<Value> {
        let mut child = Command::new(&self.python)
            .args(arguments)
            .current_dir(xtask::root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("Python does not start")?;
        let mut stdin = child.stdin.take().context("Python has no standard input")?;
        stdin.write_all(input.to_string().as_bytes()).await?;
        drop(stdin);
        let ended = tokio::time::timeout(COMMAND, child.wait_with_output()).await;
        let output = ended.with_context(|| format!("{} takes too long", arguments.join(" ")))??;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim_end());
        serde_json::from_slice(&output.stdout).context("Python printed no JSON")
    }

    /// Starts a module that runs until it is dropped.
    pub fn hold(&self, module: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Held> {
        let log = self.folder.join(format!("{module}.log"));
        let output = File::create(&log)?;
        let child = Command::new(&self.python)
            .args(["infra/lab/deployed/held.py", module])
            .args(arguments)
            .current_dir(xtask::root())
            .env("TMPDIR", &self.folder)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("{module} does not start"))?;
        Ok(Held { module: module.to_owned(), child, log })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be removed is only in the way of nobody.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// A running module, which ends when its standard input does: with this.
pub struct Held {
    module: String,
    child: Child,
    log: PathBuf,
}

impl Held {
    /// Waits until an address answers.
    pub async fn answers(&mut self, address: &Url) -> Result<()> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
        let asked = async {
            while !http.get(address.clone()).send().await.is_ok_and(|answer| answer.status().is_success()) {
                if let Some(status) = self.child.try_wait()? {
                    bail!("{} has ended ({status}):\n{}", self.module, self.last_lines());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, asked).await.with_context(|| format!("{} does not answer", self.module))?
    }

    /// Ends it, and waits until it is gone.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        self.child.wait().await?;
        Ok(())
    }

    fn last_lines(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
    }
}

/// The emulator of AWS.
pub struct Emulator(Held);

impl Emulator {
    /// Starts it on a port; `aws` is where its functions find AWS.
    pub async fn start(place: &Place, port: u16, aws: &Url) -> Result<Self> {
        let mut held = place.hold(
            "ministack.app",
            &[],
            &[
                ("GATEWAY_PORT", &port.to_string()),
                ("BIND_HOST", "127.0.0.1"),
                ("AWS_ENDPOINT_URL", aws.as_str().trim_end_matches('/')),
                ("MINISTACK_REGION", "ap-southeast-3"),
                ("AUTH", "true"),
                // The key of the account's owner.
                ("AWS_ACCESS_KEY_ID", "local"),
                ("AWS_SECRET_ACCESS_KEY", "local"),
                ("SFTP_ENABLED", "0"),
                ("IOT_MTLS_ENABLED", "0"),
                ("LOG_LEVEL", "WARNING"),
            ],
        )?;
        held.answers(&address(port)?.join("/_ministack/health")?).await?;
        Ok(Self(held))
    }

    pub async fn stop(self) -> Result<()> {
        self.0.stop().await
    }
}

/// A port that nothing listens on.
pub async fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port())
}

/// The address of a port on this machine.
pub fn address(port: u16) -> Result<Url> {
    Ok(Url::parse(&format!("http://127.0.0.1:{port}"))?)
}
