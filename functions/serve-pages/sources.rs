// Whether the built pages are those of the sources beside them. build.rs of this package and `cargo xtask` share this file.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Result;
use std::path::{Path, PathBuf};

/// Where the pages are built, seen from the checkout's root: a folder for each page, and what is said of their files.
pub const BUILT: &str = "clients/dist";

/// The list of the built files, a line each: path, media type and digest, with tabs between them.
pub const LIST: &str = "files.tsv";

/// The file that says which sources were built.
pub const STAMP: &str = "sources";

/// What the pages are made from, seen from the checkout's root.
const SOURCES: [&str; 10] = [
    "clients/holder",
    "clients/kit",
    "clients/officer",
    "clients/package-lock.json",
    "clients/package.json",
    "clients/paper",
    "clients/pack.mjs",
    "clients/tsconfig.json",
    "clients/vitest.config.ts",
    "infra/openapi.yaml",
];

/// Which sources there are, for Cargo to watch.
pub fn watched(root: &Path) -> impl Iterator<Item = PathBuf> {
    SOURCES.into_iter().chain([BUILT]).map(|path| root.join(path))
}

/// Whether the built pages are those of the sources as they are now.
pub fn are_built(root: &Path) -> Result<bool> {
    let stamp = root.join(BUILT).join(STAMP);
    Ok(stamp.exists() && fs::read_to_string(stamp)? == digest(root)?)
}

/// A digest of all sources: their names and their content.
pub fn digest(root: &Path) -> Result<String> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&root.join(source), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(root).unwrap_or(&file).hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_owned());
    }
    Ok(())
}
