//! Programs that the operating system's packages bring.

use std::{path::Path, process::Stdio};

use anyhow::{Context, Result, anyhow, bail};
use tokio::process::Command;

use super::find_on_path;
use super::install::{lock, run};
use crate::progress::Progress;

/// Packages of Debian's.
pub(super) struct SystemPackages {
    /// What they bring, in a word.
    pub name: &'static str,
    pub packages: &'static [&'static str],
    /// The sentence that says who needs them, and what to do.
    pub missing: &'static str,
}

impl SystemPackages {
    /// Gives what is found. While nothing is, installs the packages, when this user may do so. Other runs that install any
    /// wait at a lock in a folder.
    pub async fn install_unless<T>(&self, find: impl Fn() -> Option<T>, locks: &Path) -> Result<T> {
        let Self { name, packages, missing } = self;
        if let Some(found) = find() {
            return Ok(found);
        }
        let Some(apt) = find_on_path("apt-get") else { bail!("{missing}") };
        let root = run(Command::new("id").arg("-u"), Stdio::null()).await;
        let sudo = root.is_ok_and(|id| id.trim() != "0");
        if sudo && run(Command::new("sudo").args(["-n", "true"]), Stdio::null()).await.is_err() {
            bail!("{missing}");
        }

        let lock = lock(locks.join("apt-get.lock"), "the system's packages").await?;
        if let Some(found) = find() {
            return Ok(found);
        }
        eprintln!("Installing {name} with apt-get, once; this takes a minute or two.");
        let _shown = Progress::start(&format!("installing {name}"));
        for (action, packages) in
            [(&["update"][..], &[][..]), (&["install", "--yes", "--no-install-recommends"], packages)]
        {
            let mut command = Command::new(if sudo { "sudo" } else { "env" });
            command.args(sudo.then_some(["-n", "env"]).iter().flatten());
            command
                .arg("DEBIAN_FRONTEND=noninteractive")
                .arg(&apt)
                .args(["--quiet=2", "--option", "DPkg::Lock::Timeout=300"])
                .args(action)
                .args(packages);
            let installed = run(&mut command, lock.try_clone()?).await;
            installed.map_err(|why| anyhow!("{missing} (apt-get could not: {why})"))?;
        }
        find().context(*missing)
    }
}
