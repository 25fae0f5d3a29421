//! The question that a scan puts to the holder: who asks, for what, and which claims; the two digits that show that clerk and
//! holder stand at one counter.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::claims::ClaimSet;
use super::moment::in_whole_milliseconds;
use super::qr_code::{QrCode, Redeemed, Redemption};
use super::reading::{Given, Reading, Withheld};
use super::secret::{equal, unprintable};
use super::text::Invalid;
use super::{Digest, Id, Stored, typed};

/// When the holder agrees to what a code discloses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// By showing it, as the leaflet has it: who scans it is answered.
    #[default]
    ByShowing,
    /// When it was scanned, knowing by whom and for what.
    AtScan,
}

impl Consent {
    pub fn is_by_showing(&self) -> bool {
        *self == Self::ByShowing
    }
}

/// The state of a scanned code whose holder has not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scanned {
    pub redemption: Redemption,
    /// What the holder has typed so far.
    #[serde(default)]
    pub digit_tries: DigitTries,
    /// Since then the device shows another code, and the question is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_at: Option<Timestamp>,
}

impl Stored for Scanned {}

/// The state of a scanned code that discloses nothing for good: refused at the scan, or by its holder, or not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub redemption: Redemption,
    pub at: Timestamp,
    pub why: Withheld,
}

impl Stored for Refused {}

impl Refused {
    /// The same as the answer that the winner has.
    pub fn reading(&self) -> Reading {
        let Self { redemption, at, why: withheld } = self;
        Reading { id: redemption.request.clone(), at: *at, given: Given::Nothing { withheld: *withheld } }
    }
}

/// How often digits were typed at a question, and by which request last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigitTries {
    pub count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Id>,
}

/// The two digits that the clerk says and the holder types. The phone never shows them: of a code that was relayed the clerk at
/// the holder's counter has none.
#[derive(Clone, PartialEq, Eq)]
pub struct Digits([u8; 2]);

unprintable!(Digits);

impl Digits {
    /// Reads what somebody typed, with or without something between the two.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const NOT_TWO_DIGITS: Invalid =
            Invalid::new("Ketik dua angka yang disebut staf loket.", "Type the two digits that the clerk says.");

        let digits = typed::digits(text).ok_or(NOT_TWO_DIGITS)?.into_bytes();
        digits.try_into().map(Self).map_err(|_| NOT_TWO_DIGITS)
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        equal(&self.0, &other.0)
    }

    /// The digits, for the clerk.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Redemption {
    /// The digits of this scan. They come from the winning request's random name, which no phone is told before its answer.
    pub fn digits(&self) -> Digits {
        let hash = Digest::bytes_of(&[b"consent-digits", self.request.as_str().as_bytes()]);
        let number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
        Digits([digit(number / 10), digit(number)])
    }
}

impl QrCode<Scanned> {
    /// What the holder is asked for: chosen at the minting, and registered for the integrator.
    pub fn asked(&self) -> ClaimSet {
        self.claims.intersection(&self.state.redemption.allowed)
    }

    /// When silence becomes a refusal.
    pub fn answer_until(&self, time_to_answer: SignedDuration) -> Timestamp {
        self.state.redemption.redeemed_at + time_to_answer
    }

    /// Whether it is too late to answer.
    pub fn is_over(&self, time_to_answer: SignedDuration, now: Timestamp) -> bool {
        self.state.superseded_at.is_some() || self.answer_until(time_to_answer) <= now
    }

    /// How it ends where the holder allows these of the claims.
    pub fn allowed(&self, claims: ClaimSet, now: Timestamp) -> Reading {
        self.ended(now, Given::Claims { claims })
    }

    /// How it ends where nothing is disclosed.
    pub fn refused(&self, withheld: Withheld, now: Timestamp) -> Reading {
        self.ended(now, Given::Nothing { withheld })
    }

    /// The code after that.
    pub fn into_refused(self, at: Timestamp, why: Withheld) -> QrCode<Refused> {
        let redemption = self.state.redemption.clone();
        self.with_state(Refused { redemption, at, why })
    }

    /// The code after its holder has allowed what `ending` says.
    pub fn into_redeemed(self, ending: Reading) -> QrCode<Redeemed> {
        let redeemed = Redeemed {
            redemption: self.state.redemption.clone(),
            consent: Consent::AtScan,
            first_reading: Some(ending),
            last_reading: None,
            fetched_by: None,
        };
        self.with_state(redeemed)
    }

    fn ended(&self, now: Timestamp, given: Given) -> Reading {
        Reading { id: self.state.redemption.request.clone(), at: in_whole_milliseconds(now), given }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redemption(request: u8) -> Redemption {
        Redemption {
            id: Id::from_random([1; 16]),
            request: Id::from_random([request; 16]),
            client_id: "bank".into(),
            purpose: "account-opening".into(),
            redeemed_at: Timestamp::UNIX_EPOCH,
            allowed: ClaimSet::basic_identity(),
        }
    }

    #[test]
    fn digits_are_two_stay_the_same_and_differ_between_scans() {
        let mut seen = std::collections::BTreeMap::<String, usize>::new();
        for request in 0..=u8::MAX {
            let digits = redemption(request).digits();
            assert!(digits.matches(&redemption(request).digits()));
            assert!(Digits::parse(digits.expose()).unwrap().matches(&digits));
            *seen.entry(digits.expose().to_owned()).or_default() += 1;
        }
        assert!(seen.len() > 80, "256 scans have most of the hundred pairs: {}", seen.len());
        assert!(seen.values().all(|times| *times < 12), "no pair is much more likely than another: {seen:?}");
    }

    #[test]
    fn digits_are_read_as_people_type_them() {
        for text in ["07", " 0 7", "0-7\n", "０７"] {
            assert_eq!(Digits::parse(text).unwrap().expose(), "07", "{text:?}");
        }
        for text in ["", "7", "007", "0a", "tujuh"] {
            assert!(Digits::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(format!("{:?}", Digits::parse("07").unwrap()), "Digits(…)");
    }
}
