//! Residents as CSV: one column for each value, the address spread out, documents as JSON in one cell.

use std::io::Write;

use anyhow::{Context, Result, bail, ensure};
use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, StringRecord};
use data_encoding::BASE64;
use ikd::domain::civil_record::{Citizenship, CivilRecord};
use ikd::domain::nik::Nik;
use ikd::domain::resident::{Address, Gender, MaritalStatus, Relation, Religion, Resident};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Flaw;
use super::file::Text;
use super::rows::{Rationed, Row, photo_of_base64};
use super::sheet::mapping::Mapping;
use super::sheet::{Sheet, separator};

/// The columns, in whatever order the header has them.
const COLUMNS: [&str; 38] = [
    "nik",
    "family_card_number",
    "relation",
    "name",
    "gender",
    "birthplace",
    "birthdate",
    "street",
    "rt_rw",
    "kelurahan",
    "kecamatan",
    "address_municipality",
    "province",
    "postal_code",
    "marital_status",
    "religion",
    "occupation",
    "recorded",
    "municipality",
    "deceased",
    "updated_at",
    "blood_type",
    "documents",
    "photo",
    "citizenship",
    "education",
    "father",
    "mother",
    "marriage_date",
    "marriage_recorded",
    "passport_number",
    "kitap_number",
    "kitap_valid_until",
    "id_card_issued_in",
    "id_card_issued_on",
    "family_card_issued_on",
    "family_card_official",
    "family_card_official_nip",
];

/// The columns from `blood_type` on may be left out.
const NEEDED: usize = 21;

/// The names of the columns.
pub fn columns() -> &'static [&'static str] {
    &COLUMNS
}

/// The rows of a CSV file.
pub struct FlatRows {
    reader: Reader<Rationed<Text>>,
    sheet: Sheet,
    record: ByteRecord,
}

impl FlatRows {
    /// Reads the header; it must name the columns, or the mapping must.
    pub fn new(text: Text, mapping: Option<Mapping>) -> Result<Self> {
        let (separator, text) = separator(text)?;
        let mut reader = ReaderBuilder::new().flexible(true).delimiter(separator).from_reader(Rationed::new(text));
        let sheet = Sheet::new(reader.headers().context("the header cannot be read")?, mapping)?;
        check_header(sheet.header())?;
        Ok(Self { reader, sheet, record: ByteRecord::new() })
    }

    pub fn next(&mut self) -> Option<Result<Row>> {
        self.reader.get_mut().renew();
        let line = self.reader.position().line();
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => self.sheet.ensure_not_rounded().err().map(Err),
            Ok(true) => {
                let line = self.record.position().map_or(line, csv::Position::line);
                let record = std::mem::take(&mut self.record);
                Some(Ok(Row { line, read: self.parse(record).map_err(|flaw| vec![flaw]) }))
            }
            Err(error) => Some(Err(error).with_context(|| format!("line {line} and what follows cannot be read"))),
        }
    }

    fn parse(&mut self, record: ByteRecord) -> Result<Resident, Flaw> {
        let record = self.sheet.cells(record)?;
        let flat: Flat = record.deserialize(Some(self.sheet.header())).map_err(|error| {
            let field = match error.kind() {
                ErrorKind::Deserialize { err, .. } => err.field().and_then(|field| usize::try_from(field).ok()),
                _ => None,
            };
            Flaw::new(field.map_or("row", |field| self.column(field)), "is not of the documented form")
        })?;
        flat.try_into()
    }

    fn column(&self, index: usize) -> &'static str {
        let name = self.sheet.header().get(index);
        COLUMNS.into_iter().find(|column| Some(*column) == name).unwrap_or("row")
    }
}

/// Refuses a header with other columns. The message does not repeat it: it may be a first row of data.
fn check_header(header: &StringRecord) -> Result<()> {
    let missing: Vec<_> =
        COLUMNS[..NEEDED].iter().filter(|column| !header.iter().any(|name| name == **column)).copied().collect();
    ensure!(missing.is_empty(), "The header lacks these columns: {}.", missing.join(", "));
    for (index, name) in header.iter().enumerate() {
        if !COLUMNS.contains(&name) {
            bail!("Column {} of the header is none that the format knows.", index + 1);
        }
        ensure!(!header.iter().take(index).any(|before| before == name), "The header has the column {name} twice.");
    }
    Ok(())
}

/// Writes residents as CSV, the header first.
pub struct FlatWriter<W: Write>(csv::Writer<W>);

impl<W: Write> FlatWriter<W> {
    pub fn new(writer: W) -> Self {
        Self(csv::Writer::from_writer(writer))
    }

    pub fn write(&mut self, resident: Resident) -> Result<()> {
        Ok(self.0.serialize(Flat::try_from(resident)?)?)
    }

    pub fn into_inner(self) -> Result<W> {
        self.0.into_inner().map_err(|error| error.into_error().into())
    }
}

/// A resident as a row of cells.
#[derive(Serialize, Deserialize)]
struct Flat {
    nik: Nik,
    family_card_number: String,
    relation: Relation,
    name: String,
    gender: Gender,
    birthplace: String,
    birthdate: Date,
    street: String,
    rt_rw: String,
    kelurahan: String,
    kecamatan: String,
    address_municipality: String,
    province: String,
    postal_code: String,
    marital_status: MaritalStatus,
    religion: Religion,
    occupation: String,
    recorded: bool,
    municipality: String,
    deceased: bool,
    updated_at: Timestamp,
    #[serde(default)]
    blood_type: Option<String>,
    /// JSON as in JSON Lines, or nothing.
    #[serde(default)]
    documents: String,
    /// Base64, or nothing.
    #[serde(default)]
    photo: String,
    citizenship: Option<Citizenship>,
    education: Option<String>,
    father: Option<String>,
    mother: Option<String>,
    marriage_date: Option<Date>,
    marriage_recorded: Option<bool>,
    passport_number: Option<String>,
    kitap_number: Option<String>,
    kitap_valid_until: Option<Date>,
    id_card_issued_in: Option<String>,
    id_card_issued_on: Option<Date>,
    family_card_issued_on: Option<Date>,
    family_card_official: Option<String>,
    family_card_official_nip: Option<String>,
}

impl TryFrom<Flat> for Resident {
    type Error = Flaw;

    fn try_from(flat: Flat) -> Result<Self, Flaw> {
        let documents = match flat.documents.as_str() {
            "" => Ok(std::collections::BTreeMap::default()),
            json => serde_json::from_str(json),
        };
        Ok(Self {
            nik: flat.nik,
            family_card_number: flat.family_card_number,
            relation: flat.relation,
            name: flat.name,
            gender: flat.gender,
            birthplace: flat.birthplace,
            birthdate: flat.birthdate,
            address: Address {
                street: flat.street,
                rt_rw: flat.rt_rw,
                kelurahan: flat.kelurahan,
                kecamatan: flat.kecamatan,
                municipality: flat.address_municipality,
                province: flat.province,
                postal_code: flat.postal_code,
            },
            marital_status: flat.marital_status,
            religion: flat.religion,
            blood_type: flat.blood_type,
            occupation: flat.occupation,
            recorded: flat.recorded,
            municipality: flat.municipality,
            deceased: flat.deceased,
            updated_at: flat.updated_at,
            civil_record: CivilRecord {
                citizenship: flat.citizenship,
                education: flat.education,
                father: flat.father,
                mother: flat.mother,
                marriage_date: flat.marriage_date,
                marriage_recorded: flat.marriage_recorded,
                passport_number: flat.passport_number,
                kitap_number: flat.kitap_number,
                kitap_valid_until: flat.kitap_valid_until,
                id_card_issued_in: flat.id_card_issued_in,
                id_card_issued_on: flat.id_card_issued_on,
                family_card_issued_on: flat.family_card_issued_on,
                family_card_official: flat.family_card_official,
                family_card_official_nip: flat.family_card_official_nip,
            },
            documents: documents.map_err(|_| Flaw::new("documents", "is not of the documented form"))?,
            photo: photo_of_base64(flat.photo.as_bytes())?,
        })
    }
}

impl TryFrom<Resident> for Flat {
    type Error = serde_json::Error;

    fn try_from(resident: Resident) -> Result<Self, serde_json::Error> {
        let record = resident.civil_record;
        let has_documents = !resident.documents.is_empty();
        let documents = if has_documents { serde_json::to_string(&resident.documents)? } else { String::new() };
        Ok(Self {
            nik: resident.nik,
            family_card_number: resident.family_card_number,
            relation: resident.relation,
            name: resident.name,
            gender: resident.gender,
            birthplace: resident.birthplace,
            birthdate: resident.birthdate,
            street: resident.address.street,
            rt_rw: resident.address.rt_rw,
            kelurahan: resident.address.kelurahan,
            kecamatan: resident.address.kecamatan,
            address_municipality: resident.address.municipality,
            province: resident.address.province,
            postal_code: resident.address.postal_code,
            marital_status: resident.marital_status,
            religion: resident.religion,
            occupation: resident.occupation,
            recorded: resident.recorded,
            municipality: resident.municipality,
            deceased: resident.deceased,
            updated_at: resident.updated_at,
            blood_type: resident.blood_type,
            documents,
            photo: BASE64.encode(&resident.photo),
            citizenship: record.citizenship,
            education: record.education,
            father: record.father,
            mother: record.mother,
            marriage_date: record.marriage_date,
            marriage_recorded: record.marriage_recorded,
            passport_number: record.passport_number,
            kitap_number: record.kitap_number,
            kitap_valid_until: record.kitap_valid_until,
            id_card_issued_in: record.id_card_issued_in,
            id_card_issued_on: record.id_card_issued_on,
            family_card_issued_on: record.family_card_issued_on,
            family_card_official: record.family_card_official,
            family_card_official_nip: record.family_card_official_nip,
        })
    }
}
