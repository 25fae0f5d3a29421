//! The standard output, and whether anybody still reads it.

use std::io::{self, ErrorKind};

pub use operator_base::output::print_line;

/// Whether writing to the standard output failed because nobody reads it any more.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let of_csv = cause.downcast_ref::<csv::Error>().and_then(|error| match error.kind() {
            csv::ErrorKind::Io(error) => Some(error),
            _ => None,
        });
        of_csv.or_else(|| cause.downcast_ref::<io::Error>()).is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    })
}
