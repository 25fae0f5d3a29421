//! The pages of `clients/`, built before the function that serves them: see functions/serve-pages/build.rs.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::progress::Progress;
use crate::tools::Tools;

#[path = "../../../functions/serve-pages/sources.rs"]
pub mod sources;

/// Builds the pages, unless they are built from the sources as they are now. The build checks types and words, runs the unit tests,
/// and compresses.
pub async fn build(root: &Path) -> Result<()> {
    if sources::are_built(root)? {
        return Ok(());
    }
    let _turn = Tools::new(root).clients().await?;
    // Another run may have built them while this one waited for its turn.
    if sources::are_built(root)? {
        return Ok(());
    }
    eprintln!("Building the pages of clients/.");
    let _shown = Progress::start("building the pages");
    let digest = sources::digest(root)?;
    let built = Command::new("npm")
        .args(["run", "--silent", "build"])
        .current_dir(root.join("clients"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("npm does not start")?;
    ensure!(
        built.status.success(),
        "The pages cannot be built:\n{}{}",
        String::from_utf8_lossy(&built.stdout),
        String::from_utf8_lossy(&built.stderr)
    );
    let folder = root.join(sources::BUILT);
    ensure!(folder.join(sources::LIST).exists(), "the build of the pages has left no list of files");
    fs::write(folder.join(sources::STAMP), digest).context("the built pages cannot be marked")
}
