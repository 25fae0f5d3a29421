//! Commands of other programs of the workspace: this process builds the program and becomes it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Error, Result};

/// Becomes the program that a package is named after, in the folder where the command was called. It comes back only
/// where Cargo does not start.
pub fn become_program(package: &str, options: &[&str], arguments: &[OsString]) -> Result<()> {
    let error = Command::new(env!("CARGO"))
        .args(["run", "--package", package, "--bin", package])
        .args(options)
        .arg("--manifest-path")
        .arg(crate::root().join("Cargo.toml"))
        .arg("--")
        .args(arguments)
        .exec();
    Err(Error::new(error).context("Cargo does not start"))
}
