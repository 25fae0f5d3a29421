//! What synthetic households have on their ID cards and family card, in agreement with one another.

use ikd::domain::civil_record::{Citizenship, CivilRecord};
use ikd::domain::resident::{Gender, MaritalStatus, Relation, Resident};
use jiff::civil::Date;

use super::draw::Draw;
use super::households::{TODAY, age, name, on_birthday};

/// The first ID cards with biometrics were issued then.
const FIRST_ID_CARDS: Date = Date::constant(2011, 2, 1);

/// Who signs every synthetic family card: nobody.
const OFFICIAL: &str = "CONTOH PEJABAT, S.STP, M.SI";
const OFFICIAL_NIP: &str = "000000000000000000";

/// Writes the records of a household whose card's number was given on a day.
pub fn complete(draw: &mut Draw, household: &mut [Resident], numbered: Date) {
    let card_issued_on = draw.date(numbered, yesterday());
    let married_on = married_on(draw, household);
    let records: Vec<CivilRecord> = household
        .iter()
        .map(|resident| {
            let (father, mother) = parents(draw, household, resident);
            let is_married = resident.marital_status == MaritalStatus::Married;
            let id_card_issued_on = (resident.recorded && age(resident.birthdate) >= 17)
                .then(|| draw.date(on_birthday(resident.birthdate, 17).max(FIRST_ID_CARDS), yesterday()));
            CivilRecord {
                citizenship: Some(Citizenship::Indonesian),
                education: Some(education(draw, age(resident.birthdate)).to_owned()),
                father: Some(father),
                mother: Some(mother),
                marriage_date: married_on.filter(|_| is_married),
                marriage_recorded: is_married.then_some(married_on.is_some()),
                id_card_issued_in: id_card_issued_on.map(|_| resident.address.municipality.clone()),
                id_card_issued_on,
                family_card_issued_on: Some(card_issued_on),
                family_card_official: Some(OFFICIAL.to_owned()),
                family_card_official_nip: Some(OFFICIAL_NIP.to_owned()),
                ..CivilRecord::default()
            }
        })
        .collect();
    for (resident, record) in household.iter_mut().zip(records) {
        resident.civil_record = record;
    }
}

fn yesterday() -> Date {
    TODAY.yesterday().unwrap_or(TODAY)
}

/// The day of the couple's registered marriage, after both turned twenty; some marriages are not registered.
fn married_on(draw: &mut Draw, household: &[Resident]) -> Option<Date> {
    let couple = household.iter().filter(|resident| resident.marital_status == MaritalStatus::Married);
    let first = couple.map(|resident| on_birthday(resident.birthdate, 20)).max()?;
    let day = draw.date(first, on_birthday(first, 8).min(yesterday()));
    draw.happens(960).then_some(day)
}

/// The names of father and mother: those of the household where they are in it.
fn parents(draw: &mut Draw, household: &[Resident], resident: &Resident) -> (String, String) {
    let grown_ups = |gender: Gender, relations: &[Relation]| {
        let parent = household.iter().find(|other| other.gender == gender && relations.contains(&other.relation));
        parent.map(|parent| parent.name.clone())
    };
    let (father, mother) = match resident.relation {
        Relation::Child => {
            let relations = [Relation::Head, Relation::Wife];
            (grown_ups(Gender::Male, &relations), grown_ups(Gender::Female, &relations))
        }
        Relation::Head => (None, grown_ups(Gender::Female, &[Relation::Parent])),
        _ => (None, None),
    };
    let father = father.unwrap_or_else(|| name(draw, false, resident.religion));
    let mother = mother.unwrap_or_else(|| name(draw, true, resident.religion));
    (father, mother)
}

fn education(draw: &mut Draw, age: i16) -> &'static str {
    match age {
        ..7 => "TIDAK/BELUM SEKOLAH",
        7..13 => "BELUM TAMAT SD/SEDERAJAT",
        13..16 => "TAMAT SD/SEDERAJAT",
        16..19 => "SLTP/SEDERAJAT",
        _ => {
            let levels = [
                ("SLTA/SEDERAJAT", 460),
                ("SLTP/SEDERAJAT", 170),
                ("TAMAT SD/SEDERAJAT", 180),
                ("DIPLOMA IV/STRATA I", 120),
                ("AKADEMI/DIPLOMA III/S. MUDA", 45),
            ];
            draw.weighted(&levels, "STRATA II")
        }
    }
}
