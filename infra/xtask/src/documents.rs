//! Parts of documents that commands write: the text between `<!-- begin NAME -->` and `<!-- end NAME -->`.

/// The text with other content between its marks; nothing if it has no such marks.
pub fn with_part(text: &str, name: &str, content: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- begin {name} -->"), format!("<!-- end {name} -->"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{content}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_marks_is_replaced_and_nothing_else() {
        let text = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n";
        let new = with_part(text, "x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- begin x -->\nnew\n<!-- end x -->\nb\n");
        assert_eq!(with_part(&new, "x", "new\n"), Some(new.clone()));
        assert_eq!(with_part(text, "y", ""), None);
    }
}
