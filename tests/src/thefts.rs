//! What officers send when a phone was stolen.

use jiff::Timestamp;
use local::actors::{Phone, Reply};
use serde_json::{Value, json};

use crate::world::World;

/// The grounds that these reports give.
pub const GROUNDS: &str = "Laporan polisi LP/112";

/// What a report says of any phone.
pub fn stolen(since: Timestamp) -> Value {
    json!({ "reason": "stolen", "stolen_since": since, "justification": GROUNDS })
}

/// The report of a theft that names no phone.
pub fn theft(nik: &str, since: Timestamp) -> Value {
    let mut report = stolen(since);
    report["nik"] = json!(nik);
    report
}

/// The report of a theft of one phone.
pub fn theft_of(nik: &str, phone: &Phone, since: Timestamp) -> Value {
    let mut report = theft(nik, since);
    report["device"] = json!(phone.key.thumbprint());
    report
}

/// An approval that replaces the active phone and says something of it.
pub fn approval_reporting(previous_device: &Value) -> Value {
    json!({ "verdict": "approve", "replace_device": true, "previous_device": previous_device })
}

impl World {
    /// An officer reports the theft of the phone that a resident activated last.
    pub async fn report_theft(&self, nik: &str, since: Timestamp) -> Reply {
        self.officer().report(&theft(nik, since)).await.expect("an answer")
    }

    /// An officer reports the theft of one phone.
    pub async fn report_theft_of(&self, nik: &str, phone: &Phone, since: Timestamp) -> Reply {
        self.officer().report(&theft_of(nik, phone, since)).await.expect("an answer")
    }
}
