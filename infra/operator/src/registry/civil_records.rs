//! What a row may say for the ID card and the family card: nothing, or texts and dates that are possible.

use ikd::domain::civil_record::{Citizenship, CivilRecord};
use ikd::domain::resident::Resident;
use ikd::domain::text::is_plain;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::Flaw;

/// Characters of one text at most.
const LONGEST_TEXT: usize = 200;

/// Adds everything that is wrong.
pub fn check(resident: &Resident, now: Timestamp, flaws: &mut Vec<Flaw>) {
    let record = &resident.civil_record;
    let is_text = |text: &str| {
        let is_bare = !text.is_empty() && text.trim() == text;
        is_bare && is_plain(text) && text.chars().count() <= LONGEST_TEXT
    };
    for (field, text) in texts(record) {
        if text.is_some_and(|text| !is_text(text)) {
            flaws.push(Flaw::new(field, "has blanks around it, hidden characters, or more than 200 characters"));
        }
    }
    if let Some(Citizenship::Foreign(state)) = &record.citizenship
        && (state.eq_ignore_ascii_case("WNA") || state.contains(|one: char| one.is_ascii_digit()))
    {
        flaws.push(Flaw::new("citizenship", "is neither WNI nor the name of a state"));
    }
    // A day begins in eastern Indonesia (UTC+9) first.
    let today = Offset::constant(9).to_datetime(now).date();
    for (field, date) in past_dates(record) {
        if date.is_some_and(|date| date > today) {
            flaws.push(Flaw::new(field, "lies in the future"));
        }
    }
    for (field, date) in own_dates(record) {
        if date.is_some_and(|date| date < resident.birthdate) {
            flaws.push(Flaw::new(field, "lies before the birth"));
        }
    }
}

fn texts(record: &CivilRecord) -> [(&'static str, Option<&str>); 9] {
    [
        ("citizenship", record.citizenship.as_ref().map(Citizenship::as_str)),
        ("education", record.education.as_deref()),
        ("father", record.father.as_deref()),
        ("mother", record.mother.as_deref()),
        ("passport_number", record.passport_number.as_deref()),
        ("kitap_number", record.kitap_number.as_deref()),
        ("id_card_issued_in", record.id_card_issued_in.as_deref()),
        ("family_card_official", record.family_card_official.as_deref()),
        ("family_card_official_nip", record.family_card_official_nip.as_deref()),
    ]
}

fn past_dates(record: &CivilRecord) -> [(&'static str, Option<Date>); 3] {
    [
        ("marriage_date", record.marriage_date),
        ("id_card_issued_on", record.id_card_issued_on),
        ("family_card_issued_on", record.family_card_issued_on),
    ]
}

/// The dates that no resident can have before birth; a family card can be older than its youngest member.
fn own_dates(record: &CivilRecord) -> [(&'static str, Option<Date>); 3] {
    [
        ("marriage_date", record.marriage_date),
        ("id_card_issued_on", record.id_card_issued_on),
        ("kitap_valid_until", record.kitap_valid_until),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::synthesise::Residents;
    use super::*;

    #[test]
    fn texts_and_dates_that_cannot_be_are_refused_and_nothing_at_all_is_not() {
        let resident = Residents::new(1, 7).unwrap().next().unwrap().unwrap();
        let birth = resident.birthdate;
        let fields = |record: CivilRecord| {
            let mut flaws = Vec::new();
            let resident = Resident { civil_record: record, ..resident.clone() };
            check(&resident, "2026-11-24T00:00:00Z".parse().unwrap(), &mut flaws);
            flaws.into_iter().map(|flaw| flaw.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(resident.civil_record.clone()), [""; 0]);
        assert_eq!(fields(CivilRecord::default()), [""; 0]);
        for (citizenship, refused) in [("JEPANG", false), ("Warga Negara Indonesia", false), ("WNA", true), ("1", true)]
        {
            let citizenship = Some(citizenship.to_owned().into());
            assert_eq!(!fields(CivilRecord { citizenship, ..CivilRecord::default() }).is_empty(), refused);
        }
        let record = CivilRecord {
            citizenship: Some(String::new().into()),
            father: Some(" SLAMET".to_owned()),
            mother: Some("M".repeat(LONGEST_TEXT)),
            passport_number: Some("X\u{202e}1".to_owned()),
            marriage_date: Some(birth.yesterday().unwrap()),
            kitap_valid_until: Some(Date::constant(2031, 1, 1)),
            id_card_issued_on: Some(Date::constant(2026, 11, 25)),
            family_card_issued_on: Some(Date::constant(2026, 11, 24)),
            ..CivilRecord::default()
        };
        assert_eq!(fields(record), ["citizenship", "father", "passport_number", "id_card_issued_on", "marriage_date"]);
    }
}
