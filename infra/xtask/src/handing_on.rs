//! Commands of other programs of the workspace: this process builds what they need, shows progress, and becomes them.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Error, Result};

use crate::pages;
use crate::progress::Build;

/// Becomes the program that a package is named after, in the folder where the command was called. It returns only if
/// that fails.
pub async fn become_program(program: &str, options: &[&str], arguments: &[OsString]) -> Result<()> {
    become_one_of(&[program], program, options, arguments).await
}

/// Becomes the program `local`, once the pages and the functions that it starts are built.
pub async fn become_local_stack(arguments: &[OsString]) -> Result<()> {
    pages::build(&crate::root()).await?;
    let mut programs = vec!["local"];
    programs.extend(catalogue::STEPS.map(|step| step.name));
    become_one_of(&programs, "the local stack", &[], arguments).await
}

/// Becomes the first of some programs, once all are built.
async fn become_one_of(programs: &[&str], what: &str, options: &[&str], arguments: &[OsString]) -> Result<()> {
    let root = crate::root();
    let built = Build { what, root: &root, programs, options }.run().await?;
    let program = programs.first().and_then(|program| built.get(*program));
    let error =
        Command::new(program.with_context(|| format!("Cargo built no program for {what}"))?).args(arguments).exec();
    Err(Error::new(error).context(format!("{what} does not start")))
}
