//! Runs a cargo build and shows how far it is. What the compiler has to say is shown in full.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::Progress;
use super::tree::{self, Tree};
use super::words::{Artifact, Status};

/// A build of programs of the workspace.
///
/// They are built for one set of features, that of the whole workspace, as `cargo run --bin` does: no build compiles
/// again what another one has compiled.
#[derive(Clone, Copy, Debug)]
pub struct Build<'a> {
    /// What is built, in a word or two: `the functions`.
    pub what: &'a str,
    /// The checkout's root.
    pub root: &'a Path,
    /// The programs' names, which are those of their packages.
    pub programs: &'a [&'a str],
    /// Further arguments for Cargo: `--release`.
    pub options: &'a [&'a str],
}

impl Build<'_> {
    /// Builds, and gives the executables by their names. A failure is one sentence, below the compiler's messages.
    pub async fn run(self) -> Result<HashMap<String, PathBuf>> {
        let Self { what, root, programs, options } = self;
        let mut command = Command::new(cargo());
        command.arg("build").args(options);
        command.args(programs.iter().flat_map(|program| ["--bin", program])).current_dir(root);
        Compilation { what, root, packages: programs, programs: programs.len() }.run(command).await
    }
}

/// A build whose command the caller makes: Cargo itself, or what calls it as `cargo lambda build` does.
#[derive(Clone, Copy, Debug)]
pub struct Compilation<'a> {
    /// What is built, in a word or two: `27 functions`.
    pub what: &'a str,
    /// The checkout's root.
    pub root: &'a Path,
    /// The packages that are built, which tell how many libraries there are to compile.
    pub packages: &'a [&'a str],
    /// How many programs are built.
    pub programs: usize,
}

impl Compilation<'_> {
    /// Runs the command, which passes Cargo's options on, and gives the executables by their names. A failure is one sentence,
    /// below the compiler's messages.
    pub async fn run(self, mut command: Command) -> Result<HashMap<String, PathBuf>> {
        let Self { what, root, packages, programs } = self;
        let progress = Progress::start(&format!("preparing to build {what}"));
        let mut cargo = Cargo { progress, downloaded: 0, active: Vec::new(), executables: HashMap::new() };
        // Cargo fetches here what is missing.
        let libraries = cargo.count_libraries(root, packages).await?;
        let libraries = libraries.with_context(|| format!("Cargo cannot build {what}; the reason is above."))?;
        cargo.progress.turn_to("compiling");
        cargo.progress.count_up_to(libraries + programs);
        command.args(["--message-format", "json-render-diagnostics"]);
        let built = cargo.build(command).await?;
        ensure!(built, "Cargo cannot build {what}; the reason is above.");
        cargo.progress.finish(&format!("built {what}"));
        Ok(cargo.executables)
    }
}

fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or("cargo".into())
}

/// A running cargo.
struct Cargo {
    progress: Progress,
    /// How many packages were fetched so far.
    downloaded: usize,
    /// The packages that are being compiled.
    active: Vec<String>,
    /// The programs that are built so far.
    executables: HashMap<String, PathBuf>,
}

impl Cargo {
    /// How many libraries there are to compile, or nothing when cargo cannot tell.
    async fn count_libraries(&mut self, root: &Path, packages: &[&str]) -> Result<Option<usize>> {
        let mut command = Command::new(cargo());
        command.args(tree::QUESTION).current_dir(root);
        let mut tree = Tree::default();
        let listed = self.run(command, |_, line| tree.read(line)).await?;
        Ok(listed.then(|| tree.libraries_of(packages)))
    }

    async fn build(&mut self, command: Command) -> Result<bool> {
        self.run(command, |cargo, line| {
            // The total counts only libraries and programs.
            if let Some(artifact) = Artifact::of_line(line).filter(|artifact| !artifact.is_build_script()) {
                cargo.active.retain(|package| package != artifact.package());
                cargo.progress.advance();
                cargo.progress.now(&cargo.active.join(", "));
                cargo.executables.extend(artifact.program());
            }
        })
        .await
    }

    /// Runs a command to its end. Its results go to a closure, what it does into the progress, and all else to the reader.
    async fn run(&mut self, mut command: Command, mut result: impl FnMut(&mut Self, &str)) -> Result<bool> {
        if std::io::stderr().is_terminal() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("cargo cannot be started")?;
        let (results, words) = (child.stdout.take(), child.stderr.take());
        let mut results = BufReader::new(results.context("cargo has no output")?).lines();
        let mut words = BufReader::new(words.context("cargo has no error output")?).lines();
        let (mut more_results, mut more_words) = (true, true);
        while more_results || more_words {
            tokio::select! {
                line = results.next_line(), if more_results => match line? {
                    Some(line) => result(self, &line),
                    None => more_results = false,
                },
                line = words.next_line(), if more_words => match line? {
                    Some(line) => self.hear(&line),
                    None => more_words = false,
                },
            }
        }
        Ok(child.wait().await?.success())
    }

    fn hear(&mut self, line: &str) {
        match Status::of_line(line) {
            Some(Status::Compiling(package)) => {
                self.active.push(package);
                self.progress.now(&self.active.join(", "));
            }
            Some(Status::Downloaded(package)) => {
                self.downloaded += 1;
                self.progress.now(&format!("downloaded {} packages, {package}", self.downloaded));
            }
            Some(Status::Doing(what)) => self.progress.now(&what),
            None => self.progress.say(line),
        }
    }
}
