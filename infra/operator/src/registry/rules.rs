//! What a row must satisfy beyond its form, and what is only doubtful about it.
//!
//! A NIK stays for life. A court may have corrected the date of birth or the gender since, and the region may have another code
//! now. So a NIK that does not agree with its row is a doubt and no flaw, or these residents could never enrol.

use ikd::domain::nik::Nik;
use ikd::domain::resident::{Gender, Relation, Resident};
use ikd::domain::text::is_plain;
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::regions::{Regions, Village};
use super::{Flaw, civil_records, photo};

/// Nobody was born earlier.
const EARLIEST_BIRTH: Date = Date::constant(1900, 1, 1);

/// Characters of one text at most.
const LONGEST_TEXT: usize = 200;

/// Bytes of a row's texts at most: an item of DynamoDB ends at 400 KB, and 256 KiB are the photograph's.
const MAX_TEXT: usize = 100_000;

/// The rules, and what they check against.
pub struct Rules {
    regions: Regions,
    now: Timestamp,
}

impl Rules {
    pub fn new(regions: Regions, now: Timestamp) -> Self {
        Self { regions, now }
    }

    /// Everything that is wrong with a row.
    pub fn flaws(&self, resident: &Resident) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        family(resident, &mut flaws);
        self.dates(resident, &mut flaws);
        self.address(resident, &mut flaws);
        texts(resident, &mut flaws);
        documents(resident, &mut flaws);
        civil_records::check(resident, self.now, &mut flaws);
        flaws.extend(photo::flaw(&resident.photo));
        flaws
    }

    /// What is doubtful about a row without making it wrong: the NIK names a district that is not known, or another gender or date
    /// of birth than the row, or the card's number names such a district.
    pub fn doubts(&self, resident: &Resident) -> Vec<Flaw> {
        let (nik, born) = (&resident.nik, resident.birthdate);
        let mut doubts = Vec::new();
        doubts.extend(self.doubt_about_region("nik", nik.as_str()));
        if nik.marks_a_woman() != (resident.gender == Gender::Female) {
            doubts.push(Flaw::new("gender", "is not the one of the NIK"));
        }
        let digits = nik.birth();
        let of_row = [i16::from(born.day()), i16::from(born.month()), born.year().rem_euclid(100)];
        if [digits.day, digits.month, digits.year].map(i16::from) != of_row {
            doubts.push(Flaw::new("birthdate", "is not the one of the NIK"));
        }
        doubts.extend(self.doubt_about_region("family_card_number", &resident.family_card_number));
        let gender_of_relation = match resident.relation {
            Relation::Husband => Some(Gender::Male),
            Relation::Wife => Some(Gender::Female),
            _ => None,
        };
        if gender_of_relation.is_some_and(|gender| gender != resident.gender) {
            doubts.push(Flaw::new("relation", "does not agree with the gender"));
        }
        doubts
    }

    fn dates(&self, resident: &Resident, flaws: &mut Vec<Flaw>) {
        // A day begins in eastern Indonesia (UTC+9) first.
        let today = Offset::constant(9).to_datetime(self.now).date();
        if resident.birthdate < EARLIEST_BIRTH || resident.birthdate > today {
            flaws.push(Flaw::new("birthdate", "lies before 1900 or in the future"));
        }
        // Clocks may differ, but not by a day.
        if resident.updated_at > self.now + SignedDuration::from_hours(24) {
            flaws.push(Flaw::new("updated_at", "lies in the future"));
        }
    }

    /// The municipality exists; in Kota Madiun, the kelurahan does, too.
    fn address(&self, resident: &Resident, flaws: &mut Vec<Flaw>) {
        let address = &resident.address;
        if !self.regions.has_municipality(&resident.municipality) {
            flaws.push(Flaw::new("municipality", "is not the code of a regency or city"));
        }
        let is_village = |village: &Village| {
            village.kecamatan.eq_ignore_ascii_case(&address.kecamatan)
                && village.kelurahan.eq_ignore_ascii_case(&address.kelurahan)
        };
        if resident.municipality == Village::MUNICIPALITY && !self.regions.villages().iter().any(is_village) {
            flaws.push(Flaw::new("kelurahan", "is not in this kecamatan of Kota Madiun"));
        }
        let has_form = |text: &str, form: &str| {
            text.len() == form.len()
                && text.bytes().zip(form.bytes()).all(|(byte, of_form)| match of_form {
                    b'0' => byte.is_ascii_digit(),
                    other => byte == other,
                })
        };
        if !has_form(&address.rt_rw, "000/000") {
            flaws.push(Flaw::new("rt_rw", "is not of the form 003/005"));
        }
        if !has_form(&address.postal_code, "00000") {
            flaws.push(Flaw::new("postal_code", "does not have five digits"));
        }
    }

    fn doubt_about_region(&self, field: &'static str, number: &str) -> Option<Flaw> {
        let district = number.get(..6).and_then(|digits| digits.parse().ok()).unwrap_or_default();
        self.regions.doubt_about(district).map(|reason| Flaw::new(field, reason))
    }
}

/// The card's number is built as a NIK is, with the day of its entry.
fn family(resident: &Resident, flaws: &mut Vec<Flaw>) {
    if !Nik::try_from(resident.family_card_number.clone()).is_ok_and(|card| !card.marks_a_woman()) {
        flaws.push(Flaw::new("family_card_number", "is not a possible number of a family card"));
    }
}

/// Texts are not empty and have no hidden characters.
fn texts(resident: &Resident, flaws: &mut Vec<Flaw>) {
    let address = &resident.address;
    let texts = [
        ("name", &resident.name),
        ("birthplace", &resident.birthplace),
        ("street", &address.street),
        ("kelurahan", &address.kelurahan),
        ("kecamatan", &address.kecamatan),
        ("address_municipality", &address.municipality),
        ("province", &address.province),
        ("occupation", &resident.occupation),
    ];
    for (field, text) in texts {
        if text.trim() != text.as_str() || text.is_empty() {
            flaws.push(Flaw::new(field, "is empty, or has blanks around it"));
        } else if !is_plain(text) || text.chars().count() > LONGEST_TEXT {
            flaws.push(Flaw::new(field, "has hidden characters, or more than 200"));
        }
    }
    let is_blood_type = |text: &str| ["A", "B", "AB", "O"].contains(&text.strip_suffix(['+', '-']).unwrap_or(text));
    if resident.blood_type.as_deref().is_some_and(|text| !is_blood_type(text)) {
        flaws.push(Flaw::new("blood_type", "is not A, B, AB or O, with + or - or without"));
    }
}

fn documents(resident: &Resident, flaws: &mut Vec<Flaw>) {
    let details = |document: &ikd::domain::document::Document| -> Vec<String> {
        let details = document.details.iter().flat_map(|(name, value)| [name.clone(), value.clone()]);
        std::iter::once(document.number.clone()).chain(details).collect()
    };
    let texts: Vec<String> = resident.documents.values().flat_map(details).collect();
    if texts.iter().any(|text| text.is_empty() || !is_plain(text)) {
        flaws.push(Flaw::new("documents", "has an empty text or hidden characters"));
    }
    if texts.iter().map(String::len).sum::<usize>() > MAX_TEXT {
        flaws.push(Flaw::new("documents", "is larger than 100 kB"));
    }
}
