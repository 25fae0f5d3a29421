//! Commands of other programs of the workspace: this process builds what they need, shows how far that is, and becomes them.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Error, Result};

use crate::progress::Build;

/// Builds a program and becomes it, in the folder where the command was called.
pub async fn become_program(program: &str, arguments: &[OsString]) -> Result<()> {
    Build { what: &format!("`{program}`"), root: &crate::root(), programs: &[program] }.run().await?;
    run(&["--quiet", "--bin", program], arguments)
}

/// Builds the local stack's program and, with it, every function, and becomes that program.
pub async fn become_local_stack(arguments: &[OsString]) -> Result<()> {
    let mut programs = vec!["local"];
    programs.extend(catalogue::STEPS.iter().map(|step| step.name));
    Build { what: "the local stack and the functions", root: &crate::root(), programs: &programs }.run().await?;
    run(&["--quiet", "--bin", "local"], arguments)
}

/// Becomes a program that is built for release, by itself.
pub fn become_release(package: &str, arguments: &[OsString]) -> Result<()> {
    run(&["--release", "--package", package], arguments)
}

/// Becomes `cargo run`. It comes back only where Cargo does not start.
///
/// In the dev profile, `--package` is not among the options: without it Cargo builds what the program depends on with the
/// features that the whole workspace asks for, as it does for the functions, and so builds it once.
fn run(options: &[&str], arguments: &[OsString]) -> Result<()> {
    let error = Command::new(env!("CARGO"))
        .arg("run")
        .args(options)
        .arg("--manifest-path")
        .arg(crate::root().join("Cargo.toml"))
        .arg("--")
        .args(arguments)
        .exec();
    Err(Error::new(error).context("Cargo does not start"))
}
