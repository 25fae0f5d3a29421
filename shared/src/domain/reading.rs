//! The answers to the winner of a redemption: what each of them disclosed, or why it disclosed nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Id;
use super::claims::ClaimSet;

/// One answer to the winner of a redemption: the first one, or one that the winner asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Names the request that was answered.
    #[serde(rename = "reading_id")]
    pub id: Id,
    #[serde(rename = "read_at", serialize_with = "super::moment::serialize")]
    pub at: Timestamp,
    #[serde(flatten)]
    pub given: Given,
}

/// What an answer gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// The values of these claims.
    Claims { claims: ClaimSet },
    /// Nothing, and why.
    Nothing { withheld: Withheld },
}

/// Why a winner is given nothing. Each but the two that say otherwise is stored by the name of the problem that the winner gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withheld {
    IntegratorDisabled,
    /// The purpose is no longer registered.
    PurposeNotAllowed,
    /// The integrator is no longer registered for the claims: for none of them, or not for all that the first answer gave.
    ClaimsWithdrawn,
    QrCodeDeviceBlocked,
    HolderNotEligible,
    /// The winner asks again, and the registry's row is not the one that the first answer came from.
    RegistryChanged,
    /// The registry has no row of the holder: its table is damaged.
    ServiceUnavailable,
    /// The holder was asked, and refused.
    HolderDeclined,
    /// The holder was asked, refused, and does not know who asked. The winner is told that the holder declined.
    HolderReported,
    /// The holder was asked, and typed other digits than the clerk's too often. The winner is told that the holder declined.
    DigitsWrong,
    /// The holder was asked, and did not answer in time.
    HolderDidNotAnswer,
}

impl Given {
    /// What the answer gave, in words that a hash can be computed over.
    pub fn in_words(&self) -> String {
        match self {
            Self::Claims { claims } => {
                let names: Vec<&str> = claims.iter().map(super::claims::Claim::name).collect();
                names.join(" ")
            }
            Self::Nothing { withheld } => format!("withheld: {}", withheld.as_str()),
        }
    }
}

impl Withheld {
    pub const ALL: [Self; 11] = [
        Self::IntegratorDisabled,
        Self::PurposeNotAllowed,
        Self::ClaimsWithdrawn,
        Self::QrCodeDeviceBlocked,
        Self::HolderNotEligible,
        Self::RegistryChanged,
        Self::ServiceUnavailable,
        Self::HolderDeclined,
        Self::HolderReported,
        Self::DigitsWrong,
        Self::HolderDidNotAnswer,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::IntegratorDisabled => "integrator-disabled",
            Self::PurposeNotAllowed => "purpose-not-allowed",
            Self::ClaimsWithdrawn => "claims-withdrawn",
            Self::QrCodeDeviceBlocked => "qr-code-device-blocked",
            Self::HolderNotEligible => "holder-not-eligible",
            Self::RegistryChanged => "registry-changed",
            Self::ServiceUnavailable => "service-unavailable",
            Self::HolderDeclined => "holder-declined",
            Self::HolderReported => "holder-reported",
            Self::DigitsWrong => "digits-wrong",
            Self::HolderDidNotAnswer => "holder-did-not-answer",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_stored_with_its_claims_or_with_the_reason_why_there_are_none() {
        let reading = |given| Reading { id: Id::from_random([1; 16]), at: Timestamp::UNIX_EPOCH, given };
        let claims = reading(Given::Claims { claims: ClaimSet::basic_identity() });
        for withheld in Withheld::ALL {
            assert_eq!(serde_json::to_value(withheld).unwrap(), withheld.as_str());
            let nothing = reading(Given::Nothing { withheld });
            for reading in [&claims, &nothing] {
                let stored = serde_json::to_value(reading).unwrap();
                assert_eq!(serde_json::from_value::<Reading>(stored).unwrap(), *reading);
            }
        }
        let neither = json!({ "reading_id": claims.id, "read_at": claims.at });
        assert!(serde_json::from_value::<Reading>(neither).is_err());
    }
}
