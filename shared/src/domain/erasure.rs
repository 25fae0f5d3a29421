//! Erasure (UU PDP, Pasal 8): what a holder asked to have erased, until all of it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Id;
use super::nik::Nik;
use super::receipt::Receipt;
use super::registration::Registration;

/// The order to erase what a holder left. The identity itself has ended with the write that gave the order. Devices are no
/// part of it: what is left of them is kept as long as their signatures, so that a theft can be reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    pub id: Id,
    pub nik: Nik,
    /// What came later belongs to a new identity, and stays.
    pub ordered_at: Timestamp,
    /// When the order is forgotten (TTL), done or not.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl Erasure {
    /// All registrations of the NIK, no matter who made them.
    pub fn takes_registration(&self, registration: &Registration) -> bool {
        registration.registered_at <= self.ordered_at
    }

    pub fn takes_receipt(&self, receipt: &Receipt) -> bool {
        receipt.reading.at <= self.ordered_at
    }
}
