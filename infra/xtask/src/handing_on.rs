//! Commands of other programs of the workspace: this process builds the program and becomes it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Error, Result};

/// Becomes a program, in the folder where the command was called. It comes back only where Cargo does not start.
///
/// `--package` is not among the options by default: without it Cargo builds what the program depends on with the features
/// that the whole workspace asks for, as it does for the functions, and so builds it once.
pub fn become_program(program: &str, options: &[&str], arguments: &[OsString]) -> Result<()> {
    let error = Command::new(env!("CARGO"))
        .args(["run", "--bin", program])
        .args(options)
        .arg("--manifest-path")
        .arg(crate::root().join("Cargo.toml"))
        .arg("--")
        .args(arguments)
        .exec();
    Err(Error::new(error).context("Cargo does not start"))
}
