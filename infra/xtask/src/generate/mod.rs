//! `cargo xtask generate`: writes what follows from the steps' declarations, so that each fact is written by hand once.
//!
//! Whole files are infra/template.yaml and infra/openapi.yaml, each from its frame in infra/parts and the files in the
//! steps' own folders, and the list of functions that the tests run. The router in Cargo.toml, the tests' dependencies
//! and the README's table of routes are sections between two marks. docs/architecture.svg is drawn.

mod description;
mod functions;
mod readme;
mod router;
mod template;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A file as it should be.
pub struct Generated {
    /// From the checkout's root.
    pub path: &'static str,
    pub text: String,
}

/// Every generated file, as the declarations require it.
pub fn files(root: &Path) -> Result<Vec<Generated>> {
    let template = template::assemble(root)?;
    Ok(vec![
        Generated { path: "docs/architecture.svg", text: crate::architecture::drawing(&template)? },
        Generated { path: "infra/template.yaml", text: template },
        Generated { path: "infra/openapi.yaml", text: description::assemble(root)? },
        Generated { path: "tests/src/functions.rs", text: functions::list() },
        Generated { path: "tests/Cargo.toml", text: functions::dependencies(&read(root, "tests/Cargo.toml")?)? },
        Generated { path: "Cargo.toml", text: router::section(&read(root, "Cargo.toml")?)? },
        Generated { path: "README.md", text: readme::section(&read(root, "README.md")?)? },
    ])
}

/// Writes the files that differ, and says which.
pub fn run(root: &Path) -> Result<()> {
    let mut written = 0;
    for Generated { path, text } in files(root)? {
        if fs::read_to_string(root.join(path)).ok().as_deref() != Some(&text) {
            fs::write(root.join(path), text).with_context(|| format!("{path} cannot be written"))?;
            println!("written: {path}");
            written += 1;
        }
    }
    if written == 0 {
        println!("Everything generated is up to date.");
    }
    Ok(())
}

/// Fails with the names of the files that differ from what would be generated.
pub fn check(root: &Path) -> Result<()> {
    let mut stale = Vec::new();
    for Generated { path, text } in files(root)? {
        if read(root, path)? != text {
            stale.push(path);
        }
    }
    if !stale.is_empty() {
        bail!("These are not what the declarations say; run `cargo xtask generate`: {}", stale.join(", "));
    }
    Ok(())
}

fn read(root: &Path, path: &str) -> Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("{path} cannot be read"))
}

/// A file of a step's own folder, if it has that file.
fn read_of_step(root: &Path, step: &str, file: &str) -> Result<Option<String>> {
    let path = format!("functions/{step}/{file}");
    if root.join(&path).exists() { read(root, &path).map(Some) } else { Ok(None) }
}

/// The text with `section` between the line that begins with `from` and the next one that begins with `to`.
fn replace_section(text: &str, from: &str, to: &str, section: &str) -> Result<String> {
    let lines: Vec<&str> = text.lines().collect();
    let find = |mark: &str| lines.iter().position(|line| line.starts_with(mark));
    let start = find(from).with_context(|| format!("the mark `{from}` is missing"))?;
    let end = find(to).filter(|end| *end > start).with_context(|| format!("the mark `{to}` is missing"))?;
    let [before, after] = [&lines[..=start], &lines[end..]].map(|lines| lines.join("\n"));
    Ok(format!("{before}\n{section}{after}\n"))
}

/// `mint-qr` as `MintQr`.
fn pascal_case(name: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    name.split(['-', '_']).map(capitalised).collect()
}

/// The text with every line that is not empty moved to the right.
fn indented(text: &str, spaces: usize) -> String {
    let margin = " ".repeat(spaces);
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("{margin}{line}\n") };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_what_is_around_it_stays() {
        let text = "a\n# from\nold\n# to\nb\n";
        assert_eq!(replace_section(text, "# from", "# to", "new\n").unwrap(), "a\n# from\nnew\n# to\nb\n");
        assert!(replace_section(text, "# elsewhere", "# to", "").is_err());
        assert!(replace_section("# to\n# from\n", "# from", "# to", "").is_err());
    }
}
