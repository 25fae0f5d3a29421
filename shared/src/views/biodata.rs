//! What holders see of the registry: their own data, and what the family card shows of its members.

use data_encoding::BASE64;
use jiff::civil::Date;
use serde::Serialize;

use crate::domain::civil_record::Citizenship;
use crate::domain::moment::Moment;
use crate::domain::nik::Nik;
use crate::domain::resident::{Address, Gender, MaritalStatus, Relation, Religion, Resident};

/// One line of a family card.
#[derive(Serialize)]
pub struct FamilyMember<'a> {
    nik: &'a Nik,
    name: &'a str,
    relation: Relation,
    gender: Gender,
    birthplace: &'a str,
    birthdate: Date,
    religion: Religion,
    education: Option<&'a str>,
    occupation: &'a str,
    blood_type: Option<&'a str>,
    marital_status: MaritalStatus,
    marriage_date: Option<Date>,
    marriage_recorded: Option<bool>,
    citizenship: Option<&'a Citizenship>,
    passport_number: Option<&'a str>,
    kitap_number: Option<&'a str>,
    father: Option<&'a str>,
    mother: Option<&'a str>,
}

/// When a family card was issued, and by whom.
#[derive(Serialize)]
pub struct FamilyCardIssue<'a> {
    issued_on: Option<Date>,
    official: Option<&'a str>,
    official_nip: Option<&'a str>,
}

/// *Biodata*: everything that the ID card and the family card show of the holder.
#[derive(Serialize)]
pub struct Biodata<'a> {
    #[serde(flatten)]
    member: FamilyMember<'a>,
    kitap_valid_until: Option<Date>,
    id_card_issued_in: Option<&'a str>,
    id_card_issued_on: Option<Date>,
    family_card_number: &'a str,
    family_card_issue: FamilyCardIssue<'a>,
    address: &'a Address,
    /// The registry's photograph, JPEG in base64.
    picture: String,
    updated_at: Moment,
}

impl<'a> FamilyMember<'a> {
    pub fn of(resident: &'a Resident) -> Self {
        let record = &resident.civil_record;
        Self {
            nik: &resident.nik,
            name: &resident.name,
            relation: resident.relation,
            gender: resident.gender,
            birthplace: &resident.birthplace,
            birthdate: resident.birthdate,
            religion: resident.religion,
            education: record.education.as_deref(),
            occupation: &resident.occupation,
            blood_type: resident.blood_type.as_deref(),
            marital_status: resident.marital_status,
            marriage_date: record.marriage_date,
            marriage_recorded: record.marriage_recorded,
            citizenship: record.citizenship.as_ref(),
            passport_number: record.passport_number.as_deref(),
            kitap_number: record.kitap_number.as_deref(),
            father: record.father.as_deref(),
            mother: record.mother.as_deref(),
        }
    }
}

impl<'a> FamilyCardIssue<'a> {
    pub fn of(resident: &'a Resident) -> Self {
        let record = &resident.civil_record;
        Self {
            issued_on: record.family_card_issued_on,
            official: record.family_card_official.as_deref(),
            official_nip: record.family_card_official_nip.as_deref(),
        }
    }
}

impl<'a> Biodata<'a> {
    pub fn of(resident: &'a Resident) -> Self {
        let record = &resident.civil_record;
        Self {
            member: FamilyMember::of(resident),
            kitap_valid_until: record.kitap_valid_until,
            id_card_issued_in: record.id_card_issued_in.as_deref(),
            id_card_issued_on: record.id_card_issued_on,
            family_card_number: &resident.family_card_number,
            family_card_issue: FamilyCardIssue::of(resident),
            address: &resident.address,
            picture: BASE64.encode(&resident.photo),
            updated_at: resident.updated_at.into(),
        }
    }
}
