//! What comes from PyPI: each program in a virtual environment of its own, installed by uv.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use tokio::process::Command;

use super::install::{Pin, run};
use super::{Tools, find_on_path, has_version};
use crate::progress::Progress;

impl Tools {
    /// Installs one package into a virtual environment of its own, so that nobody waits for
    /// packages that others need.
    pub(super) async fn pypi_program(&self, pin: &Pin, program: &str) -> Result<PathBuf> {
        let package = pin.to_string();
        self.virtual_environment(&pin.name, &package, &[&package], program).await
    }

    /// A program in a virtual environment of its own, with what a folder's `requirements.txt` lists.
    pub(super) async fn requirements(&self, name: &str, folder: &str, program: &str) -> Result<PathBuf> {
        let requirements = self.root.join(folder).join("requirements.txt");
        let pins = fs::read_to_string(&requirements)
            .with_context(|| format!("{} could not be read", requirements.display()))?;
        let packages = ["--requirement", &requirements.to_string_lossy()];
        self.virtual_environment(name, &pins, &packages, program).await
    }

    /// A program in a virtual environment of its own, with what uv installs there.
    async fn virtual_environment(&self, name: &str, pins: &str, packages: &[&str], program: &str) -> Result<PathBuf> {
        let products = [&format!("bin/{program}"), "bin/python3"];
        let install = self.install(&format!("venv/{name}"), pins, &products);
        if install.is_done() {
            return Ok(install.product());
        }
        let uv = self.uv().await?;
        let Some(lock) = install.begin(name).await? else {
            return Ok(install.product());
        };

        let python = find_on_path("python3")
            .with_context(|| format!("Python 3 is needed to install {name}; install it or put {program} on PATH"))?;
        eprintln!("Installing {name} from PyPI, once.");
        let _shown = Progress::start(&format!("installing {name}"));
        let failed = |why| anyhow!("uv could not install {name}; try again ({why})");
        let (python, folder) = (python.to_string_lossy(), install.dir.to_string_lossy());
        let make = ["venv", "--quiet", "--allow-existing", "--python", &*python, &*folder];
        run(Command::new(&uv).args(make), lock.try_clone()?).await.map_err(failed)?;
        let add = ["pip", "install", "--quiet", "--python", &*folder];
        run(Command::new(&uv).args(add).args(packages), lock.try_clone()?).await.map_err(failed)?;
        install.finish()
    }

    /// The path of the executable `uv`, which installs from PyPI in a tenth of pip's time: from PATH when that one has the pinned
    /// version, else by pip.
    async fn uv(&self) -> Result<PathBuf> {
        let pin = self.pin("uv")?;
        if let Some(program) = find_on_path("uv")
            && has_version(&program, &["--version"], &pin.version).await
        {
            return Ok(program);
        }
        let install = self.install("uv", &pin.to_string(), &["bin/uv"]);
        let Some(lock) = install.begin("uv").await? else {
            return Ok(install.product());
        };
        let python = find_on_path("python3").context("Python 3 is needed to install programs from PyPI; install it")?;
        let _shown = Progress::start("installing uv");
        run(Command::new(python).args(["-m", "venv"]).arg(&install.dir), lock.try_clone()?).await.map_err(|why| {
            anyhow!(
                "Python 3 with its venv module (Debian's package python3-venv) is needed to install programs from \
                 PyPI ({why})"
            )
        })?;
        let pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", &pin.to_string()];
        run(Command::new(install.dir.join("bin/python3")).args(pip), lock.try_clone()?)
            .await
            .map_err(|why| anyhow!("pip could not install uv; try again ({why})"))?;
        install.finish()
    }
}
