//! The words that Indonesian documents use, and their English ones, which the ID cards of foreigners have.

use ikd::domain::civil_record::{Citizenship, CivilRecord};
use ikd::domain::local_time::print_date;
use ikd::domain::resident::{Gender, MaritalStatus, Relation, Religion, Resident};
use ikd::domain::text::Text;
use jiff::civil::Date;

/// What documents write where the registry says nothing.
const NOTHING: &str = "-";

pub fn text(text: Option<&str>) -> String {
    text.unwrap_or(NOTHING).to_owned()
}

pub fn date(date: Option<Date>) -> String {
    date.map_or_else(|| text(None), print_date)
}

pub fn gender(gender: Gender) -> Text {
    match gender {
        Gender::Female => Text { id: "PEREMPUAN", en: "FEMALE" },
        Gender::Male => Text { id: "LAKI-LAKI", en: "MALE" },
    }
}

pub fn marital_status(status: MaritalStatus) -> Text {
    match status {
        MaritalStatus::Unmarried => Text { id: "BELUM KAWIN", en: "SINGLE" },
        MaritalStatus::Married => Text { id: "KAWIN", en: "MARRIED" },
        MaritalStatus::Divorced => Text { id: "CERAI HIDUP", en: "DIVORCED" },
        MaritalStatus::Widowed => Text { id: "CERAI MATI", en: "WIDOWED" },
    }
}

/// A family card says more of the married and the divorced than an ID card does (Permendagri 118/2017).
pub fn marital_status_on_family_card(member: &Resident) -> &'static str {
    match (member.marital_status, member.civil_record.marriage_recorded) {
        (MaritalStatus::Married, Some(true)) => "KAWIN TERCATAT",
        (MaritalStatus::Married, Some(false)) => "KAWIN BELUM TERCATAT",
        (MaritalStatus::Divorced, Some(true)) => "CERAI HIDUP TERCATAT",
        (MaritalStatus::Divorced, Some(false)) => "CERAI HIDUP BELUM TERCATAT",
        (status, _) => marital_status(status).id,
    }
}

pub fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Head => "KEPALA KELUARGA",
        Relation::Husband => "SUAMI",
        Relation::Wife => "ISTRI",
        Relation::Child => "ANAK",
        Relation::ChildInLaw => "MENANTU",
        Relation::Grandchild => "CUCU",
        Relation::Parent => "ORANG TUA",
        Relation::ParentInLaw => "MERTUA",
        Relation::OtherRelative => "FAMILI LAIN",
        Relation::Other => "LAINNYA",
    }
}

pub fn religion(religion: Religion) -> Text {
    match religion {
        Religion::Islam => Text { id: "ISLAM", en: "ISLAM" },
        Religion::Kristen => Text { id: "KRISTEN", en: "CHRISTIAN" },
        Religion::Katolik => Text { id: "KATOLIK", en: "CATHOLIC" },
        Religion::Hindu => Text { id: "HINDU", en: "HINDU" },
        Religion::Buddha => Text { id: "BUDDHA", en: "BUDDHIST" },
        Religion::Khonghucu => Text { id: "KHONGHUCU", en: "CONFUCIAN" },
        Religion::Kepercayaan => Text { id: "KEPERCAYAAN TERHADAP TUHAN YME", en: "BELIEF IN THE ONE AND ONLY GOD" },
    }
}

/// A belief has a label of its own: it is no religion (Constitutional Court, 97/PUU-XIV/2016).
pub fn label_of_religion(religion: Religion) -> &'static str {
    if religion == Religion::Kepercayaan { "Kepercayaan" } else { "Agama" }
}

/// How long an ID card is valid: for life, or as long as a foreigner may stay (UU 24/2013, article 64).
pub fn valid_until(record: &CivilRecord) -> String {
    match record.citizenship {
        Some(Citizenship::Indonesian) => "SEUMUR HIDUP".to_owned(),
        Some(Citizenship::Foreign(_)) => date(record.kitap_valid_until),
        None => text(None),
    }
}
