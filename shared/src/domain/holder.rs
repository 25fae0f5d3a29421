//! What is known of one NIK: which registration is approved, which device is the holder's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::nik::Nik;
use super::{Id, KeyThumbprint};

/// The pointers that keep one resident to one device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HolderRecord {
    pub nik: Nik,
    /// How many registrations of this NIK were approved so far. A registration remembers the number it began
    /// with; approving one raises it, and every other registration of the NIK is ended by that one write.
    pub approvals: u32,
    /// The approved registration that waits for its activation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Id>,
    /// The device activated last; the device itself says whether it is blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<KeyThumbprint>,
    /// When the holder last had the identity erased. What happened before belongs to nobody any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
}

impl HolderRecord {
    /// Whether what happened at a time was erased since.
    pub fn has_erased(&self, happened_at: Timestamp) -> bool {
        self.erased_at.is_some_and(|erased_at| happened_at <= erased_at)
    }

    /// A NIK of which nothing is known yet.
    pub fn nobody_yet(nik: Nik) -> Self {
        Self { nik, approvals: 0, registration: None, device: None, erased_at: None }
    }
}
