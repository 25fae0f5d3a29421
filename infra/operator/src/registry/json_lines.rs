//! Residents as JSON Lines: the domain's own form of a resident on each line, the photograph in base64.

use std::io::{BufRead, Read};

use anyhow::{Context, Result};
use ikd::domain::resident::Resident;
use serde_path_to_error::{Deserializer, Track};

use super::Flaw;
use super::file::Text;
use super::rows::{LARGEST_ROW, NOT_UTF_8, Row, endless_row, photo_of_base64};

/// The rows of a JSON Lines file. Empty lines are passed over.
pub struct JsonLines {
    text: Text,
    /// Lines read so far.
    lines: u64,
    bytes: Vec<u8>,
}

impl JsonLines {
    pub fn new(text: Text) -> Self {
        Self { text, lines: 0, bytes: Vec::new() }
    }

    pub fn next(&mut self) -> Option<Result<Row>> {
        loop {
            self.bytes.clear();
            let line = self.lines + 1;
            match self.read_line() {
                Err(error) => {
                    return Some(Err(error).with_context(|| format!("line {line} and what follows cannot be read")));
                }
                Ok(0) => return None,
                Ok(_) => self.lines = line,
            }
            let json = self.bytes.trim_ascii();
            if !json.is_empty() {
                return Some(Ok(Row { line, read: parse(json).map_err(|flaw| vec![flaw]) }));
            }
        }
    }

    fn read_line(&mut self) -> std::io::Result<usize> {
        let read = (&mut self.text).take(LARGEST_ROW).read_until(b'\n', &mut self.bytes)?;
        if read as u64 == LARGEST_ROW { Err(endless_row()) } else { Ok(read) }
    }
}

/// Reads one resident. Members that the domain does not know are refused: a mistyped optional one would be lost
/// otherwise.
fn parse(json: &[u8]) -> Result<Resident, Flaw> {
    if std::str::from_utf8(json).is_err() {
        return Err(Flaw::new("row", NOT_UTF_8));
    }
    let (mut track, mut has_unknown) = (Track::new(), false);
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = serde_ignored::deserialize(Deserializer::new(&mut reader, &mut track), |_| has_unknown = true);
    let mut resident: Resident = read.map_err(|error| {
        if error.is_syntax() || error.is_eof() {
            return Flaw::new("row", "is not JSON");
        }
        // Serde's messages repeat values; for a missing member they have only its name.
        match error.to_string().strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            Some(name) => Flaw::new(member(name), "is missing"),
            None => Flaw::new(member(&track.path().to_string()), "is not of the documented form"),
        }
    })?;
    reader.end().map_err(|_| Flaw::new("row", "is not JSON"))?;
    if has_unknown {
        return Err(Flaw::new("row", "has a member that the format does not know"));
    }
    // Serde_json gives a text's characters where bytes are asked for: here they are still base64.
    resident.photo = photo_of_base64(&resident.photo)?;
    Ok(resident)
}

/// The member of a resident that a path leads into; paths themselves can hold what the file says.
fn member(path: &str) -> &'static str {
    const MEMBERS: [&str; 26] = [
        "nik",
        "family_card_number",
        "relation",
        "name",
        "gender",
        "birthplace",
        "birthdate",
        "address",
        "marital_status",
        "religion",
        "blood_type",
        "occupation",
        "recorded",
        "municipality",
        "deceased",
        "updated_at",
        "civil_record",
        "documents",
        "photo",
        "street",
        "rt_rw",
        "kelurahan",
        "kecamatan",
        "province",
        "postal_code",
        "number",
    ];
    let first = path.split('.').next().unwrap_or_default();
    MEMBERS.into_iter().find(|member| *member == first).unwrap_or("row")
}
