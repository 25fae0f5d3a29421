//! Cells as spreadsheets and people write them: truth values, dates with the day first, numbers that are too long.

use std::borrow::Cow;

use ikd::domain::nik::Nik;

use super::super::Flaw;

/// Columns whose numbers a spreadsheet rounds: it keeps 15 significant digits, and these have 16.
pub const NUMBERS: [&str; 2] = ["nik", "family_card_number"];

/// A cell in the format's own form. What has no form that is known stays as it is, for the format to refuse.
pub fn read<'a>(column: &'static str, cell: &'a str, nik: &str) -> Result<Cow<'a, str>, Flaw> {
    match column {
        _ if NUMBERS.contains(&column) => number(column, cell),
        "recorded" | "deceased" | "marriage_recorded" => Ok(Cow::Borrowed(truth(cell))),
        "birthdate" => date(column, cell.trim(), Some(nik)),
        "marriage_date" | "kitap_valid_until" | "id_card_issued_on" | "family_card_issued_on" => {
            date(column, cell.trim(), None)
        }
        "municipality" => Ok(municipality(cell.trim())),
        _ => Ok(Cow::Borrowed(cell.trim())),
    }
}

/// Whether a spreadsheet has certainly rounded a number: it is written with an exponent, or has no serial number left.
pub fn is_rounded(number: &str) -> bool {
    let has_exponent = number.contains(['e', 'E']) && number.starts_with(|first: char| first.is_ascii_digit());
    has_exponent && number.chars().all(|one| one.is_ascii_digit() || ",.+eE".contains(one))
        || number.len() == 16 && number.ends_with("0000")
}

fn number<'a>(column: &'static str, cell: &'a str) -> Result<Cow<'a, str>, Flaw> {
    // A spreadsheet marks a number that is text so.
    let number = cell.trim().trim_start_matches('\'').trim();
    if is_rounded(number) {
        return Err(Flaw::new(
            column,
            "was rounded by a spreadsheet: format the column as text, and enter the numbers again",
        ));
    }
    let is_spaced =
        number.contains([' ', '.', '-']) && number.chars().all(|one| one.is_ascii_digit() || " .-".contains(one));
    Ok(if is_spaced { Cow::Owned(number.replace([' ', '.', '-'], "")) } else { Cow::Borrowed(number) })
}

/// English and Indonesian words, and digits. `T` is none of them: it could be *true* or *tidak*.
fn truth(cell: &str) -> &str {
    match cell.trim().to_ascii_uppercase().as_str() {
        "TRUE" | "YES" | "BENAR" | "YA" | "Y" | "1" => "true",
        "FALSE" | "NO" | "SALAH" | "TIDAK" | "N" | "0" => "false",
        _ => cell.trim(),
    }
}

/// A date with the year first, or with the day first, as Indonesia writes it. A spreadsheet may have turned day and month around
/// where both are 12 at most; then the NIK must say the same, and of another date than that of birth it says nothing.
fn date<'a>(column: &'static str, cell: &'a str, nik: Option<&str>) -> Result<Cow<'a, str>, Flaw> {
    let cell = cell.strip_suffix("00:00:00").map_or(cell, |date| date.trim_end_matches([' ', 'T']));
    let parts: Vec<&str> = cell.split(if cell.contains('/') { '/' } else { '-' }).collect();
    let [day, month, year] = parts[..] else { return Ok(Cow::Borrowed(cell)) };
    if day.len() == 4 && cell.contains('/') {
        return Ok(Cow::Owned(cell.replace('/', "-")));
    }
    if year.len() == 2 && day.len() == 2 {
        return Err(Flaw::new(column, "has a year of two digits"));
    }
    let (Ok(day), Ok(month)) = (day.parse::<u8>(), month.parse::<u8>()) else { return Ok(Cow::Borrowed(cell)) };
    if year.len() != 4 {
        return Ok(Cow::Borrowed(cell));
    }
    if month > 12 {
        return Err(Flaw::new(column, "has no month in the middle: the day comes first"));
    }
    let can_be_turned_around = day <= 12 && day != month;
    if can_be_turned_around && !nik.is_some_and(|nik| is_of_nik(day, month, nik)) {
        let reason = match nik {
            Some(_) => {
                "could begin with the day or with the month, and is not the one of the NIK: write it as 1990-07-25"
            }
            None => "could begin with the day or with the month: write it as 1990-07-25",
        };
        return Err(Flaw::new(column, reason));
    }
    Ok(Cow::Owned(format!("{year}-{month:02}-{day:02}")))
}

fn is_of_nik(day: u8, month: u8, nik: &str) -> bool {
    let nik = Nik::try_from(nik.trim().to_owned());
    nik.is_ok_and(|nik| (nik.birth().day, nik.birth().month) == (day, month))
}

/// A spreadsheet takes `35.77` for a number, and writes it as `35,77` where numbers have a comma.
fn municipality(cell: &str) -> Cow<'_, str> {
    match cell.split_once(',') {
        Some((province, regency)) => Cow::Owned(format!("{province}.{regency}")),
        None => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIK: &str = "3577014507900003";

    #[test]
    fn truth_is_read_in_both_languages() {
        for cell in ["true", "TRUE", "BENAR", "Ya", "y", "1", " yes "] {
            assert_eq!(truth(cell), "true", "{cell}");
        }
        for cell in ["false", "FALSE", "SALAH", "Tidak", "n", "0", "no"] {
            assert_eq!(truth(cell), "false", "{cell}");
        }
        for cell in ["T", "", "2", "mungkin"] {
            assert_eq!(truth(cell), cell);
        }
    }

    #[test]
    fn dates_have_the_year_or_the_day_first() {
        for cell in [
            "1990-07-05",
            "05/07/1990",
            "05-07-1990",
            "5/7/1990",
            "1990-07-05 00:00:00",
            "1990-07-05T00:00:00",
            "05/07/1990 00:00:00",
        ] {
            assert_eq!(date("birthdate", cell, Some(NIK)).unwrap(), "1990-07-05", "{cell}");
        }
        for (cell, read) in [("25/07/1990", "1990-07-25"), ("07-07-1990", "1990-07-07"), ("05/07/1991", "1991-07-05")] {
            assert_eq!(
                date("birthdate", cell, Some(NIK)).unwrap(),
                read,
                "{cell}: it cannot be turned around, or the NIK agrees"
            );
        }
    }

    #[test]
    fn another_date_than_that_of_birth_is_read_where_it_can_be_read_in_one_way() {
        for (cell, date) in [("25/12/2009", "2009-12-25"), ("10/10/2009", "2009-10-10"), ("2009-10-11", "2009-10-11")] {
            assert_eq!(read("marriage_date", cell, NIK).unwrap(), date);
        }
        assert!(read("marriage_date", "05/07/2009", NIK).is_err(), "the NIK says nothing of it");
        assert_eq!(read("marriage_date", "", NIK).unwrap(), "");
    }

    #[test]
    fn a_date_that_can_be_read_in_two_ways_is_refused_unless_the_nik_agrees() {
        for cell in ["07/05/1990", "06/07/1990", "05-08-1990", "07/25/1990", "05/07/90", "25-07-90"] {
            assert!(date("birthdate", cell, Some(NIK)).is_err(), "{cell}");
        }
        assert!(date("birthdate", "05/07/1990", Some("3577014507")).is_err(), "there is no NIK");
        for cell in ["", "5 Juli 1990", "33059", "1990-07-05x", "a/b/1990"] {
            assert_eq!(date("birthdate", cell, Some(NIK)).unwrap(), cell, "the format refuses it");
        }
    }

    #[test]
    fn rounded_numbers_are_known_by_their_form() {
        for number in ["3,57701E+15", "3.57701E+15", "3.577014507900000e+15", "3577014507900000"] {
            assert!(is_rounded(number), "{number}");
            assert!(read("nik", number, number).is_err_and(|flaw| flaw.reason.contains("rounded")), "{number}");
        }
        for number in [NIK, "3577014507900010", "", "E", "35770145079000e0x", "0000"] {
            assert!(!is_rounded(number), "{number}");
        }
    }

    #[test]
    fn a_municipality_may_have_the_comma_of_a_number() {
        assert_eq!((municipality("35,77"), municipality("35.77")), ("35.77".into(), "35.77".into()));
    }
}
