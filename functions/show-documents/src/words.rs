//! The words that Indonesian documents use.

use ikd::domain::resident::{Gender, MaritalStatus, Relation, Religion};

pub fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "PEREMPUAN",
        Gender::Male => "LAKI-LAKI",
    }
}

pub fn marital_status(status: MaritalStatus) -> &'static str {
    match status {
        MaritalStatus::Unmarried => "BELUM KAWIN",
        MaritalStatus::Married => "KAWIN",
        MaritalStatus::Divorced => "CERAI HIDUP",
        MaritalStatus::Widowed => "CERAI MATI",
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

pub fn religion(religion: Religion) -> &'static str {
    match religion {
        Religion::Islam => "ISLAM",
        Religion::Kristen => "KRISTEN",
        Religion::Katolik => "KATOLIK",
        Religion::Hindu => "HINDU",
        Religion::Buddha => "BUDDHA",
        Religion::Khonghucu => "KHONGHUCU",
        Religion::Kepercayaan => "KEPERCAYAAN TERHADAP TUHAN YME",
    }
}
