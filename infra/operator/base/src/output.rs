//! The standard output, whose reader may go away, as `head` does.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use anyhow::{Context, Result};

/// Prints a line. If nobody reads any more, the command goes on: it ends as it would have ended.
pub fn print_line(line: impl Display) -> Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("the standard output cannot be written"),
    }
}
