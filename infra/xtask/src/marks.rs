//! Parts of documents that commands write: what stands between `<!-- begin NAME -->` and `<!-- end NAME -->`.

/// The text with another content between its marks; nothing where it has no such marks.
pub fn between(text: &str, name: &str, content: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- begin {name} -->"), format!("<!-- end {name} -->"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{content}{end}{after}"))
}
