//! The scripts of tests/browser, which play people at their browsers.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::process::Command;
use xtask::tools::Tools;

/// Plays a script. It reads one JSON object from the variable that is called as it is, and ends with a stack trace at the first
/// thing that is not as it should be.
pub async fn play(script: &str, mut given: Value) -> Result<()> {
    let root = xtask::root();
    let (tools, screenshots) = (Tools::new(&root), root.join("artifacts"));
    std::fs::create_dir_all(&screenshots)?;
    // Where pages were built before, what they were built with may be gone.
    drop(tools.clients().await?);
    given["screenshots"] = json!(screenshots);
    given["chromium"] = json!(tools.chromium().await?);
    given["modules"] = json!(root.join("clients/node_modules"));
    given["tools"] = json!(tools.playwright().await?);
    let file = root.join("tests/browser").join(Path::new(script).with_extension("mjs"));
    let mut node = Command::new("node");
    // What goes on beside it may fail first.
    let node = node.arg(file).env(script.to_uppercase(), given.to_string()).kill_on_drop(true);
    let output = node.output().await.context("node cannot be started")?;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    ensure!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
