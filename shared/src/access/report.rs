//! What an officer reports of a device: why it is blocked and, for a theft, since when it was in a thief's hands, with the grounds.

use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::device::BlockReason;
use crate::domain::text::Invalid;
use crate::domain::theft::{Justification, TheftReport};
use crate::http::Fields;

/// Why somebody asks for a block. (The approval of a successor and the erasure of an identity have reasons of their own.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    Lost,
    Stolen,
    Other,
}

/// The fields of a report, as an officer sent them.
pub struct TheftFields<'a> {
    pub reason: Option<Reason>,
    pub stolen_since: Option<Timestamp>,
    pub justification: Option<&'a str>,
}

impl From<Reason> for BlockReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Lost => Self::Lost,
            Reason::Stolen => Self::Stolen,
            Reason::Other => Self::Other,
        }
    }
}

impl TheftFields<'_> {
    /// The report of a theft, if there is one. A time and its grounds belong together, and to a theft alone. `within` is the
    /// JSON pointer of the object that was sent.
    pub fn theft(&self, fields: &mut Fields, within: &str, now: Timestamp) -> Option<TheftReport> {
        const NOT_STOLEN: Invalid = Invalid::new(
            "Isi waktu pencurian hanya jika ponsel dicuri.",
            "Give the time of the theft only if the phone was stolen.",
        );
        const WITHOUT_TIME: Invalid = Invalid::new(
            "Jika dasar laporan diisi, waktu pencurian juga wajib diisi.",
            "If you give grounds, give the time of the theft, too.",
        );

        let (time, grounds) = (format!("{within}/stolen_since"), format!("{within}/justification"));
        match (self.stolen_since, self.justification) {
            (None, None) => None,
            (None, Some(_)) => fields.take(&grounds, Err(WITHOUT_TIME)),
            (Some(_), _) if self.reason != Some(Reason::Stolen) => fields.take(&time, Err(NOT_STOLEN)),
            (Some(since), sent) => {
                let justification = fields.take(&grounds, Justification::parse(sent.unwrap_or_default()))?;
                fields.take(&time, TheftReport::new(since, justification, now))
            }
        }
    }
}
