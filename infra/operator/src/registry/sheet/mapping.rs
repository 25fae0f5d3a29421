//! What an office calls the columns and the values of its export: a TOML file, as docs/registry/siak.toml.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::super::flat;

/// An office's names for our columns and values.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// For a column of ours, the office's, or a pattern of several, as `{NO_RT:3}/{NO_RW:3}`.
    columns: BTreeMap<String, String>,
    /// For a column of ours, a value that all rows have.
    constants: BTreeMap<String, String>,
    /// For a column of ours, the office's values and ours.
    values: BTreeMap<String, BTreeMap<String, String>>,
    /// The office's columns that are not imported.
    ignored: BTreeSet<String>,
}

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    /// What a column of the office has, filled up with zeros to so many digits.
    Cell {
        column: String,
        digits: usize,
    },
}

impl Mapping {
    pub fn read(path: &Path) -> Result<Self> {
        let toml = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Self::parse(&toml).with_context(|| format!("{} is no mapping", path.display()))
    }

    pub fn parse(toml: &str) -> Result<Self> {
        let mut mapping: Self = toml::from_str(toml)?;
        for name in mapping.columns.keys().chain(mapping.constants.keys()).chain(mapping.values.keys()) {
            ensure!(flat::columns().contains(&name.as_str()), "{name} is none of the format's columns.");
        }
        for name in mapping.constants.keys() {
            ensure!(!mapping.columns.contains_key(name), "{name} has both a column and a constant.");
        }
        for values in mapping.values.values_mut() {
            *values = std::mem::take(values).into_iter().map(|(theirs, ours)| (as_compared(&theirs), ours)).collect();
        }
        Ok(mapping)
    }

    /// What the values of a column of ours are made of, if the mapping says so.
    pub fn parts(&self, column: &str) -> Option<Result<Vec<Part>>> {
        let of_constant = self.constants.get(column).map(|value| Ok(vec![Part::Text(value.clone())]));
        of_constant.or_else(|| self.columns.get(column).map(|pattern| parts(pattern)))
    }

    /// Our value for one of the office's; the same where the mapping does not name it.
    pub fn value<'a>(&'a self, column: &str, cell: &'a str) -> &'a str {
        let ours = self.values.get(column).and_then(|values| values.get(&as_compared(cell)));
        ours.map_or(cell, String::as_str)
    }

    pub fn ignores(&self, column: &str) -> bool {
        self.ignored.contains(column)
    }
}

/// Values are compared without the blanks around them, and whether letters are large or small.
fn as_compared(value: &str) -> String {
    value.trim().to_uppercase()
}

/// The parts of a pattern; a name without braces is a column.
fn parts(pattern: &str) -> Result<Vec<Part>> {
    if !pattern.contains('{') {
        return Ok(vec![Part::Cell { column: pattern.to_owned(), digits: 0 }]);
    }
    let (mut parts, mut left) = (Vec::new(), pattern);
    while let Some((text, rest)) = left.split_once('{') {
        let Some((cell, rest)) = rest.split_once('}') else { bail!("{pattern:?} has a brace that nothing closes.") };
        if !text.is_empty() {
            parts.push(Part::Text(text.to_owned()));
        }
        let (column, digits) = match cell.split_once(':') {
            Some((column, digits)) => {
                (column, digits.parse().with_context(|| format!("{pattern:?} has no number after a colon"))?)
            }
            None => (cell, 0),
        };
        ensure!(digits <= 16, "{pattern:?} fills up to more than 16 digits.");
        parts.push(Part::Cell { column: column.to_owned(), digits });
        left = rest;
    }
    if !left.is_empty() {
        parts.push(Part::Text(left.to_owned()));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_texts_and_cells() {
        let cell = |column: &str, digits| Part::Cell { column: column.to_owned(), digits };
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(parts("NIK").unwrap(), [cell("NIK", 0)]);
        assert_eq!(parts("{NO_RT:3}/{NO_RW:3}").unwrap(), [cell("NO_RT", 3), text("/"), cell("NO_RW", 3)]);
        assert_eq!(parts("{TGL}+07:00").unwrap(), [cell("TGL", 0), text("+07:00")]);
        for pattern in ["{NO_RT", "{NO_RT:x}", "{NO_RT:17}"] {
            assert!(parts(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn a_mapping_names_only_what_there_is() {
        assert!(Mapping::parse("[columns]\nnik = \"NIK\"\n[values.gender]\n1 = \"male\"\n").is_ok());
        for toml in [
            "[columns]\nnick = \"NIK\"\n",
            "[constants]\nno = \"x\"\n",
            "[values.sex]\n1 = \"male\"\n",
            "[colums]\nnik = \"NIK\"\n",
            "[columns]\ndeceased = \"MATI\"\n[constants]\ndeceased = \"false\"\n",
        ] {
            assert!(Mapping::parse(toml).is_err(), "{toml}");
        }
    }

    #[test]
    fn a_value_is_found_however_it_is_written() {
        let mapping = Mapping::parse("[values.blood_type]\n\"Tidak Tahu\" = \"\"\n\"-\" = \"\"\n").unwrap();
        for (cell, ours) in [("TIDAK TAHU", ""), (" tidak tahu ", ""), ("-", ""), ("AB", "AB")] {
            assert_eq!(mapping.value("blood_type", cell), ours, "{cell}");
        }
        assert_eq!(mapping.value("name", "-"), "-");
    }
}
