//! The QR code's life: minted, replaced or scanned once, dead after 90 seconds. A scan redeems it, or asks its holder first.

use data_encoding::BASE32_NOPAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::claims::ClaimSet;
use super::device::{Active, Device};
use super::nik::Nik;
use super::question::{Consent, DigitTries, Refused, Scanned};
use super::reading::{Given, Reading};
use super::resident::Resident;
use super::row_digest::RowDigest;
use super::scan::Scan;
use super::secret::unprintable;
use super::typed;
use super::{Digest, Id, KeyThumbprint, Stored};

/// The bearer value that the QR code shows: 160 random bits in base32 capitals, so that the code stays in QR's
/// alphanumeric mode. It says nothing of the holder, and two tokens of one holder have nothing in common.
#[derive(Clone, PartialEq, Eq)]
pub struct QrToken(String);

unprintable!(QrToken);

impl QrToken {
    pub fn from_random(bytes: [u8; 20]) -> Self {
        Self(BASE32_NOPAD.encode(&bytes))
    }

    /// Reads a token as scanners send it, in either case or with a line end; nothing where it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        typed::base32(text)?.try_into().ok().map(Self::from_random)
    }

    /// What the store keeps of it.
    pub fn hash(&self) -> Digest {
        Digest::of(&[b"qr-token", self.0.as_bytes()])
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A minted QR code in one of its states: `QrCode` in any of them, `QrCode<Redeemed>` in that one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "S: Stored", deserialize = "S: Stored"))]
pub struct QrCode<S = QrState> {
    pub token_hash: Digest,
    pub nik: Nik,
    pub device: KeyThumbprint,
    pub claims: ClaimSet,
    /// The registry's row of the holder that the first answer to the winner comes from: presumed to be the one of the
    /// holder's login, until an answer met another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_row: Option<RowDigest>,
    /// Whole seconds: until redeemed, both the end of life and DynamoDB's TTL. The redemption moves it on, so that
    /// the winner's result outlives the code; then it is the end of that result.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
    #[serde(flatten)]
    pub state: S,
}

/// The states of a QR code, each with what belongs to it. In any state its time is over at `expires_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Marks", into = "Marks")]
pub enum QrState {
    /// Neither replaced nor scanned.
    Live(Consent),
    /// Its device shows another one.
    Superseded { at: Timestamp },
    /// The holder is asked.
    Scanned(Box<Scanned>),
    /// Scanned, and nothing is disclosed.
    Refused(Box<Refused>),
    /// Scanned, and its holder agrees: by showing it, or asked.
    Redeemed(Box<Redeemed>),
}

/// A redeemed QR code, for its winner to ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeemed {
    pub redemption: Redemption,
    #[serde(default, skip_serializing_if = "Consent::is_by_showing")]
    pub consent: Consent,
    /// The first answer to the winner, where it was not the presumed one: all of [`QrCode::disclosed`]. If the holder was asked, what
    /// the holder allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_reading: Option<Reading>,
    /// The last answer that the winner asked for again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reading: Option<Reading>,
    /// The request by which the winner learned what the holder allowed, where the holder was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_by: Option<Id>,
}

impl Stored for QrState {}
impl Stored for Redeemed {}

/// A QR code's state as the store keeps it: each transition adds its mark, and its condition is that marks are missing. A
/// code that is superseded after its redemption stays redeemed.
#[derive(Default, Serialize, Deserialize)]
struct Marks {
    #[serde(default, skip_serializing_if = "Consent::is_by_showing")]
    consent: Consent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digit_tries: Option<DigitTries>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    superseded_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redemption: Option<Redemption>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_reading: Option<Reading>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_reading: Option<Reading>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fetched_by: Option<Id>,
}

impl From<Marks> for QrState {
    fn from(marks: Marks) -> Self {
        let Marks { consent, digit_tries, superseded_at, redemption, first_reading, last_reading, fetched_by } = marks;
        let Some(redemption) = redemption else {
            return superseded_at.map_or(Self::Live(consent), |at| Self::Superseded { at });
        };
        match (consent, first_reading) {
            (Consent::AtScan, None) => {
                let digit_tries = digit_tries.unwrap_or_default();
                Self::Scanned(Box::new(Scanned { redemption, digit_tries, superseded_at }))
            }
            (Consent::AtScan, Some(Reading { at, given: Given::Nothing { withheld }, .. })) => {
                Self::Refused(Box::new(Refused { redemption, at, why: withheld }))
            }
            (consent, first_reading) => {
                Self::Redeemed(Box::new(Redeemed { redemption, consent, first_reading, last_reading, fetched_by }))
            }
        }
    }
}

impl From<QrState> for Marks {
    fn from(state: QrState) -> Self {
        match state {
            QrState::Live(consent) => Self { consent, ..Self::default() },
            QrState::Superseded { at } => Self { superseded_at: Some(at), ..Self::default() },
            QrState::Scanned(scanned) => {
                let Scanned { redemption, digit_tries, superseded_at } = *scanned;
                Self {
                    consent: Consent::AtScan,
                    digit_tries: Some(digit_tries),
                    superseded_at,
                    redemption: Some(redemption),
                    ..Self::default()
                }
            }
            QrState::Refused(refused) => Self {
                consent: Consent::AtScan,
                first_reading: Some(refused.reading()),
                redemption: Some(refused.redemption),
                ..Self::default()
            },
            QrState::Redeemed(redeemed) => {
                let Redeemed { redemption, consent, first_reading, last_reading, fetched_by } = *redeemed;
                Self {
                    consent,
                    redemption: Some(redemption),
                    first_reading,
                    last_reading,
                    fetched_by,
                    ..Self::default()
                }
            }
        }
    }
}

/// The one redemption of a QR code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    /// Names the attempt that won: the integrator's own where it sent an `Idempotency-Key`.
    pub id: Id,
    /// Names the request that won. The winner's other requests under the same id ask again.
    pub request: Id,
    pub client_id: String,
    pub purpose: String,
    pub redeemed_at: Timestamp,
    /// The claims that the integrator was allowed to see at that moment.
    pub allowed: ClaimSet,
}

impl QrCode {
    /// A live code of a device. Its end is rounded down to whole seconds: it may live a moment less than `lifetime`, and
    /// never more.
    pub fn mint(
        token: &QrToken,
        device: &Device<Active>,
        claims: ClaimSet,
        consent: Consent,
        lifetime: SignedDuration,
        now: Timestamp,
    ) -> Result<Self, jiff::Error> {
        Ok(Self {
            token_hash: token.hash(),
            nik: device.nik.clone(),
            device: device.key.clone(),
            claims,
            registry_row: device.state.registry_row.clone(),
            expires_at: Timestamp::from_second((now + lifetime).as_second())?,
            state: QrState::Live(consent),
        })
    }

    /// The code with what belongs to its state, if it was scanned.
    pub fn into_scan(self) -> Option<Scan> {
        let (code, state) = self.split();
        match state {
            QrState::Live(_) | QrState::Superseded { .. } => None,
            QrState::Scanned(scanned) => Some(Scan::Asked(Box::new(code.with_state(*scanned)))),
            QrState::Refused(refused) => Some(Scan::Refused(Box::new(code.with_state(*refused)))),
            QrState::Redeemed(redeemed) => Some(Scan::Redeemed(Box::new(code.with_state(*redeemed)))),
        }
    }
}

impl<S> QrCode<S> {
    /// Whether the registry's row is still the one that the code, its question or the first answer came from.
    pub fn comes_from(&self, resident: &Resident) -> bool {
        self.registry_row.as_ref().is_some_and(|row| row.is_of(resident))
    }

    fn split(self) -> (QrCode<()>, S) {
        let Self { token_hash, nik, device, claims, registry_row, expires_at, state } = self;
        (QrCode { token_hash, nik, device, claims, registry_row, expires_at, state: () }, state)
    }

    pub(super) fn with_state<T>(self, state: T) -> QrCode<T> {
        let Self { token_hash, nik, device, claims, registry_row, expires_at, state: _ } = self;
        QrCode { token_hash, nik, device, claims, registry_row, expires_at, state }
    }
}

impl QrCode<Redeemed> {
    /// What the redemption discloses: chosen by the holder, and allowed to the integrator; of that, what the holder left in where
    /// the holder was asked.
    pub fn disclosed(&self) -> ClaimSet {
        let shared = self.claims.intersection(&self.state.redemption.allowed);
        match (self.state.consent, &self.state.first_reading) {
            (Consent::AtScan, Some(Reading { given: Given::Claims { claims }, .. })) => shared.intersection(claims),
            _ => shared,
        }
    }

    /// The first answer to the winner: as it was recorded, or else as presumed.
    pub fn first_reading(&self) -> Reading {
        let Redemption { request, redeemed_at, .. } = &self.state.redemption;
        let presumed =
            || Reading { id: request.clone(), at: *redeemed_at, given: Given::Claims { claims: self.disclosed() } };
        self.state.first_reading.clone().unwrap_or_else(presumed)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::reading::Withheld;

    #[test]
    fn tokens_are_read_back_and_fit_qr_alphanumeric_mode() {
        let token = QrToken::from_random([0xa7; 20]);
        assert_eq!(token.expose().len(), 32);
        assert!(token.expose().bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        for text in [token.expose(), &token.expose().to_lowercase(), &format!("{}\r\n", token.expose())] {
            let read = QrToken::parse(text).unwrap();
            assert_eq!((read.hash(), read.expose()), (token.hash(), token.expose()), "{text:?}");
        }
        for text in ["", "A", &token.expose()[1..], "9".repeat(32).as_str()] {
            assert_eq!(QrToken::parse(text), None, "{text}");
        }
        assert_eq!(format!("{token:?}"), "QrToken(…)");
    }

    pub(in crate::domain) fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    pub(in crate::domain) fn code(state: QrState) -> QrCode {
        QrCode {
            token_hash: QrToken::from_random([0xa7; 20]).hash(),
            nik: Nik::parse("3577014507900003").unwrap(),
            device: KeyThumbprint::new("key"),
            claims: ClaimSet::basic_identity(),
            registry_row: None,
            expires_at: at(90),
            state,
        }
    }

    pub(in crate::domain) fn redemption(id: u8, client_id: &str, purpose: &str) -> Redemption {
        Redemption {
            id: Id::from_random([id; 16]),
            request: Id::from_random([100 + id; 16]),
            client_id: client_id.into(),
            purpose: purpose.into(),
            redeemed_at: at(5),
            allowed: ClaimSet::basic_identity(),
        }
    }

    pub(in crate::domain) fn redeemed() -> QrState {
        let redemption = redemption(1, "bank", "account-opening");
        QrState::Redeemed(Box::new(Redeemed {
            redemption,
            consent: Consent::ByShowing,
            first_reading: None,
            last_reading: None,
            fetched_by: None,
        }))
    }

    /// The states of a code whose holder is asked, before and after the answer.
    fn asked() -> [QrState; 3] {
        let redemption = redemption(1, "bank", "account-opening");
        let allowed = Given::Claims { claims: ClaimSet::basic_identity() };
        let ending = Reading { id: redemption.request.clone(), at: at(9), given: allowed };
        [
            QrState::Scanned(Box::new(Scanned {
                redemption: redemption.clone(),
                digit_tries: DigitTries { count: 2, attempt: Some(Id::from_random([3; 16])) },
                superseded_at: Some(at(8)),
            })),
            QrState::Refused(Box::new(Refused {
                redemption: redemption.clone(),
                at: at(9),
                why: Withheld::HolderDeclined,
            })),
            QrState::Redeemed(Box::new(Redeemed {
                redemption,
                consent: Consent::AtScan,
                first_reading: Some(ending),
                last_reading: None,
                fetched_by: Some(Id::from_random([4; 16])),
            })),
        ]
    }

    #[test]
    fn every_state_is_read_back_and_a_redemption_outweighs_a_later_supersession() {
        for state in
            [QrState::Live(Consent::AtScan), QrState::Superseded { at: at(3) }, redeemed()].into_iter().chain(asked())
        {
            let stored = serde_json::to_value(code(state.clone())).unwrap();
            assert_eq!(serde_json::from_value::<QrCode>(stored).unwrap().state, state);
        }
        let mut both = serde_json::to_value(code(redeemed())).unwrap();
        both["superseded_at"] = serde_json::to_value(at(7)).unwrap();
        assert_eq!(serde_json::from_value::<QrCode>(both).unwrap().state, redeemed());
    }

    #[test]
    fn a_code_with_a_mark_that_cannot_be_read_is_not_taken_for_a_live_one() {
        for mark in ["consent", "superseded_at", "redemption"] {
            for wrong in [serde_json::json!("x"), serde_json::json!({ "id": "x" }), serde_json::json!(7)] {
                let mut stored = serde_json::to_value(code(QrState::Live(Consent::ByShowing))).unwrap();
                stored[mark] = wrong;
                assert!(serde_json::from_value::<QrCode>(stored).is_err(), "{mark}");
            }
        }
        let live = serde_json::to_value(code(QrState::Live(Consent::ByShowing))).unwrap();
        assert!(serde_json::from_value::<QrCode<Redeemed>>(live).is_err());
    }

    #[test]
    fn a_code_lives_its_lifetime_rounded_down_to_whole_seconds() {
        let device = Device {
            key: KeyThumbprint::new("key"),
            nik: Nik::parse("3577014507900003").unwrap(),
            registration: Id::from_random([1; 16]),
            activated_at: at(0),
            unlock: None,
            state: Active {
                pin_hash: crate::domain::pin_hash::PinHash::of_nobody(),
                pin_is_first: false,
                pin_tries: crate::domain::pin::PinTries::default(),
                session: None,
                registry_row: None,
                qr_code: None,
            },
        };
        let (token, lifetime) = (QrToken::from_random([1; 20]), SignedDuration::from_secs(90));
        let now = at(5) + SignedDuration::from_millis(900);
        let claims = ClaimSet::basic_identity();
        let minted = QrCode::mint(&token, &device, claims, Consent::AtScan, lifetime, now).unwrap();
        assert_eq!((minted.expires_at, minted.state), (at(95), QrState::Live(Consent::AtScan)));
    }
}
