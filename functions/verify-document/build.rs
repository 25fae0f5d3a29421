//! Puts the page's script into the program, as it was built from clients/paper. A deployed function has it, or is not built; in a
//! fresh clone everything else can be built, tested and run without it.

#![expect(clippy::disallowed_methods, reason = "Cargo tells a build script by variables what it builds")]

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../serve-pages/sources.rs"]
#[expect(dead_code, reason = "the list of files is for the function that serves the pages")]
mod sources;

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = package.ancestors().nth(2).ok_or("the package is not in the checkout")?;
    let script = root.join(sources::BUILT).join("paper.js");
    for path in sources::watched(root) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    if env::var("PROFILE")? == "release" && !sources::are_built(root)? {
        return Err("the page's script is not built, or older than its sources: run `cargo xtask pages`".into());
    }
    Ok(fs::write(PathBuf::from(env::var("OUT_DIR")?).join("script.rs"), constant(&script))?)
}

fn constant(script: &Path) -> String {
    if script.exists() { format!("Some(include_str!({:?}))", script.display().to_string()) } else { "None".to_owned() }
}
