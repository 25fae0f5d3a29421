//! Files of residents as streams: CSV or JSON Lines, plain or compressed, read and written in pieces.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

/// How rows are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
}

impl Format {
    /// The format that a name implies, as `residents.csv.gz`, if any.
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let extension = name.strip_suffix(".gz").unwrap_or(&name).rsplit('.').next()?.to_owned();
        match extension.as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// Text that is read piece by piece.
pub type Text = BufReader<Box<dyn Read + Send>>;

const PIECE: usize = 64 * 1024;

/// Begins to read the bytes of a file. Compression is recognised by the first ones, the format by the file's name, or else
/// by the first character.
pub fn open(path: &Path, bytes: Box<dyn Read + Send>) -> Result<(Format, Text)> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];

    let mut raw: Text = BufReader::with_capacity(PIECE, bytes);
    let is_gzip = raw.fill_buf().with_context(|| format!("{} cannot be read", path.display()))?.starts_with(&GZIP);
    let mut text: Text =
        if is_gzip { BufReader::with_capacity(PIECE, Box::new(MultiGzDecoder::new(raw))) } else { raw };
    let start = text.fill_buf().with_context(|| format!("{} cannot be read", path.display()))?;
    ensure!(!start.is_empty(), "{} is empty.", path.display());
    // Spreadsheets mark UTF-8 with a byte order mark.
    let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let looks_like = if start[mark..].trim_ascii_start().starts_with(b"{") { Format::JsonLines } else { Format::Csv };
    text.consume(mark);
    Ok((Format::of_name(path).unwrap_or(looks_like), text))
}

/// A file, or the standard output, that is written piece by piece.
pub enum Sink {
    Plain(Box<dyn Write>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Sink {
    /// Writes to a file, compressed where its name ends in `.gz`; without one to the standard output.
    pub fn create(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Plain(Box::new(BufWriter::new(io::stdout())))) };
        let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        let file = BufWriter::with_capacity(PIECE, file);
        let is_gzip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
        Ok(if is_gzip {
            Self::Gzip(Box::new(GzEncoder::new(file, Compression::fast())))
        } else {
            Self::Plain(Box::new(file))
        })
    }

    /// Writes what is left; a full disk is noticed here at the latest.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut file) => file.flush(),
            Self::Gzip(encoder) => encoder.finish()?.flush(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(encoder) => encoder.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_the_format() {
        for (name, format) in [
            ("residents.csv", Some(Format::Csv)),
            ("RESIDENTS.CSV.GZ", Some(Format::Csv)),
            ("a.b.jsonl", Some(Format::JsonLines)),
            ("a.ndjson.gz", Some(Format::JsonLines)),
            ("residents.gz", None),
            ("csv", Some(Format::Csv)),
            ("dump", None),
        ] {
            assert_eq!(Format::of_name(Path::new(name)), format, "{name}");
        }
    }
}
