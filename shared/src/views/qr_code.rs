//! What holders see of the code that their phone shows: who asks, and how it ended.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::Id;
use crate::domain::claims::ClaimSet;
use crate::domain::moment::Moment;
use crate::domain::reading::{Given, Withheld};
use crate::domain::scan::Scan;
use crate::domain::text::Label;

/// The code that a phone shows, or showed last.
#[derive(Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum QrCodeView {
    /// Nobody has scanned it yet.
    Live { expires_at: Moment },
    /// The holder is asked for these claims, and may leave some of them out.
    Scanned {
        #[serde(flatten)]
        by: By,
        claims: ClaimSet,
        answer_until: Moment,
    },
    /// These claims are disclosed.
    Redeemed {
        #[serde(flatten)]
        by: By,
        claims: ClaimSet,
    },
    /// Nothing is disclosed, and why.
    Refused {
        #[serde(flatten)]
        by: By,
        withheld: Withheld,
    },
    /// There is none, or none any more.
    Gone,
}

/// Who scanned a code, when and for what. Receipts have the same names.
#[derive(Serialize)]
pub struct By {
    redemption_id: Id,
    client_id: String,
    integrator: String,
    purpose: String,
    purpose_label: Label,
    redeemed_at: Moment,
}

impl QrCodeView {
    pub fn live(expires_at: Timestamp) -> Self {
        Self::Live { expires_at: expires_at.into() }
    }

    /// A scanned code, with the name of who scanned it and of the purpose.
    pub fn of_scan(scan: &Scan, (integrator, purpose_label): (String, Label), time_to_answer: SignedDuration) -> Self {
        let redemption = scan.redemption();
        let by = By {
            redemption_id: redemption.id.clone(),
            client_id: redemption.client_id.clone(),
            integrator,
            purpose: redemption.purpose.clone(),
            purpose_label,
            redeemed_at: redemption.redeemed_at.into(),
        };
        match scan {
            Scan::Asked(code) => {
                Self::Scanned { by, claims: code.asked(), answer_until: code.answer_until(time_to_answer).into() }
            }
            Scan::Refused(code) => Self::Refused { by, withheld: code.state.why },
            Scan::Redeemed(code) => match code.first_reading().given {
                Given::Claims { claims } => Self::Redeemed { by, claims },
                Given::Nothing { withheld } => Self::Refused { by, withheld },
            },
        }
    }
}
