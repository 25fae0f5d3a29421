//! The pictures of docs/walkthrough.md. Browser tests make them; the document keeps a copy of those that it names.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, ensure};

pub const DOCUMENT: &str = "docs/walkthrough.md";

/// The document's pictures.
pub const PICTURES: &str = "docs/walkthrough";

/// Where browser tests put theirs.
const MADE: &str = "artifacts";

/// Takes the pictures that the document names from where browser tests put them, and drops all that it had before.
pub fn renew(root: &Path) -> Result<()> {
    let document = fs::read_to_string(root.join(DOCUMENT)).with_context(|| format!("{DOCUMENT} cannot be read"))?;
    let named = named(&document);
    let made = root.join(MADE);
    let missing: Vec<&str> = named.iter().map(String::as_str).filter(|picture| !made.join(picture).exists()).collect();
    ensure!(
        missing.is_empty(),
        "{MADE}/ has no {}. Run the browser tests first: {DOCUMENT} says how.",
        missing.join(", ")
    );
    let kept = root.join(PICTURES);
    match fs::remove_dir_all(&kept) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("{PICTURES} cannot be emptied"));
        }
        _ => fs::create_dir_all(&kept).with_context(|| format!("{PICTURES} cannot be made"))?,
    }
    for picture in &named {
        fs::copy(made.join(picture), kept.join(picture)).with_context(|| format!("{picture} cannot be copied"))?;
    }
    Ok(())
}

/// The names of the pictures that the document shows.
pub fn named(document: &str) -> BTreeSet<String> {
    let shown = document.split("src=\"walkthrough/").skip(1);
    shown.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A checkout whose document shows two pictures and has kept one of before, and whose browser tests have made some.
    fn checkout(name: &str, made: &[&str]) -> PathBuf {
        let root = crate::root().join("target/tmp/walkthrough").join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        fs::create_dir_all(root.join(PICTURES)).unwrap();
        fs::create_dir_all(root.join(MADE)).unwrap();
        let document = "<img width=\"240\" src=\"walkthrough/a.png\" alt=\"A\"> <img src=\"walkthrough/b.png\">";
        fs::write(root.join(DOCUMENT), document).unwrap();
        fs::write(root.join(PICTURES).join("old.png"), "old").unwrap();
        for picture in made {
            fs::write(root.join(MADE).join(picture), picture).unwrap();
        }
        root
    }

    fn kept(root: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(root.join(PICTURES)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn the_pictures_that_the_document_names_replace_those_of_before() {
        let root = checkout("renewed", &["a.png", "b.png", "c.png"]);
        renew(&root).unwrap();
        assert_eq!(kept(&root), BTreeSet::from(["a.png", "b.png"].map(str::to_owned)));
    }

    #[test]
    fn a_picture_that_was_not_made_is_named_and_nothing_changes() {
        let root = checkout("missing", &["a.png"]);
        let error = renew(&root).unwrap_err().to_string();
        assert!(error.starts_with("artifacts/ has no b.png."), "{error}");
        assert_eq!(kept(&root), BTreeSet::from(["old.png".to_owned()]));
    }
}
