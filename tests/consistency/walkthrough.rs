//! docs/walkthrough.md shows what browser tests have seen, and nothing else.

use std::collections::BTreeSet;

use xtask::walkthrough::{DOCUMENT, PICTURES, named};

/// Browser tests, and what they write before and behind the name that the script has: the Indonesian pictures in the light theme.
const MAKERS: [(&str, &str, &str); 6] = [
    ("activation", "id-ID-", ""),
    ("ask", "", ""),
    ("counter", "", "-360"),
    ("holder", "", ""),
    ("officer", "", ""),
    ("paper", "", ""),
];

fn shown() -> BTreeSet<String> {
    named(&std::fs::read_to_string(xtask::root().join(DOCUMENT)).unwrap())
}

/// A browser test with all its parts.
fn script(maker: &str) -> String {
    let folder = xtask::root().join("tests/browser");
    let mut files = vec![folder.join(format!("{maker}.mjs"))];
    if let Ok(parts) = std::fs::read_dir(folder.join(maker)) {
        files.extend(parts.map(|part| part.unwrap().path()));
    }
    files.into_iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

fn is_made(picture: &str) -> bool {
    MAKERS.iter().any(|&(maker, before, behind)| {
        let start = format!("{maker}-{before}");
        let end = format!("{behind}.png");
        let name = picture.strip_prefix(start.as_str()).and_then(|rest| rest.strip_suffix(end.as_str()));
        name.is_some_and(|name| script(maker).contains(&format!("\"{name}\"")))
    })
}

#[test]
fn the_walk_through_has_the_pictures_that_it_shows_and_no_others() {
    let entries = std::fs::read_dir(xtask::root().join(PICTURES)).unwrap();
    let kept: BTreeSet<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!kept.is_empty());
    assert_eq!(shown(), kept, "`cargo xtask walkthrough` renews them");
}

#[test]
fn every_picture_of_the_walk_through_is_one_that_a_browser_test_makes() {
    let others: Vec<String> = shown().into_iter().filter(|picture| !is_made(picture)).collect();
    assert_eq!(others, [""; 0]);
    for other in ["officer-20-tinjau-dark.png", "activation-en-GB-1-form.png", "counter-5-age-1280.png", "holder.png"] {
        assert!(!is_made(other), "{other}");
    }
}
