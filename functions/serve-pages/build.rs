//! Embeds the built pages in the program. What is deployed has them, and has them as the sources are now, or is not built; in a
//! fresh clone everything else can be built, tested and run without them.

#![expect(clippy::disallowed_methods, reason = "Cargo tells a build script by variables what it builds")]

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

mod sources;

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = package.ancestors().nth(2).ok_or("the package is not in the checkout")?;
    for path in sources::watched(root) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let list = root.join(sources::BUILT).join(sources::LIST);
    let (is_there, is_fresh) = (list.exists(), sources::are_built(root)?);
    if env::var("PROFILE")? == "release" && !is_fresh {
        let what = if is_there { "older than their sources" } else { "not built" };
        return Err(format!("the pages are {what}: run `cargo xtask pages`").into());
    }
    if is_there && !is_fresh {
        println!("cargo::warning=The embedded pages are older than their sources: run `cargo xtask pages`.");
    }
    let table = if is_there { table(root, &fs::read_to_string(list)?)? } else { String::new() };
    let text = format!("static FILES: &[File] = &[{table}];\n");
    Ok(fs::write(PathBuf::from(env::var("OUT_DIR")?).join("files.rs"), text)?)
}

/// The listed files, as values of `File`.
fn table(root: &Path, list: &str) -> Result<String, Box<dyn Error>> {
    let mut table = String::new();
    for line in list.lines() {
        let [path, media_type, digest] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("`{line}` is no line of the list of files").into());
        };
        let file = root.join(sources::BUILT).join(path);
        let embedded = |file: &Path| format!("include_bytes!({:?})", file.display().to_string());
        let compressed = |extension: &str| {
            let mut file = file.clone().into_os_string();
            file.push(extension);
            let file = PathBuf::from(file);
            if file.exists() { format!("Some({})", embedded(&file)) } else { "None".to_owned() }
        };
        writeln!(
            table,
            "File {{ path: {:?}, media_type: {media_type:?}, digest: {digest:?}, plain: {}, brotli: {}, gzip: {} }},",
            format!("/{path}"),
            embedded(&file),
            compressed(".br"),
            compressed(".gz")
        )?;
    }
    Ok(table)
}
