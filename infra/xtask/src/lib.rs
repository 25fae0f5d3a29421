//! The developer's command as a library: where the checkout is, its tools, its template, its packages. All of it is
//! light, since everybody who clones the repository waits for it first.

pub mod architecture;
mod background;
pub mod checks;
pub mod documents;
pub mod engine;
pub mod fuzz;
pub mod generate;
pub mod handing_on;
pub mod new_step;
pub mod package;
pub mod pages;
pub mod progress;
pub mod release;
pub mod rights;
pub mod template;
pub mod tools;
pub mod walkthrough;

use std::path::{Path, PathBuf};

/// The checkout's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
