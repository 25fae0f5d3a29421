//! Computes what a month costs, and writes it into docs/operations.md: `cargo xtask cost`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match cost::write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
