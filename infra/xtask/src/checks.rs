//! All checks of the project, in the order in which they fail fastest: what the README's test command and CI run.

use std::path::Path;

use anyhow::{Result, ensure};
use tokio::process::Command;

use crate::tools::Tools;

/// Runs everything; the first failure ends it.
pub async fn run() -> Result<()> {
    let root = crate::root();
    let tools = Tools::new(&root);
    let cargo = Path::new(env!("CARGO"));

    check(&root, "Formatting", cargo, &["fmt", "--all", "--check"]).await?;
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    check(&root, "Lints", cargo, &clippy).await?;
    // What the tests need is installed before them, so that none can be skipped.
    tools.cargo_lambda().await?;
    tools.mailbox().await?;
    tools.playwright().await?;
    tools.chromium().await?;
    let sam = tools.sam().await?;
    check(&root, "Deployment template", &sam, &["validate", "--lint"]).await?;
    check(&root, "Tests", cargo, &["test", "--workspace"]).await
}

async fn check(root: &Path, name: &str, program: &Path, arguments: &[&str]) -> Result<()> {
    println!("== {name}");
    let status = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .env("SAM_CLI_TELEMETRY", "0")
        .env("AWS_DEFAULT_REGION", "ap-southeast-3")
        .status()
        .await?;
    ensure!(status.success(), "{name}: not passed ({status}).");
    Ok(())
}
