//! The peer: redeem-qr in Node.js, attached to the same Runtime API and database.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tokio::process::Command;
use xtask::progress::Progress;
use xtask::tools::Tools;

/// Where the peer is installed.
pub struct Peer(PathBuf);

impl Peer {
    /// Installs the peer's packages, unless they are there. Its Lambda client is built by C++ and CMake.
    pub async fn install() -> Result<Self> {
        let (source, folder) = (xtask::root().join("infra/lab/bench/peer"), xtask::root().join(".local/bench-peer"));
        std::fs::create_dir_all(&folder)?;
        let lock = |folder: &Path| std::fs::read(folder.join("package-lock.json")).unwrap_or_default();
        let installed = lock(&folder) == lock(&source)
            && folder.join("node_modules/aws-lambda-ric/dist/rapid-client.node").exists();
        for file in ["package.json", "package-lock.json", "index.mjs"] {
            std::fs::copy(source.join(file), folder.join(file))?;
        }
        if !installed {
            Tools::new(&xtask::root()).node_client_builders().await?;
            let _shown = Progress::start("installing the Node.js peer with npm");
            let output =
                Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder).output().await;
            let output = output.context("npm does not start")?;
            ensure!(
                output.status.success(),
                "npm could not install the peer:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(Self(folder))
    }

    /// The program, as Lambda's own image for Node.js starts it. Its client wants the Runtime API's address without a scheme.
    pub fn program(&self) -> Command {
        const START: &str = "AWS_LAMBDA_RUNTIME_API=${AWS_LAMBDA_RUNTIME_API#http://} \
            exec node node_modules/aws-lambda-ric/bin/index.mjs index.handler";

        let mut command = Command::new("sh");
        command.args(["-c", START]).current_dir(&self.0);
        command
    }
}
