//! The router of `cargo lambda watch`, in the workspace's Cargo.toml.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;

use super::replace_section;

/// Cargo.toml with the routes of every step.
pub fn section(manifest: &str) -> Result<String> {
    let mut by_path: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (step, route) in catalogue::routes() {
        let served = format!("{{ function = \"{}\", method = \"{}\" }}", step.name, route.method.as_str());
        by_path.entry(route.path_of_watch()).or_default().push(served);
    }
    let mut lines = String::new();
    for (path, served) in by_path {
        writeln!(lines, "\"{path}\" = [{}]", served.join(", "))?;
    }
    replace_section(manifest, "[workspace.metadata.lambda.watch.router]", "# End of what is generated.", &lines)
}
