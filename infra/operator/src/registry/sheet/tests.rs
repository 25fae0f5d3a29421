//! CSV files as offices have them, read to the end.

use std::io::Cursor;
use std::path::Path;

use ikd::domain::civil_record::Citizenship;
use ikd::domain::resident::{Gender, Relation, Resident};
use jiff::Timestamp;
use jiff::civil::Date;

use super::super::file;
use super::super::flat::FlatWriter;
use super::super::regions::Regions;
use super::super::rows::Rows;
use super::super::rules::Rules;
use super::super::synthesise::Residents;
use super::*;

const SIAK: &str = include_str!("../../../../../docs/registry/siak.toml");
const EXPORT: &str = include_str!("../../../../../docs/registry/siak.csv");

/// What is read of a file: a resident or the flaws of each row, and an error where it ends in one.
fn read(file: impl Into<Vec<u8>>, mapping: Option<&str>) -> Result<Vec<Result<Resident, Vec<Flaw>>>> {
    let mapping = mapping.map(Mapping::parse).transpose()?;
    let (format, text) = file::open(Path::new("residents.csv"), Box::new(Cursor::new(file.into())))?;
    Rows::new(format, text, mapping)?.map(|row| row.map(|row| row.read)).collect()
}

/// Synthetic residents as the format's CSV.
fn csv(number: usize) -> String {
    let mut writer = FlatWriter::new(Vec::new());
    for resident in Residents::new(number, 7).unwrap() {
        writer.write(resident.unwrap()).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// The same table with every cell changed, and written with another separator.
fn rewritten(csv: &str, separator: u8, change: impl Fn(&str, &str) -> String) -> String {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        writer.write_record(header.iter().zip(&record).map(|(column, cell)| change(column, cell))).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn names(rows: &[Result<Resident, Vec<Flaw>>]) -> Vec<String> {
    rows.iter().map(|row| row.as_ref().unwrap().name.clone()).collect()
}

#[test]
fn every_separator_is_recognised_by_the_header() {
    let csv = csv(20);
    let expected = names(&read(csv.clone(), None).unwrap());
    for separator in [b',', b';', b'\t'] {
        let file = rewritten(&csv, separator, |_, cell| cell.to_owned());
        assert_eq!(names(&read(file, None).unwrap()), expected, "{separator}");
    }
}

#[test]
fn a_file_that_a_spreadsheet_saved_is_read() {
    let csv = csv(20);
    let expected = names(&read(csv.clone(), None).unwrap());
    let file = rewritten(&csv, b';', |column, cell| match (column, cell) {
        ("recorded" | "deceased", "true") => "BENAR".to_owned(),
        ("recorded" | "deceased", _) => "FALSE".to_owned(),
        ("birthdate", date) => date.split('-').rev().collect::<Vec<_>>().join("/"),
        ("municipality", code) => code.replace('.', ","),
        (_, cell) => cell.to_owned(),
    });
    let with_empty_columns = file.replace('\n', ";;\r\n");
    let rows = read(format!("\u{feff}{with_empty_columns}"), None).unwrap();
    assert_eq!(names(&rows), expected);
    let days = |rows: &[Result<Resident, Vec<Flaw>>]| -> Vec<Date> {
        rows.iter().map(|row| row.as_ref().unwrap().birthdate).collect()
    };
    assert_eq!(days(&rows), days(&read(csv.clone(), None).unwrap()));

    let named = format!("\u{feff}sep=;\r\n{file}");
    assert_eq!(names(&read(named, None).unwrap()), expected);
    let marked = rewritten(&csv, b',', |column, cell| match column {
        "nik" | "family_card_number" => format!("'{} {}", &cell[..6], &cell[6..]),
        "birthdate" => cell.replace('-', "/"),
        _ => format!(" {cell} "),
    });
    let marked = read(marked, None).unwrap();
    assert_eq!((names(&marked), days(&marked)), (expected, days(&rows)));
}

#[test]
fn cells_beyond_the_header_are_refused() {
    let csv = csv(3);
    let (header, rows) = csv.split_once('\n').unwrap();
    let file = format!("{header},\n{}", rows.replace('\n', ",x\n"));
    let rows = read(file, None).unwrap();
    assert!(rows.iter().all(|row| row.as_ref().is_err_and(|flaws| flaws[0].field == "row")));
}

#[test]
fn a_file_in_another_encoding_says_how_to_save_it() {
    let csv = csv(3);
    let marked = csv.replace("KOTA MADIUN", "KOTA MADI\u{1}N").into_bytes();
    let latin_1: Vec<u8> = marked.into_iter().map(|byte| if byte == 1 { 0xdc } else { byte }).collect();
    let rows = read(latin_1, None).unwrap();
    let flaw = rows[0].as_ref().err().unwrap()[0];
    assert_eq!(flaw.field, "address_municipality");
    assert!(flaw.reason.contains("CSV UTF-8"), "{flaw:?}");

    let utf_16: Vec<u8> = std::iter::once(0xfeff).chain(csv.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let refused = read(utf_16, None).err().unwrap().to_string();
    assert!(refused.contains("CSV UTF-8"), "{refused}");
}

#[test]
fn a_column_of_rounded_numbers_ends_the_file() {
    let rounded = rewritten(&csv(40), b',', |column, cell| match column {
        "nik" => format!("{}0", &cell[..15]),
        _ => cell.to_owned(),
    });
    let refused = read(rounded, None).err().unwrap().to_string();
    assert!(refused.contains("rounded numbers of the column nik"), "{refused}");

    let with_exponent = rewritten(&csv(5), b',', |column, cell| match column {
        "nik" => "3,57701E+15".to_owned(),
        _ => cell.to_owned(),
    });
    let rows = read(with_exponent, None).unwrap();
    assert!(rows.iter().all(|row| row.as_ref().is_err_and(|flaws| flaws[0].reason.contains("rounded"))));
}

#[test]
fn an_offices_export_is_read_by_its_mapping() {
    let rows = read(EXPORT, Some(SIAK)).unwrap();
    assert_eq!(names(&rows), ["AGUS SANTOSO", "SITI AMINAH", "DIMAS SANTOSO"]);
    let rules = Rules::new(Regions::read().unwrap(), "2026-11-24T00:00:00Z".parse().unwrap());
    for resident in rows.iter().flatten() {
        assert_eq!((rules.flaws(resident), rules.doubts(resident)), (Vec::new(), Vec::new()), "{}", resident.name);
    }
    let wife = rows[1].as_ref().unwrap();
    assert_eq!((wife.relation, wife.gender), (Relation::Wife, Gender::Female));
    assert_eq!((wife.birthdate, wife.birthplace.as_str()), (Date::constant(1990, 7, 5), "KEDIRI; PARE"));
    assert_eq!((wife.address.rt_rw.as_str(), wife.municipality.as_str()), ("003/005", "35.77"));
    assert_eq!((wife.blood_type.as_deref(), wife.recorded, wife.deceased), (None, true, false));
    assert_eq!(wife.updated_at, "2026-01-05T02:30:00Z".parse::<Timestamp>().unwrap());
    let record = &wife.civil_record;
    assert_eq!(record.citizenship, Some(Citizenship::Indonesian));
    assert_eq!((record.marriage_date, record.marriage_recorded), (Some(Date::constant(2009, 10, 10)), Some(true)));
    assert_eq!((record.mother.as_deref(), record.passport_number.as_deref()), (Some("NGATINAH"), Some("X1234567")));
    let child = &rows[2].as_ref().unwrap().civil_record;
    assert_eq!((child.marriage_date, child.marriage_recorded, child.passport_number.as_deref()), (None, None, None));
}

#[test]
fn a_column_that_the_mapping_does_not_know_is_not_lost_silently() {
    let renamed = EXPORT.replacen("NAMA_KEP", "CATATAN", 1);
    let refused = read(renamed, Some(SIAK)).err().unwrap().to_string();
    assert_eq!(refused, "Column 3 of the header is none that the mapping uses or ignores.");
    let refused = read(EXPORT.replacen("TGL_LHR", "TANGGAL", 1), Some(SIAK)).err().unwrap().to_string();
    assert_eq!(refused, "The header lacks the column TGL_LHR, which the mapping takes for birthdate.");
    let refused = read("{}", Some(SIAK)).err().unwrap().to_string();
    assert!(refused.contains("lacks the column"), "the name says CSV: {refused}");
}
