//! The keys of items that share a table: each kind is spelt here and nowhere else.

use crate::domain::nik::Nik;
use crate::domain::{Id, KeyThumbprint};

/// What the keys of devices begin with, in `identities`.
pub const DEVICE: &str = "device#";

/// What the keys of holders begin with, in `identities`.
pub const HOLDER: &str = "holder#";

/// What the keys of registrations begin with, in `identities`.
pub const REGISTRATION: &str = "registration#";

/// What the positions of receipts begin with, in `receipts`.
pub const RECEIPT: &str = "receipt#";

/// Where the head of a holder's chain is, in `receipts`.
pub const CHAIN_HEAD: &str = "head";

pub fn device(thumbprint: &KeyThumbprint) -> String {
    format!("{DEVICE}{}", thumbprint.as_str())
}

pub fn holder(nik: &Nik) -> String {
    format!("{HOLDER}{}", nik.as_str())
}

pub fn registration(id: &Id) -> String {
    format!("{REGISTRATION}{id}")
}

/// The position of a receipt, which sorts as its number does.
pub fn receipt(sequence: u32) -> String {
    format!("{RECEIPT}{sequence:010}")
}

/// The position of the mark that an answer to a winner has its receipt.
pub fn reading(id: &Id) -> String {
    format!("reading#{id}")
}

/// Where the list of a NIK's registrations is that nobody has opened yet, in `identities`.
pub fn waiting(nik: &Nik) -> String {
    format!("waiting#{}", nik.as_str())
}
