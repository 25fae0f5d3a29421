//! A CSV file as spreadsheets and offices write it: its separator, its columns under other names, its cells in other forms.

pub mod mapping;

mod cells;
mod rounding;

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Cursor, Read};

use anyhow::{Context, Result, bail, ensure};
use csv::{ByteRecord, StringRecord};

use super::file::Text;
use super::rows::{LARGEST_ROW, NOT_UTF_8};
use super::{Flaw, flat};
use mapping::{Mapping, Part};
use rounding::Rounding;

/// A file's columns, and how its rows become rows of the format.
pub struct Sheet {
    /// The format's columns that the file has.
    header: StringRecord,
    columns: Vec<Column>,
    mapping: Mapping,
    /// Cells of a row up to the last one that has a column; what follows is empty.
    width: usize,
    /// For each of [`cells::NUMBERS`].
    roundings: [Rounding; cells::NUMBERS.len()],
}

/// A column of the format, and what its values are made of.
struct Column {
    name: &'static str,
    pieces: Vec<Piece>,
}

enum Piece {
    Text(String),
    Cell { index: usize, digits: usize },
}

/// Reads the first line and says which separator it has; the text begins with that line again, unless it says nothing else.
pub fn separator(mut text: Text) -> Result<(u8, Text)> {
    let mut line = Vec::new();
    while (&mut text).take(LARGEST_ROW).read_until(b'\n', &mut line)? > 0 && line.trim_ascii().is_empty() {}
    ensure!(std::str::from_utf8(&line).is_ok(), "The header {NOT_UTF_8}.");
    // Excel reads, and some exports write, a line that names the separator.
    if let Some([separator @ (b',' | b';' | b'\t'), ..]) = line.strip_prefix(b"sep=") {
        return Ok((*separator, text));
    }
    let mut is_quoted = false;
    let mut numbers = [0; 256];
    for byte in &line {
        is_quoted ^= *byte == b'"';
        numbers[usize::from(*byte)] += usize::from(!is_quoted);
    }
    let number_of = |separator: &u8| numbers[usize::from(*separator)];
    // The last of the largest is taken: a comma, if there is nothing to go by.
    let separator = [b'\t', b';', b','].into_iter().max_by_key(number_of).unwrap_or(b',');
    let again: Box<dyn Read + Send> = Box::new(Cursor::new(line).chain(text));
    Ok((separator, BufReader::new(again)))
}

impl Sheet {
    /// The columns of a header, by the mapping where there is one. Empty names at the end are none.
    pub fn new(header: &StringRecord, mapping: Option<Mapping>) -> Result<Self> {
        let mut names: Vec<&str> = header.iter().map(str::trim).collect();
        while names.last().is_some_and(|name| name.is_empty()) {
            names.pop();
        }
        let columns = match &mapping {
            None => columns_by_name(&names)?,
            Some(mapping) => columns_by_mapping(&names, mapping)?,
        };
        let header = columns.iter().map(|column| column.name).collect();
        let (mapping, width) = (mapping.unwrap_or_default(), names.len());
        Ok(Self { header, columns, mapping, width, roundings: std::array::from_fn(|_| Rounding::default()) })
    }

    /// The format's columns that the file has.
    pub fn header(&self) -> &StringRecord {
        &self.header
    }

    /// A row in the format's own form, under [`Sheet::header`].
    pub fn cells(&mut self, record: ByteRecord) -> Result<StringRecord, Flaw> {
        let record = StringRecord::from_byte_record(record)
            .map_err(|error| Flaw::new(self.column_at(error.utf8_error().field()), NOT_UTF_8))?;
        if record.iter().skip(self.width).any(|cell| !cell.trim().is_empty()) {
            return Err(Flaw::new("row", "has more cells than the header"));
        }
        for (rounding, name) in self.roundings.iter_mut().zip(cells::NUMBERS) {
            if let Some(column) = self.columns.iter().find(|column| column.name == name) {
                rounding.see(&column.value(&record));
            }
        }
        let nik = self.columns.iter().find(|column| column.name == "nik").map(|column| column.value(&record));
        let mut row = StringRecord::new();
        for column in &self.columns {
            let value = column.value(&record);
            let value = self.mapping.value(column.name, &value);
            row.push_field(&cells::read(column.name, value, nik.as_deref().unwrap_or_default())?);
        }
        Ok(row)
    }

    /// Fails if the numbers of a column cannot be trusted, when all rows were read.
    pub fn ensure_not_rounded(&self) -> Result<()> {
        for (rounding, name) in self.roundings.iter().zip(cells::NUMBERS) {
            ensure!(
                !rounding.is_evident(),
                "A spreadsheet has rounded numbers of the column {name}: too many end in 0. Format the column as text, and enter \
                 or export the numbers again (docs/registry.md)"
            );
        }
        Ok(())
    }

    /// The format's column that a cell belongs to, for a report.
    fn column_at(&self, cell: usize) -> &'static str {
        let has_cell = |piece: &Piece| matches!(piece, Piece::Cell { index, .. } if *index == cell);
        self.columns.iter().find(|column| column.pieces.iter().any(has_cell)).map_or("row", |column| column.name)
    }
}

impl Column {
    fn value<'a>(&'a self, record: &'a StringRecord) -> Cow<'a, str> {
        let cell = |index: usize| record.get(index).unwrap_or_default();
        match self.pieces.as_slice() {
            [Piece::Cell { index, digits: 0 }] => Cow::Borrowed(cell(*index)),
            pieces => Cow::Owned(
                pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => text.clone(),
                        Piece::Cell { index, digits } => format!("{:0>digits$}", cell(*index).trim()),
                    })
                    .collect(),
            ),
        }
    }
}

/// The columns of a file that has the format's names. The messages do not repeat others: they may be a first row of data.
fn columns_by_name(names: &[&str]) -> Result<Vec<Column>> {
    let column = |(index, name): (usize, &&str)| -> Result<Column> {
        let known = flat::columns().iter().copied().find(|known| known.eq_ignore_ascii_case(name));
        let name =
            known.with_context(|| format!("Column {} of the header is none that the format knows.", index + 1))?;
        Ok(Column { name, pieces: vec![Piece::Cell { index, digits: 0 }] })
    };
    names.iter().enumerate().map(column).collect()
}

/// The columns of a file that has names of the office's. Each must be used or ignored, so that none is lost by a slip.
fn columns_by_mapping(names: &[&str], mapping: &Mapping) -> Result<Vec<Column>> {
    let place = |wanted: &str| names.iter().position(|name| *name == wanted);
    let mut columns = Vec::new();
    for name in flat::columns().iter().copied() {
        let parts = match (mapping.parts(name), place(name)) {
            (Some(parts), _) => parts?,
            (None, Some(_)) => vec![Part::Cell { column: name.to_owned(), digits: 0 }],
            (None, None) => continue,
        };
        let piece = |part: Part| match part {
            Part::Text(text) => Ok(Piece::Text(text)),
            Part::Cell { column, digits } => match place(&column) {
                Some(index) => Ok(Piece::Cell { index, digits }),
                None => bail!("The header lacks the column {column}, which the mapping takes for {name}."),
            },
        };
        columns.push(Column { name, pieces: parts.into_iter().map(piece).collect::<Result<_>>()? });
    }
    let is_used = |place: usize| {
        let mut pieces = columns.iter().flat_map(|column| &column.pieces);
        pieces.any(|piece| matches!(piece, Piece::Cell { index, .. } if *index == place))
    };
    for (index, name) in names.iter().enumerate() {
        ensure!(
            is_used(index) || mapping.ignores(name),
            "Column {} of the header is none that the mapping uses or ignores.",
            index + 1
        );
        ensure!(place(name) == Some(index), "Column {} of the header has the name of an earlier one.", index + 1);
    }
    Ok(columns)
}

#[cfg(test)]
mod tests;
