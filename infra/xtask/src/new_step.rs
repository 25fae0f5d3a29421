//! `cargo xtask new-step NAME`: the beginning of a step, which compiles, answers, and has a test.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// A file of the new step, from the checkout's root.
struct Beginning {
    path: String,
    text: String,
}

/// Writes the files of a step and its entries in the lists. An existing step is not overwritten.
pub fn run(root: &Path, name: &str) -> Result<()> {
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|character| character.is_ascii_lowercase() || character == '-')
        && !name.ends_with('-')
        && !name.contains("--");
    ensure!(is_name, "A step has a name in lower case with hyphens, as `mint-qr`.");
    ensure!(!root.join("functions").join(name).exists(), "functions/{name} is there already.");
    let module = name.replace('-', "_");
    let lists = [
        ("functions/catalogue/src/lib.rs", list_in_catalogue(&read(root, "functions/catalogue/src/lib.rs")?, name)?),
        ("tests/in_process/main.rs", list_test(&read(root, "tests/in_process/main.rs")?, &module)?),
    ];
    let files = beginnings(name, &module);
    for Beginning { path, text } in &files {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    for (path, text) in &lists {
        fs::write(root.join(path), text).with_context(|| format!("{path} cannot be written"))?;
    }
    files
        .iter()
        .map(|file| file.path.as_str())
        .chain(lists.iter().map(|(path, _)| *path))
        .for_each(|path| println!("{path}"));
    println!("\nNow: `cargo xtask generate`. docs/architecture.md, \"How to add a step\", says what comes next.");
    Ok(())
}

fn read(root: &Path, path: &str) -> Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("{path} cannot be read"))
}

fn beginnings(name: &str, module: &str) -> Vec<Beginning> {
    let file =
        |path: String, text: &str| Beginning { path, text: text.replace("{name}", name).replace("{module}", module) };
    vec![
        file(format!("functions/{name}/Cargo.toml"), include_str!("new_step/manifest.toml")),
        file(format!("functions/{name}/src/main.rs"), include_str!("new_step/main.txt")),
        file(format!("functions/{name}/src/lib.rs"), include_str!("new_step/lib.txt")),
        file(format!("functions/{name}/src/declaration.rs"), include_str!("new_step/declaration.txt")),
        file(format!("functions/{name}/api.yaml"), include_str!("new_step/api.yaml")),
        file(format!("tests/in_process/{module}.rs"), include_str!("new_step/test.txt")),
    ]
}

/// The catalogue with one more step, at its end: its author decides where it belongs in the procedure.
fn list_in_catalogue(catalogue: &str, name: &str) -> Result<String> {
    let module = name.replace('-', "_");
    let (head, rest) =
        catalogue.split_once("pub const STEPS: [&Declaration; ").context("the catalogue has no STEPS")?;
    let (count, rest) = rest.split_once("] = [").context("STEPS has no end")?;
    let (steps, rest) = rest.split_once("];").context("STEPS has no end")?;
    let count: usize = count.parse().context("STEPS has no number")?;
    Ok(format!(
        "{head}pub const STEPS: [&Declaration; {}] = [{steps}    &{module}::DECLARATION,\n];{}\n#[path = \
         \"../../{name}/src/declaration.rs\"]\nmod {module};\n",
        count + 1,
        rest.trim_end()
    ))
}

/// The list of tests with one more, in alphabetical order.
fn list_test(main: &str, module: &str) -> Result<String> {
    let line = format!("mod {module};");
    let mut lines: Vec<&str> = main.lines().collect();
    let is_after = |other: &&str| other.starts_with("mod ") && **other > *line;
    let modules_end = lines.iter().rposition(|line| line.starts_with("mod ")).context("no test is listed")? + 1;
    let place = lines.iter().position(is_after).unwrap_or(modules_end);
    lines.insert(place, &line);
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_listed_once_and_its_test_in_the_order_of_the_alphabet() {
        let catalogue = "pub const STEPS: [&Declaration; 1] = [\n    &lock::DECLARATION,\n];\n\nmod lock;\n";
        let listed = list_in_catalogue(catalogue, "check-in").unwrap();
        assert!(listed.contains("[&Declaration; 2] = [\n    &lock::DECLARATION,\n    &check_in::DECLARATION,\n];"));
        assert!(listed.ends_with("#[path = \"../../check-in/src/declaration.rs\"]\nmod check_in;\n"));
        assert_eq!(
            list_test("mod activate;\nmod lock;\n", "check_in").unwrap(),
            "mod activate;\nmod check_in;\nmod lock;\n"
        );
    }

    #[test]
    fn names_that_are_none_are_refused_before_anything_is_written() {
        for name in ["", "Mint", "mint_qr", "-mint", "mint-", "mint--qr", "../x"] {
            assert!(run(Path::new("/nowhere"), name).is_err(), "{name}");
        }
    }
}
