//! Programs that the operating system's packages bring.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, anyhow, bail};
use tokio::process::Command;

use super::find_on_path;
use super::install::{lock, run};

/// A program, and Debian's package that brings it.
pub(super) struct SystemProgram {
    /// What it is called in sentences.
    pub name: &'static str,
    /// The names that it may go by on PATH.
    pub programs: &'static [&'static str],
    pub package: &'static str,
    /// The sentence that says who needs it, and what to do.
    pub missing: &'static str,
}

impl SystemProgram {
    /// The path of the executable, from PATH, else from the system's packages when this user may install them. Runs that
    /// want the same wait for one another at a lock in a folder.
    pub async fn find_or_install(&self, locks: &Path) -> Result<PathBuf> {
        let Self { missing, package, .. } = self;
        if let Some(program) = self.find() {
            return Ok(program);
        }
        let Some(apt) = find_on_path("apt-get") else { bail!("{missing}") };
        let root = run(Command::new("id").arg("-u"), Stdio::null()).await;
        let sudo = root.is_ok_and(|id| id.trim() != "0");
        if sudo && run(Command::new("sudo").args(["-n", "true"]), Stdio::null()).await.is_err() {
            bail!("{missing}");
        }

        // The system has one lock for all its packages.
        let lock = lock(locks.join("apt-get.lock"), self.name).await?;
        if let Some(program) = self.find() {
            return Ok(program);
        }
        eprintln!("Installing {} with apt-get, once; this takes a minute or two.", self.name);
        for action in [&["update"][..], &["install", "--yes", "--no-install-recommends", package][..]] {
            let mut command = Command::new(if sudo { "sudo" } else { "env" });
            command.args(sudo.then_some(["-n", "env"]).iter().flatten());
            command
                .arg("DEBIAN_FRONTEND=noninteractive")
                .arg(&apt)
                .args(["--quiet=2", "--option", "DPkg::Lock::Timeout=300"])
                .args(action);
            let installed = run(&mut command, lock.try_clone()?).await;
            installed.map_err(|why| anyhow!("{missing} (apt-get could not: {why})"))?;
        }
        self.find().context(self.missing)
    }

    fn find(&self) -> Option<PathBuf> {
        self.programs.iter().find_map(|program| find_on_path(program))
    }
}
