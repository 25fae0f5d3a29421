//! The developer's tool as a library: the tests bring up the same stack and play the same people.

pub mod actors;
pub mod architecture;
pub mod checks;
pub mod cost;
pub mod demo;
pub mod described;
pub mod fuzz;
pub mod marks;
pub mod ops;
pub mod package;
pub mod personas;
pub mod photographs;
pub mod progress;
pub mod receipts;
pub mod registry;
pub mod rights;
pub mod signing_secret;
pub mod stack;
pub mod template;
pub mod tools;

use std::path::{Path, PathBuf};

/// The checkout's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
