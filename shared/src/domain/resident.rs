//! A row of the population registry, and which of its residents may enrol.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::civil_record::CivilRecord;
use super::claims::{Claim, ClaimSet};
use super::document::{Document, DocumentKind};
use super::nik::Nik;
use super::secret::unprintable;

/// A resident as the population registry knows them. Functions read residents and never write them.
#[derive(Clone, Serialize, Deserialize)]
pub struct Resident {
    pub nik: Nik,
    /// Number of the family card (*Kartu Keluarga*).
    pub family_card_number: String,
    /// The resident's relation to the head of the family card.
    pub relation: Relation,
    pub name: String,
    pub gender: Gender,
    pub birthplace: String,
    pub birthdate: Date,
    pub address: Address,
    pub marital_status: MaritalStatus,
    pub religion: Religion,
    /// As the ID card writes it, as `O` or `AB+`; nothing where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blood_type: Option<String>,
    pub occupation: String,
    /// Whether the electronic ID card's biometrics were recorded (*perekaman KTP-el*).
    pub recorded: bool,
    /// The municipality of domicile by family card, as `35.77`.
    pub municipality: String,
    pub deceased: bool,
    /// When the registry changed this row last.
    pub updated_at: Timestamp,
    #[serde(default, skip_serializing_if = "CivilRecord::is_empty")]
    pub civil_record: CivilRecord,
    /// What other agencies have on record.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub documents: BTreeMap<DocumentKind, Document>,
    /// The registry's photograph, JPEG; empty where it was not read, or there is none.
    #[serde(default, with = "photo", skip_serializing_if = "Vec::is_empty")]
    pub photo: Vec<u8>,
}

unprintable!(Resident);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    Female,
    Male,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaritalStatus {
    Unmarried,
    Married,
    Divorced,
    Widowed,
}

/// Why the registry does not let a resident use a digital identity here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    Deceased,
    /// Domiciled elsewhere by family card.
    MovedAway,
}

/// The relation to the head of the family card (*status hubungan dalam keluarga*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// *Kepala keluarga*.
    Head,
    Husband,
    Wife,
    Child,
    ChildInLaw,
    Grandchild,
    Parent,
    ParentInLaw,
    OtherRelative,
    Other,
}

/// The religions, and the beliefs beside them, that an ID card names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Religion {
    Islam,
    Kristen,
    Katolik,
    Hindu,
    Buddha,
    Khonghucu,
    Kepercayaan,
}

/// An address as the family card writes it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Address {
    pub street: String,
    /// Neighbourhood and hamlet (*RT/RW*), as `003/005`.
    pub rt_rw: String,
    pub kelurahan: String,
    pub kecamatan: String,
    pub municipality: String,
    pub province: String,
    pub postal_code: String,
}

unprintable!(Address);

impl Resident {
    /// Whether the registry lets this resident enrol in the office of `municipality` on the day that it is there.
    ///
    /// KTP-el recorded, domiciled here, alive, and of age for an ID card: 17, or ever married (UU 24/2013, article 63).
    /// Only the office may learn which of them failed, so no reason is returned.
    pub fn may_enrol(&self, municipality: &str, today: Date) -> bool {
        let of_age = self.age_on(today) >= 17 || self.marital_status != MaritalStatus::Unmarried;
        self.recorded && !self.deceased && self.municipality == municipality && of_age
    }

    /// Why this resident cannot be a holder here; nothing as long as they can.
    pub fn gone(&self, municipality: &str) -> Option<Gone> {
        if self.deceased {
            Some(Gone::Deceased)
        } else if self.municipality == municipality {
            None
        } else {
            Some(Gone::MovedAway)
        }
    }

    /// Completed years of life.
    pub fn age_on(&self, today: Date) -> i16 {
        let had_birthday = (today.month(), today.day()) >= (self.birthdate.month(), self.birthdate.day());
        today.year() - self.birthdate.year() - i16::from(!had_birthday)
    }

    /// The values of the asked-for claims, by the names of OpenID Connect Core 1.0, section 5.1.
    pub fn claims(&self, asked: &ClaimSet, today: Date) -> Map<String, Value> {
        asked.iter().map(|claim| (claim.name().to_owned(), self.claim(claim, today))).collect()
    }

    fn claim(&self, claim: Claim, today: Date) -> Value {
        match claim {
            Claim::Nik => json!(self.nik),
            Claim::Name => json!(self.name),
            Claim::Birthdate => json!(self.birthdate),
            Claim::Gender => json!(self.gender),
            Claim::Address => self.address.as_claim(),
            Claim::Picture => json!(format!("data:image/jpeg;base64,{}", data_encoding::BASE64.encode(&self.photo))),
            Claim::FamilyCardNumber => json!(self.family_card_number),
            Claim::AgeOver17 => json!(self.age_on(today) >= 17),
        }
    }
}

impl Address {
    /// The address claim of OpenID Connect Core 1.0, section 5.1.1.
    fn as_claim(&self) -> Value {
        let street = format!("{}, RT/RW {}, Kel. {}, Kec. {}", self.street, self.rt_rw, self.kelurahan, self.kecamatan);
        json!({
            "formatted": format!("{street}\n{} {}\n{}\nIndonesia", self.municipality, self.postal_code, self.province),
            "street_address": street,
            "locality": self.municipality,
            "region": self.province,
            "postal_code": self.postal_code,
            "country": "ID",
        })
    }
}

/// Photographs are bytes in the store, not lists of numbers.
mod photo {
    use serde::{Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl de::Visitor<'_> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resident() -> Resident {
        Resident {
            nik: Nik::parse("3577014507900003").unwrap(),
            family_card_number: "3577010101100001".into(),
            relation: Relation::Wife,
            name: "SITI AMINAH".into(),
            gender: Gender::Female,
            birthplace: "MADIUN".into(),
            birthdate: Date::constant(1990, 7, 5),
            address: Address {
                street: "JL. PAHLAWAN NO. 37".into(),
                rt_rw: "003/005".into(),
                kelurahan: "KARTOHARJO".into(),
                kecamatan: "KARTOHARJO".into(),
                municipality: "KOTA MADIUN".into(),
                province: "JAWA TIMUR".into(),
                postal_code: "63117".into(),
            },
            marital_status: MaritalStatus::Unmarried,
            religion: Religion::Islam,
            blood_type: None,
            occupation: "GURU".into(),
            recorded: true,
            municipality: "35.77".into(),
            deceased: false,
            updated_at: "2026-01-05T02:30:00Z".parse().unwrap(),
            civil_record: CivilRecord::default(),
            documents: BTreeMap::new(),
            photo: vec![0xff, 0xd8],
        }
    }

    const TODAY: Date = Date::constant(2026, 11, 22);

    #[test]
    fn every_condition_of_the_registry_counts() {
        assert!(resident().may_enrol("35.77", TODAY));
        assert!(!resident().may_enrol("35.78", TODAY));
        assert!(!Resident { recorded: false, ..resident() }.may_enrol("35.77", TODAY));
        assert!(!Resident { deceased: true, ..resident() }.may_enrol("35.77", TODAY));
    }

    #[test]
    fn an_id_card_comes_with_the_seventeenth_birthday_or_with_marriage() {
        let young = Resident { birthdate: Date::constant(2009, 11, 22), ..resident() };
        assert!(!young.may_enrol("35.77", Date::constant(2026, 11, 21)));
        assert!(young.may_enrol("35.77", TODAY));
        let married = Resident { marital_status: MaritalStatus::Married, ..young };
        assert!(married.may_enrol("35.77", Date::constant(2026, 1, 1)));
    }

    #[test]
    fn only_the_claims_asked_for_are_told() {
        let claims = resident().claims(&[Claim::Name, Claim::AgeOver17].into_iter().collect(), TODAY);
        assert_eq!(Value::from(claims), json!({ "name": "SITI AMINAH", "age_over_17": true }));
    }
}
