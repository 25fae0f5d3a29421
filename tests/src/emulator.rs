//! Secrets Manager and SQS as an emulator of AWS (moto) plays them, in a process of its own.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, BufReader, copy, sink};
use tokio::process::{Child, Command};
use xtask::tools::Tools;

/// The emulator, for as long as it lives.
pub struct Emulator {
    pub endpoint: String,
    _process: Child,
}

impl Emulator {
    /// Starts it on any port, and waits until it says on which.
    pub async fn start() -> Result<Self> {
        const PATIENCE: Duration = Duration::from_mins(1);
        const SAYS: &str = "Running on ";

        let python = Tools::new(&xtask::root()).aws_emulator().await?;
        let mut process = Command::new(python)
            .args(["-m", "moto.server", "--host", "127.0.0.1", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the emulator does not start")?;
        let mut lines = BufReader::new(process.stderr.take().context("the emulator is mute")?).lines();
        let endpoint = async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, address)) = line.split_once(SAYS) {
                    return Ok(address.trim().to_owned());
                }
            }
            anyhow::bail!("the emulator has ended")
        };
        let endpoint = tokio::time::timeout(PATIENCE, endpoint).await.context("the emulator does not answer")??;
        // Without this it would wait for a reader of its further output.
        tokio::spawn(async move { copy(&mut lines.into_inner(), &mut sink()).await });
        Ok(Self { endpoint, _process: process })
    }
}
