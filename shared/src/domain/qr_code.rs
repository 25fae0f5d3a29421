//! The QR code's life: minted, replaced or redeemed once, dead after 90 seconds.

use data_encoding::BASE32_NOPAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::claims::ClaimSet;
use super::device::{Active, Device};
use super::nik::Nik;
use super::reading::{Given, Reading};
use super::resident::Resident;
use super::row_digest::RowDigest;
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
    /// Neither replaced nor redeemed.
    Live,
    /// Its device shows another one.
    Superseded {
        at: Timestamp,
    },
    Redeemed(Box<Redeemed>),
}

/// A redeemed QR code, for its winner to ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeemed {
    pub redemption: Redemption,
    /// The first answer to the winner, where it was not the presumed one: all of [`QrCode::disclosed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_reading: Option<Reading>,
    /// The last answer that the winner asked for again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reading: Option<Reading>,
}

impl Stored for QrState {}
impl Stored for Redeemed {}

/// A QR code's state as the store keeps it: each transition adds its mark, and its condition is that marks are missing. A
/// code that is superseded after its redemption stays redeemed.
#[derive(Default, Serialize, Deserialize)]
struct Marks {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    superseded_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redemption: Option<Redemption>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_reading: Option<Reading>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_reading: Option<Reading>,
}

impl From<Marks> for QrState {
    fn from(marks: Marks) -> Self {
        match marks {
            Marks { redemption: Some(redemption), first_reading, last_reading, .. } => {
                Self::Redeemed(Box::new(Redeemed { redemption, first_reading, last_reading }))
            }
            Marks { superseded_at: Some(at), redemption: None, .. } => Self::Superseded { at },
            Marks { superseded_at: None, redemption: None, .. } => Self::Live,
        }
    }
}

impl From<QrState> for Marks {
    fn from(state: QrState) -> Self {
        match state {
            QrState::Live => Self::default(),
            QrState::Superseded { at } => Self { superseded_at: Some(at), ..Self::default() },
            QrState::Redeemed(redeemed) => {
                let Redeemed { redemption, first_reading, last_reading } = *redeemed;
                Self { superseded_at: None, redemption: Some(redemption), first_reading, last_reading }
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
            state: QrState::Live,
        })
    }

    /// The redeemed code, if it is.
    pub fn into_redeemed(self) -> Option<QrCode<Redeemed>> {
        let (code, state) = self.split();
        match state {
            QrState::Redeemed(redeemed) => Some(code.with_state(*redeemed)),
            QrState::Live | QrState::Superseded { .. } => None,
        }
    }
}

impl<S> QrCode<S> {
    fn split(self) -> (QrCode<()>, S) {
        let Self { token_hash, nik, device, claims, registry_row, expires_at, state } = self;
        (QrCode { token_hash, nik, device, claims, registry_row, expires_at, state: () }, state)
    }

    fn with_state<T>(self, state: T) -> QrCode<T> {
        let Self { token_hash, nik, device, claims, registry_row, expires_at, state: _ } = self;
        QrCode { token_hash, nik, device, claims, registry_row, expires_at, state }
    }
}

impl QrCode<Redeemed> {
    /// What the redemption discloses: chosen by the holder, and allowed to the integrator.
    pub fn disclosed(&self) -> ClaimSet {
        self.claims.intersection(&self.state.redemption.allowed)
    }

    /// The first answer to the winner: as it was recorded, or else as presumed.
    pub fn first_reading(&self) -> Reading {
        let Redemption { request, redeemed_at, .. } = &self.state.redemption;
        let presumed =
            || Reading { id: request.clone(), at: *redeemed_at, given: Given::Claims { claims: self.disclosed() } };
        self.state.first_reading.clone().unwrap_or_else(presumed)
    }

    /// Whether the registry's row is still the one that the first answer came from.
    pub fn comes_from(&self, resident: &Resident) -> bool {
        self.registry_row.as_ref().is_some_and(|row| row.is_of(resident))
    }
}

/// How an attempt to redeem ended at the one conditional write that decides it.
#[derive(Clone, Debug)]
pub enum RedemptionOutcome {
    /// This request won, now or when its write was first sent.
    Won(Box<QrCode<Redeemed>>),
    /// An earlier request of this attempt won: this one asks again.
    WonBefore(Box<QrCode<Redeemed>>),
    /// The attempt's idempotency key won before, with another purpose.
    KeyReused,
    /// Another attempt won.
    Used,
    Superseded,
    Expired,
    /// This integrator may see none of its claims; the code is not used up.
    NoSharedClaims,
    /// There is no such code; or it was redeemed, and the time in which its winner can ask again is over.
    Unknown,
}

impl RedemptionOutcome {
    /// Why the write's condition failed, from the item that it found.
    pub fn of_refused(found: Option<QrCode>, attempt: &Redemption, now: Timestamp) -> Self {
        let Some((code, state)) = found.map(QrCode::split) else { return Self::Unknown };
        match state {
            QrState::Redeemed(_) if code.expires_at <= now => Self::Unknown,
            QrState::Redeemed(redeemed) => Self::of_redeemed(code.with_state(*redeemed), attempt),
            _ if code.expires_at <= now => Self::Expired,
            QrState::Superseded { .. } => Self::Superseded,
            // The condition can have failed on nothing else.
            QrState::Live => Self::NoSharedClaims,
        }
    }

    /// Whether the redemption is this attempt's own, and even this request's, whose answer was lost.
    fn of_redeemed(redeemed: QrCode<Redeemed>, attempt: &Redemption) -> Self {
        let winner = &redeemed.state.redemption;
        if winner.id != attempt.id || winner.client_id != attempt.client_id {
            Self::Used
        } else if winner.purpose != attempt.purpose {
            Self::KeyReused
        } else if winner.request == attempt.request {
            Self::Won(Box::new(redeemed))
        } else {
            Self::WonBefore(Box::new(redeemed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn code(state: QrState) -> QrCode {
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

    fn redemption(id: u8, client_id: &str, purpose: &str) -> Redemption {
        Redemption {
            id: Id::from_random([id; 16]),
            request: Id::from_random([100 + id; 16]),
            client_id: client_id.into(),
            purpose: purpose.into(),
            redeemed_at: at(5),
            allowed: ClaimSet::basic_identity(),
        }
    }

    fn redeemed() -> QrState {
        let redemption = redemption(1, "bank", "account-opening");
        QrState::Redeemed(Box::new(Redeemed { redemption, first_reading: None, last_reading: None }))
    }

    #[test]
    fn a_refused_attempt_learns_why_and_a_winner_finds_itself() {
        let outcome = |found: QrState, attempt: &Redemption, now| {
            let outcome = RedemptionOutcome::of_refused(Some(code(found)), attempt, at(now));
            format!("{outcome:?}").split('(').next().map(str::to_owned).unwrap()
        };
        let own = redemption(1, "bank", "account-opening");
        let superseded = || QrState::Superseded { at: at(3) };
        let again = Redemption { request: Id::from_random([9; 16]), ..own.clone() };
        assert_eq!(outcome(redeemed(), &own, 6), "Won");
        assert_eq!(outcome(redeemed(), &again, 89), "WonBefore");
        assert_eq!(outcome(redeemed(), &redemption(1, "bank", "credit"), 6), "KeyReused");
        assert_eq!(outcome(redeemed(), &redemption(2, "bank", "account-opening"), 6), "Used");
        assert_eq!(outcome(redeemed(), &redemption(1, "shop", "account-opening"), 6), "Used");
        for attempt in [&own, &again, &redemption(2, "shop", "account-opening")] {
            assert_eq!(outcome(redeemed(), attempt, 90), "Unknown", "its time is over, whether or not it was swept");
        }
        assert_eq!(outcome(superseded(), &own, 89), "Superseded");
        assert_eq!(outcome(superseded(), &own, 90), "Expired");
        assert_eq!(outcome(QrState::Live, &own, 90), "Expired");
        assert_eq!(outcome(QrState::Live, &own, 89), "NoSharedClaims");
        assert!(matches!(RedemptionOutcome::of_refused(None, &own, at(6)), RedemptionOutcome::Unknown));
    }

    #[test]
    fn every_state_is_read_back_and_a_redemption_outweighs_a_later_supersession() {
        for state in [QrState::Live, QrState::Superseded { at: at(3) }, redeemed()] {
            let stored = serde_json::to_value(code(state.clone())).unwrap();
            assert_eq!(serde_json::from_value::<QrCode>(stored).unwrap().state, state);
        }
        let mut both = serde_json::to_value(code(redeemed())).unwrap();
        both["superseded_at"] = serde_json::to_value(at(7)).unwrap();
        assert_eq!(serde_json::from_value::<QrCode>(both).unwrap().state, redeemed());
    }

    #[test]
    fn a_code_with_a_mark_that_cannot_be_read_is_not_taken_for_a_live_one() {
        for mark in ["superseded_at", "redemption"] {
            for wrong in [serde_json::json!("x"), serde_json::json!({ "id": "x" }), serde_json::json!(7)] {
                let mut stored = serde_json::to_value(code(QrState::Live)).unwrap();
                stored[mark] = wrong;
                assert!(serde_json::from_value::<QrCode>(stored).is_err(), "{mark}");
            }
        }
        let live = serde_json::to_value(code(QrState::Live)).unwrap();
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
        let minted = QrCode::mint(&token, &device, ClaimSet::basic_identity(), lifetime, now).unwrap();
        assert_eq!((minted.expires_at, minted.state), (at(95), QrState::Live));
    }
}
