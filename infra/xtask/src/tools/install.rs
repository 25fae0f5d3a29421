//! One program's folder below `.local/tools/`: complete once its stamp says what was installed there.

use std::{
    env, fmt,
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::PathBuf,
    process::Stdio,
};

use anyhow::{Context, Result, bail, ensure};
use tokio::{process::Command, task};

use crate::progress::Progress;

const STAMP: &str = ".stamp";

/// A package and its version, as a line of `requirements.txt` pins it.
#[derive(Debug, PartialEq)]
pub(super) struct Pin {
    pub name: String,
    pub version: String,
}

impl Pin {
    pub fn find(requirements: &str, name: &str) -> Option<Self> {
        requirements.lines().find_map(|line| {
            let (found, version) = line.split_once("==")?;
            (found.trim() == name).then(|| Self { name: name.into(), version: version.trim().into() })
        })
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=={}", self.name, self.version)
    }
}

/// A directory that is complete once its stamp says what was installed there.
pub(super) struct Install {
    pub dir: PathBuf,
    pub stamp: String,
    pub products: Vec<PathBuf>,
}

impl Install {
    pub fn is_done(&self) -> bool {
        fs::read_to_string(self.dir.join(STAMP)).is_ok_and(|stamp| stamp == self.stamp)
            && self.products.iter().all(|product| product.exists())
    }

    /// The first of the products.
    pub fn product(&self) -> PathBuf {
        self.products.first().unwrap_or(&self.dir).clone()
    }

    /// Empties the directory for a new install, or gives nothing when all is there. The lock
    /// holds until it is dropped.
    pub async fn begin(&self, what: &str) -> Result<Option<File>> {
        if self.is_done() {
            return Ok(None);
        }
        let lock = lock(self.dir.with_extension("lock"), what).await?;
        if self.is_done() {
            return Ok(None);
        }
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} could not be emptied; remove it", self.dir.display()));
            }
            _ => {}
        }
        fs::create_dir_all(&self.dir).with_context(|| format!("{} could not be made", self.dir.display()))?;
        Ok(Some(lock))
    }

    pub fn finish(&self) -> Result<PathBuf> {
        for product in &self.products {
            ensure!(product.exists(), "{} is missing after the install that should have made it", product.display());
        }
        let stamp = self.dir.join(STAMP);
        fs::write(&stamp, &self.stamp).with_context(|| format!("{} could not be written", stamp.display()))?;
        Ok(self.product())
    }
}

/// Waits until no other run holds the lock; dropping the file frees it.
pub(super) async fn lock(path: PathBuf, what: &str) -> Result<File> {
    let waiting = format!("Waiting for another run that is installing {what}.");
    let failed = format!("{} could not be locked", path.display());
    task::spawn_blocking(move || {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true);
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("{waiting}");
                let _shown = Progress::start("waiting for the other run");
                file.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(file)
    })
    .await?
    .context(failed)
}

/// Runs a program to its end and gives what it printed; a failure is its most informative line.
///
/// As its standard input, an install gets the lock (an empty file): when this process is killed,
/// the lock holds until the programs that it left behind have ended too.
pub(super) async fn run(command: &mut Command, stdin: impl Into<Stdio>) -> Result<String> {
    let output = command
        .stdin(stdin)
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("{} did not start", command.as_std().get_program().display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    // Python's venv prints its reason on stdout.
    for printed in [output.stderr, output.stdout] {
        if let Some(line) = telling_line(&String::from_utf8_lossy(&printed)) {
            bail!("{line}");
        }
    }
    bail!("{}", output.status)
}

/// The first line that speaks of an error, else the last one that isn't empty.
fn telling_line(printed: &str) -> Option<String> {
    let mut lines = printed.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .clone()
        .find(|line| line.to_lowercase().contains("error"))
        .or_else(|| lines.next_back())
        .map(|line| line.chars().take(200).collect())
}

/// Builds a pinned crate's programs into an install's directory.
pub(super) async fn cargo_install(pin: &Pin, install: &Install, lock: File, flags: &[&str]) -> Result<String> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    command.args(["install", &pin.name, "--version", &pin.version, "--locked", "--quiet"]).args(flags);
    command.arg("--root").arg(&install.dir);
    let _shown = Progress::start(&format!("building {pin}"));
    run(&mut command, lock).await
}

#[cfg(test)]
mod tests {
    use super::{Pin, telling_line};

    #[test]
    fn a_pin_is_found_by_its_whole_name() {
        let requirements = "cargo-lambda==1.9.2\naws-sam-cli==1.170.0\n";
        let pin = Pin::find(requirements, "aws-sam-cli");
        assert_eq!(pin.map(|pin| pin.to_string()).as_deref(), Some("aws-sam-cli==1.170.0"));
        assert_eq!(Pin::find(requirements, "lambda"), None);
    }

    #[test]
    fn a_failure_is_told_by_its_first_error() {
        let printed = "reading\n\nERROR: no such package\nERROR: giving up\nsee the log\n";
        assert_eq!(telling_line(printed).as_deref(), Some("ERROR: no such package"));
        assert_eq!(telling_line("one\ntwo\n\n").as_deref(), Some("two"));
        assert_eq!(telling_line("\n"), None);
    }
}
