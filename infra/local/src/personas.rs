//! Synthetic people and organisations to try the service with: nobody among them exists.

use std::collections::BTreeMap;

use anyhow::Result;
use ikd::domain::civil_record::{Citizenship, CivilRecord};
use ikd::domain::claims::{Claim, ClaimSet};
use ikd::domain::document::{Document, DocumentKind};
use ikd::domain::integrator::Integrator;
use ikd::domain::nik::Nik;
use ikd::domain::resident::{Address, Gender, MaritalStatus, Relation, Religion, Resident};
use ikd::domain::text::Text;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use jiff::civil::Date;
use jsonwebtoken::jwk::JwkSet;

use crate::actors::KeyPair;
use crate::photographs;

/// May enrol; her husband and child are on the same family card.
pub const SITI: &str = "3577014507900003";
/// May enrol; Siti's husband.
pub const BUDI: &str = "3577011203880001";
/// May enrol; lives alone.
pub const DEWI: &str = "3577036104950001";
/// May enrol; loses the phone.
pub const AGUS: &str = "3577021708850002";
/// May enrol; forgets the PIN.
pub const RATNA: &str = "3577035605920001";
/// May enrol; leaves.
pub const HADI: &str = "3577012211830004";
/// May enrol; leaves in another way.
pub const SRI: &str = "3577036809910002";
/// May enrol; has a phone with a bad line.
pub const WAHYU: &str = "3577023006870004";
/// No resident has this NIK.
pub const UNKNOWN: &str = "3577013112990009";
/// Biometrics were never recorded.
pub const NOT_RECORDED: &str = "3577025502050004";
/// Domiciled in the regency around the city.
pub const ELSEWHERE: &str = "3519040908790005";
pub const DECEASED: &str = "3577010101450001";
/// Siti's daughter, recorded at sixteen.
pub const UNDER_17: &str = "3577015209100002";

/// Every resident of the registry, for seeding.
pub fn residents() -> Result<Vec<Resident>> {
    let family = "3577010101100001";
    Ok(vec![
        Resident {
            relation: Relation::Wife,
            civil_record: CivilRecord {
                father: Some("HARTONO".to_owned()),
                mother: Some("SUMINI".to_owned()),
                ..married_couple()
            },
            documents: records_of_every_agency(SITI)?,
            ..person(SITI, family, "SITI AMINAH", Gender::Female, (1990, 7, 5), 37)?
        },
        Resident {
            relation: Relation::Head,
            occupation: "WIRASWASTA".to_owned(),
            civil_record: CivilRecord {
                father: Some("SANTOSO".to_owned()),
                mother: Some("SUPARTI".to_owned()),
                ..married_couple()
            },
            documents: records_of_every_agency(BUDI)?,
            ..person(BUDI, family, "BUDI SANTOSO", Gender::Male, (1988, 3, 12), 37)?
        },
        Resident {
            relation: Relation::Child,
            marital_status: MaritalStatus::Unmarried,
            occupation: "PELAJAR/MAHASISWA".to_owned(),
            civil_record: CivilRecord {
                education: Some("SLTP/SEDERAJAT".to_owned()),
                father: Some("BUDI SANTOSO".to_owned()),
                mother: Some("SITI AMINAH".to_owned()),
                ..family_card()
            },
            ..person(UNDER_17, family, "PUTRI RAHAYU", Gender::Female, (2010, 9, 12), 37)?
        },
        person(DEWI, "3577030505150002", "DEWI LESTARI", Gender::Female, (1995, 4, 21), 12)?,
        person(AGUS, "3577020909120006", "AGUS WIBOWO", Gender::Male, (1985, 8, 17), 21)?,
        person(RATNA, "3577031003160007", "RATNA SARI", Gender::Female, (1992, 5, 16), 45)?,
        person(HADI, "3577010404130009", "HADI PRASETYO", Gender::Male, (1983, 11, 22), 53)?,
        person(SRI, "3577030607150004", "SRI HANDAYANI", Gender::Female, (1991, 9, 28), 61)?,
        Resident {
            documents: records_of_every_agency(WAHYU)?,
            ..person(WAHYU, "3577020502140008", "WAHYU NUGROHO", Gender::Male, (1987, 6, 30), 29)?
        },
        Resident {
            recorded: false,
            ..person(NOT_RECORDED, "3577020303120003", "RINA WULANDARI", Gender::Female, (2005, 2, 15), 4)?
        },
        Resident {
            municipality: "35.19".to_owned(),
            ..person(ELSEWHERE, "3519040707110004", "JOKO SUSILO", Gender::Male, (1979, 8, 9), 88)?
        },
        Resident {
            deceased: true,
            ..person(DECEASED, "3577010808080005", "MARTO REJO", Gender::Male, (1945, 1, 1), 21)?
        },
    ])
}

/// An organisation that redeems, and what it may see.
#[derive(Clone, Copy, Debug)]
pub struct Organisation {
    pub client_id: &'static str,
    pub name: &'static str,
    pub claims: &'static [Claim],
    pub purposes: &'static [Purpose],
    pub enabled: bool,
}

/// What an organisation redeems for.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    pub name: &'static str,
    /// What holders read.
    pub label: Text,
}

const ACCOUNT_OPENING: Purpose =
    Purpose { name: "account-opening", label: Text { id: "Pembukaan rekening", en: "Opening an account" } };
const DUE_DILIGENCE: Purpose = Purpose {
    name: "customer-due-diligence",
    label: Text { id: "Pemeriksaan data nasabah", en: "Customer due diligence" },
};
const PATIENT_REGISTRATION: Purpose =
    Purpose { name: "patient-registration", label: Text { id: "Pendaftaran pasien", en: "Patient registration" } };
const AGE_CHECK: Purpose = Purpose { name: "age-check", label: Text { id: "Pemeriksaan usia", en: "Age check" } };

/// Sees what a bank needs to open an account.
pub const BANK: Organisation = Organisation {
    client_id: "bank-madiun",
    name: "Bank Madiun",
    claims: &[Claim::Nik, Claim::Name, Claim::Birthdate, Claim::Address, Claim::Gender],
    purposes: &[ACCOUNT_OPENING, DUE_DILIGENCE],
    enabled: true,
};

pub const HOSPITAL: Organisation = Organisation {
    client_id: "rsud-madiun",
    name: "RSUD Kota Madiun",
    claims: &[Claim::Name, Claim::Birthdate, Claim::Gender],
    purposes: &[PATIENT_REGISTRATION],
    enabled: true,
};

/// Sees whether somebody is of age, and nothing else.
pub const SHOP: Organisation = Organisation {
    client_id: "toko-pahlawan",
    name: "Toko Pahlawan",
    claims: &[Claim::AgeOver17],
    purposes: &[AGE_CHECK],
    enabled: true,
};

pub const DISABLED: Organisation = Organisation {
    client_id: "lembaga-nonaktif",
    name: "Lembaga Nonaktif",
    claims: &[Claim::Name],
    purposes: &[ACCOUNT_OPENING],
    enabled: false,
};

pub const ORGANISATIONS: [Organisation; 4] = [BANK, HOSPITAL, SHOP, DISABLED];

impl Organisation {
    /// The organisation as ops would register it.
    pub fn registered(&self, key: &KeyPair) -> Integrator {
        Integrator {
            client_id: self.client_id.to_owned(),
            name: self.name.to_owned(),
            jwks: JwkSet { keys: vec![key.public().clone()] },
            claims: self.claims.iter().copied().collect::<ClaimSet>(),
            purposes: self.purposes.iter().map(|purpose| (purpose.name.to_owned(), purpose.label.into())).collect(),
            callback: None,
            enabled: self.enabled,
        }
    }
}

/// A picture used as a face: a JPEG drawn from a number, a different one for each number.
pub fn portrait(seed: u32, width: u32, height: u32) -> Result<Vec<u8>> {
    let shade = |offset: u32| u8::try_from(seed.wrapping_mul(97).wrapping_add(offset) % 120).unwrap_or_default();
    let background = Rgb([100 + shade(1), 120 + shade(2), 130 + shade(3)]);
    let (skin, hair) = (Rgb([150 + shade(4) / 2, 110 + shade(5) / 3, 80]), Rgb([20 + shade(6) / 4, 20, 20]));
    let inside = |x: u32, y: u32, centre: (f32, f32), radius: (f32, f32)| {
        let (x, y) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
        let (dx, dy) =
            ((x - f64::from(centre.0)) / f64::from(radius.0), (y - f64::from(centre.1)) / f64::from(radius.1));
        dx * dx + dy * dy < 1.0
    };
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let eyes = inside(x, y, (0.42, 0.42), (0.03, 0.02)) || inside(x, y, (0.58, 0.42), (0.03, 0.02));
        if eyes || inside(x, y, (0.5, 0.62), (0.09, 0.015)) {
            hair
        } else if inside(x, y, (0.5, 0.47), (0.2, 0.26)) {
            skin
        } else if inside(x, y, (0.5, 0.38), (0.24, 0.28)) || inside(x, y, (0.5, 1.05), (0.4, 0.3)) {
            hair
        } else {
            background
        }
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(&picture)?;
    Ok(bytes)
}

/// What the registry has on Siti and Budi alike.
fn married_couple() -> CivilRecord {
    CivilRecord {
        education: Some("DIPLOMA IV/STRATA I".to_owned()),
        marriage_date: Some(Date::constant(2009, 10, 10)),
        marriage_recorded: Some(true),
        id_card_issued_in: Some("KOTA MADIUN".to_owned()),
        id_card_issued_on: Some(Date::constant(2018, 5, 14)),
        ..family_card()
    }
}

/// What the family card of Siti says of all its members.
fn family_card() -> CivilRecord {
    CivilRecord {
        citizenship: Some(Citizenship::Indonesian),
        family_card_issued_on: Some(Date::constant(2024, 2, 19)),
        family_card_official: Some("CONTOH PEJABAT, S.STP, M.SI".to_owned()),
        family_card_official_nip: Some("000000000000000000".to_owned()),
        ..CivilRecord::default()
    }
}

/// A record of each agency that cooperates.
fn records_of_every_agency(nik: &str) -> Result<BTreeMap<DocumentKind, Document>> {
    let record = |kind, number: &str, details: &[(&str, &str)]| -> Result<_> {
        let details = details.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok((kind, Document { number: number.to_owned(), updated_at: "2026-03-02T04:00:00Z".parse()?, details }))
    };
    [
        record(DocumentKind::BpjsKesehatan, "0001234567890", &[("kelas", "2"), ("faskes", "PUSKESMAS ORO-ORO OMBO")]),
        record(DocumentKind::BpjsKetenagakerjaan, "21012345678", &[("program", "JHT, JKK, JKM")]),
        record(DocumentKind::Bkn, "199007052015032001", &[("instansi", "PEMERINTAH KOTA MADIUN")]),
        record(DocumentKind::Kemensos, "DTKS-3577-000123", &[("program", "tidak menerima bantuan")]),
        record(DocumentKind::Kpu, "DPT-3577031001-0042", &[("tps", "012 KARTOHARJO")]),
        record(DocumentKind::Kemendikbud, "9901234567", &[("jenjang", "S1")]),
        record(DocumentKind::Vaksin, "6543210987", &[("dosis", "3")]),
        record(DocumentKind::Npwp, nik, &[("kpp", "KPP PRATAMA MADIUN")]),
        record(DocumentKind::Kendaraan, "AE 1234 BC", &[("jenis", "SEPEDA MOTOR")]),
    ]
    .into_iter()
    .collect()
}

fn person(
    nik: &str,
    family: &str,
    name: &str,
    gender: Gender,
    (year, month, day): (i16, i8, i8),
    house: u32,
) -> Result<Resident> {
    Ok(Resident {
        nik: Nik::parse(nik).map_err(|invalid| anyhow::anyhow!("{}: {}", nik, invalid.0.en))?,
        family_card_number: family.to_owned(),
        relation: Relation::Head,
        name: name.to_owned(),
        gender,
        birthplace: "MADIUN".to_owned(),
        birthdate: Date::new(year, month, day)?,
        address: Address {
            street: format!("JL. PAHLAWAN NO. {house}"),
            rt_rw: "003/005".to_owned(),
            kelurahan: "KARTOHARJO".to_owned(),
            kecamatan: "KARTOHARJO".to_owned(),
            municipality: "KOTA MADIUN".to_owned(),
            province: "JAWA TIMUR".to_owned(),
            postal_code: "63117".to_owned(),
        },
        marital_status: MaritalStatus::Married,
        religion: Religion::Islam,
        blood_type: Some("O".to_owned()),
        occupation: "KARYAWAN SWASTA".to_owned(),
        recorded: true,
        municipality: "35.77".to_owned(),
        deceased: false,
        updated_at: "2026-01-05T02:30:00Z".parse()?,
        civil_record: CivilRecord { citizenship: Some(Citizenship::Indonesian), ..CivilRecord::default() },
        documents: BTreeMap::new(),
        photo: photographs::of_registry()?,
    })
}
