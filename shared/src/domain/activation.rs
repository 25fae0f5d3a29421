//! The activation code in use: why it was sent, how long and how often it may be tried, what became of its e-mail.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Id;
use super::activation_code::ActivationCode;
use super::secret::MacKey;

/// The activation code's current generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// Counts the codes of this registration from 1; only the newest one opens anything.
    pub generation: u32,
    /// Why codes are sent at present.
    pub cause: Cause,
    /// Counts the codes of this cause from 1.
    pub codes: u32,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// Codes typed for this generation, right or wrong.
    pub tries: u32,
    pub delivery: Delivery,
    /// The officer who ordered this generation; nobody where the phone asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_by: Option<String>,
}

/// Why an activation code goes out. Each time an officer has checked the face before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The registration was approved: the code makes its phone a device.
    Approval,
    /// An officer, named by their subject identifier, reset the PIN: the device exists, and the code becomes its PIN.
    PinReset { officer: String },
}

/// How long an activation code lives, and how soon and how often another one may be sent.
#[derive(Clone, Copy, Debug)]
pub struct CodeRules {
    pub lifetime: SignedDuration,
    /// Least time between two codes.
    pub wait: SignedDuration,
    /// Codes of one cause in all.
    pub max_codes: u32,
}

/// Why there is no further code yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFurtherCode {
    /// The last e-mail went out a moment ago.
    Before(Timestamp),
    UsedUp,
}

impl Activation {
    /// The first code of an approved registration.
    pub(super) fn first(officer: String, rules: &CodeRules, now: Timestamp) -> Self {
        Self {
            generation: 1,
            cause: Cause::Approval,
            codes: 1,
            issued_at: now,
            expires_at: now + rules.lifetime,
            tries: 0,
            delivery: Delivery::Queued,
            ordered_by: Some(officer),
        }
    }

    /// The code after this one, if it is not asked for too soon.
    pub(super) fn next(
        &self,
        cause: Cause,
        codes: u32,
        ordered_by: Option<String>,
        rules: &CodeRules,
        now: Timestamp,
    ) -> Result<Self, NoFurtherCode> {
        let earliest = self.issued_at + rules.wait;
        if earliest > now {
            return Err(NoFurtherCode::Before(earliest));
        }
        Ok(Self {
            generation: self.generation + 1,
            cause,
            codes,
            issued_at: now,
            expires_at: now + rules.lifetime,
            tries: 0,
            delivery: Delivery::Queued,
            ordered_by,
        })
    }

    /// The code that the e-mail brings.
    pub fn code(&self, key: &MacKey, registration: &Id) -> ActivationCode {
        ActivationCode::derive(key, registration, self.generation)
    }
}

/// What became of the activation e-mail of the current generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    Queued,
    /// The mail service took it.
    Sent,
    /// The mail service refused it for good; the address needs correcting.
    Refused,
    /// The mailbox's server took it.
    Delivered,
    /// The mailbox's server refused it, or gave up; the address needs correcting.
    Bounced,
    /// Its reader called it spam.
    Complained,
}

impl Delivery {
    /// What this may follow: events of a mail arrive late, twice and in any order.
    pub fn may_follow(self) -> &'static [Self] {
        match self {
            Self::Queued => &[],
            Self::Sent => &[Self::Queued],
            Self::Refused | Self::Delivered => &[Self::Queued, Self::Sent],
            // A server may take a mail and send it back later.
            Self::Bounced | Self::Complained => &[Self::Queued, Self::Sent, Self::Delivered],
        }
    }
}
