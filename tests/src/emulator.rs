//! Secrets Manager and SQS as an emulator of AWS (moto) plays them, in a process of its own.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use xtask::tools::Tools;

/// The emulator, for as long as it lives.
pub struct Emulator {
    pub endpoint: String,
    _process: Child,
}

impl Emulator {
    pub async fn start() -> Result<Self> {
        const PATIENCE: Duration = Duration::from_mins(1);

        let python = Tools::new(&xtask::root()).aws_emulator().await?;
        let address = TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?;
        let mut process = Command::new(python)
            .args(["-m", "moto.server", "--host", "127.0.0.1", "--port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("the emulator does not start")?;
        let answers = async {
            while TcpStream::connect(address).await.is_err() {
                if let Some(status) = process.try_wait()? {
                    bail!("the emulator has ended: {status}");
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, answers).await.context("the emulator does not answer")??;
        Ok(Self { endpoint: format!("http://{address}"), _process: process })
    }
}
