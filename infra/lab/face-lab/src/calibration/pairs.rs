//! The list of labelled pairs: a CSV file with the columns `left`, `right`, `same` and, if it is known, `group`.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// Two photographs, and whether they show one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Paths under the folder of the list.
    pub left: String,
    pub right: String,
    pub same: bool,
    pub group: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    left: String,
    right: String,
    same: String,
    #[serde(default)]
    group: String,
}

/// Reads the list; an error names the line.
pub fn read(path: &Path) -> Result<Vec<Pair>> {
    let file = std::fs::File::open(path).with_context(|| {
        format!("{} could not be opened: it lists the pairs, with the columns left, right, same, group", path.display())
    })?;
    parse(file).with_context(|| format!("{} cannot be used", path.display()))
}

fn parse(text: impl std::io::Read) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for (index, row) in csv::Reader::from_reader(text).deserialize().enumerate() {
        let line = index + 2;
        let Row { left, right, same, group } = row.with_context(|| format!("line {line}"))?;
        let same = match same.trim() {
            "yes" => true,
            "no" => false,
            other => bail!("line {line}: `same` is yes or no, not {other:?}"),
        };
        ensure!(left != right, "line {line}: a photograph is paired with itself");
        let group = Some(group.trim().to_owned()).filter(|group| !group.is_empty());
        pairs.push(Pair { left, right, same, group });
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_with_and_without_groups() {
        let pairs = parse("left,right,same,group\na.jpg,b.jpg,yes,women\na.jpg,c.jpg,no,\n".as_bytes()).unwrap();
        let pair = |right: &str, same, group: Option<&str>| Pair {
            left: "a.jpg".to_owned(),
            right: right.to_owned(),
            same,
            group: group.map(str::to_owned),
        };
        assert_eq!(pairs, [pair("b.jpg", true, Some("women")), pair("c.jpg", false, None)]);
        assert_eq!(parse("left,right,same\na.jpg,b.jpg,yes\n".as_bytes()).unwrap(), [pair("b.jpg", true, None)]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, line) in [
            ("left,right,same\na,b,yes\na,b,maybe\n", "line 3"),
            ("left,right,same\na,a,yes\n", "line 2"),
            ("left,right\na,b\n", "line 2"),
        ] {
            let error = format!("{:#}", parse(text.as_bytes()).unwrap_err());
            assert!(error.contains(line), "{error}");
        }
    }
}
