//! The rows of a file one after another, each a resident or what is wrong with it; the memory of a row is limited.

use std::io::{self, Read};

use anyhow::{Result, ensure};
use data_encoding::BASE64;
use ikd::domain::resident::Resident;

use super::Flaw;
use super::file::{Format, Text};
use super::flat::FlatRows;
use super::json_lines::JsonLines;
use super::sheet::mapping::Mapping;

/// Bytes of one row at most: a photograph in base64 and the longest texts have room. A file that lost a quotation mark
/// or its line ends is noticed here, before it fills the memory.
pub const LARGEST_ROW: u64 = 1024 * 1024;

/// What a text in another encoding is, and what to do about it.
pub const NOT_UTF_8: &str = "is not UTF-8: save the file again as \"CSV UTF-8\" (docs/registry.md)";

/// A row and where it begins.
pub struct Row {
    pub line: u64,
    pub read: Result<Resident, Vec<Flaw>>,
}

/// Reads row by row. An error concerns the whole file, and ends it.
pub enum Rows {
    Flat(Box<FlatRows>),
    JsonLines(JsonLines),
}

impl Rows {
    /// A mapping says what the columns and values of a CSV file are called, if not as in the format.
    pub fn new(format: Format, text: Text, mapping: Option<Mapping>) -> Result<Self> {
        ensure!(format == Format::Csv || mapping.is_none(), "A mapping is for CSV, and the file is JSON Lines.");
        Ok(match format {
            Format::Csv => Self::Flat(Box::new(FlatRows::new(text, mapping)?)),
            Format::JsonLines => Self::JsonLines(JsonLines::new(text)),
        })
    }
}

impl Iterator for Rows {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Flat(rows) => rows.next(),
            Self::JsonLines(rows) => rows.next(),
        }
    }
}

/// The photograph out of its base64.
pub fn photo_of_base64(base64: &[u8]) -> Result<Vec<u8>, Flaw> {
    BASE64.decode(base64).map_err(|_| Flaw::new("photo", "is not base64"))
}

/// A reader that ends with an error when one row is too long.
pub struct Rationed<R> {
    inner: R,
    left: u64,
}

impl<R> Rationed<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, left: LARGEST_ROW }
    }

    /// A new row begins.
    pub fn renew(&mut self) {
        self.left = LARGEST_ROW;
    }
}

/// The error that ends a file with a row that is too long.
pub fn endless_row() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "a row is larger than 1 MiB (is a quotation mark or a line end missing?)",
    )
}

impl<R: Read> Read for Rationed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(endless_row());
        }
        let read = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}
