//! What integrators get: the counter and its document.

#[test]
fn the_counters_document_shows_the_example_that_is_compiled() {
    let root = xtask::root();
    let document = std::fs::read_to_string(root.join("docs/counter.md")).unwrap();
    let example = std::fs::read_to_string(root.join("clients/counter/examples/once.rs")).unwrap();
    assert!(document.contains(&format!("```rust\n{example}```")), "docs/counter.md shows another example");
}

#[test]
fn the_page_shows_no_text_as_html_and_asks_nobody_else() {
    let folder = xtask::root().join("clients/counter/page");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for unwanted in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style="] {
            assert!(!text.contains(unwanted), "{}: {unwanted}", path.display());
        }
        let addresses = text.matches("://").count() - text.matches("http://www.w3.org/2000/svg").count();
        assert_eq!(addresses, 0, "{} names another address", path.display());
    }
}
