//! The documents (*Dokumen*) that the app shows: those of the civil registry, and records of agencies that cooperate.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Id;
use super::secret::unprintable;
use super::text::Text;

/// A kind of document, as the app's two menus list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    KtpEl,
    Kk,
    BpjsKesehatan,
    BpjsKetenagakerjaan,
    Bkn,
    Kemensos,
    Kpu,
    Kemendikbud,
    Vaksin,
    Npwp,
    Kendaraan,
}

/// The two menus of *Dokumen*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Menu {
    /// The civil registry's own.
    Kependudukan,
    /// Of other agencies.
    Lainnya,
}

/// What an agency has on record of a resident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The agency's number for the resident or the record.
    pub number: String,
    /// When the agency changed it last.
    #[serde(serialize_with = "super::moment::serialize")]
    pub updated_at: Timestamp,
    /// More that the agency shows, by its own names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
}

unprintable!(Document);

/// A document that was issued to be printed. It says nothing of its holder: the person who checks it has the print in
/// hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedDocument {
    pub id: Id,
    pub kind: DocumentKind,
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub issued_at: Timestamp,
    /// When it is forgotten.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl DocumentKind {
    pub const ALL: [Self; 11] = [
        Self::KtpEl,
        Self::Kk,
        Self::BpjsKesehatan,
        Self::BpjsKetenagakerjaan,
        Self::Bkn,
        Self::Kemensos,
        Self::Kpu,
        Self::Kemendikbud,
        Self::Vaksin,
        Self::Npwp,
        Self::Kendaraan,
    ];

    /// As it is written in paths and in the registry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KtpEl => "ktp-el",
            Self::Kk => "kk",
            Self::BpjsKesehatan => "bpjs-kesehatan",
            Self::BpjsKetenagakerjaan => "bpjs-ketenagakerjaan",
            Self::Bkn => "bkn",
            Self::Kemensos => "kemensos",
            Self::Kpu => "kpu",
            Self::Kemendikbud => "kemendikbud",
            Self::Vaksin => "vaksin",
            Self::Npwp => "npwp",
            Self::Kendaraan => "kendaraan",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn menu(self) -> Menu {
        match self {
            Self::KtpEl | Self::Kk => Menu::Kependudukan,
            _ => Menu::Lainnya,
        }
    }

    /// What residents call it.
    pub fn name(self) -> Text {
        let (id, en) = match self {
            Self::KtpEl => ("KTP-el", "Electronic ID card"),
            Self::Kk => ("Kartu Keluarga", "Family card"),
            Self::BpjsKesehatan => ("Kartu BPJS Kesehatan", "Health insurance card"),
            Self::BpjsKetenagakerjaan => ("Kartu BPJS Ketenagakerjaan", "Employment insurance card"),
            Self::Bkn => ("Data kepegawaian", "Civil service record"),
            Self::Kemensos => ("Data bantuan sosial", "Social assistance record"),
            Self::Kpu => ("Data pemilih", "Voter registration"),
            Self::Kemendikbud => ("Data pendidikan", "Education record"),
            Self::Vaksin => ("Kartu vaksin Covid-19", "Covid-19 vaccine card"),
            Self::Npwp => ("NPWP", "Taxpayer number"),
            Self::Kendaraan => ("Kepemilikan kendaraan", "Vehicle ownership"),
        };
        Text { id, en }
    }

    /// The agency responsible for it.
    pub fn issuer(self) -> &'static str {
        match self {
            Self::KtpEl | Self::Kk => "Dinas Kependudukan dan Pencatatan Sipil",
            Self::BpjsKesehatan => "BPJS Kesehatan",
            Self::BpjsKetenagakerjaan => "BPJS Ketenagakerjaan",
            Self::Bkn => "Badan Kepegawaian Negara",
            Self::Kemensos => "Kementerian Sosial",
            Self::Kpu => "Komisi Pemilihan Umum",
            Self::Kemendikbud => "Kementerian Pendidikan dan Kebudayaan",
            Self::Vaksin => "Kementerian Kesehatan",
            Self::Npwp => "Direktorat Jenderal Pajak",
            Self::Kendaraan => "Kepolisian Negara Republik Indonesia",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_name_in_paths_and_in_the_registry() {
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(DocumentKind::parse("KTP-EL"), None);
    }
}
