//! What holders see of the registry: their own data, and what the family card shows of its members.

use data_encoding::BASE64;
use jiff::civil::Date;
use serde::Serialize;

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
    marital_status: MaritalStatus,
    occupation: &'a str,
}

/// *Biodata*: everything that the ID card shows of its holder, and the number of the family card.
#[derive(Serialize)]
pub struct Biodata<'a> {
    #[serde(flatten)]
    member: FamilyMember<'a>,
    blood_type: Option<&'a str>,
    family_card_number: &'a str,
    address: &'a Address,
    /// The registry's photograph, JPEG in base64.
    picture: String,
    updated_at: Moment,
}

impl<'a> FamilyMember<'a> {
    pub fn of(resident: &'a Resident) -> Self {
        Self {
            nik: &resident.nik,
            name: &resident.name,
            relation: resident.relation,
            gender: resident.gender,
            birthplace: &resident.birthplace,
            birthdate: resident.birthdate,
            religion: resident.religion,
            marital_status: resident.marital_status,
            occupation: &resident.occupation,
        }
    }
}

impl<'a> Biodata<'a> {
    pub fn of(resident: &'a Resident) -> Self {
        Self {
            member: FamilyMember::of(resident),
            blood_type: resident.blood_type.as_deref(),
            family_card_number: &resident.family_card_number,
            address: &resident.address,
            picture: BASE64.encode(&resident.photo),
            updated_at: resident.updated_at.into(),
        }
    }
}
