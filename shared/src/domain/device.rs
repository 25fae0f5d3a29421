//! A device: the phone that one resident activated, its PIN, its session and its one live QR code.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::nik::Nik;
use super::pin::PinTries;
use super::pin_hash::PinHash;
use super::row_digest::RowDigest;
use super::theft::Theft;
use super::{Digest, Id, KeyThumbprint, Stored};

/// A device in one of its states: `Device` in any of them, `Device<Active>` and `Device<Blocked>` in that one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "S: Stored", deserialize = "S: Stored"))]
pub struct Device<S = DeviceState> {
    pub key: KeyThumbprint,
    pub nik: Nik,
    pub registration: Id,
    pub activated_at: Timestamp,
    /// The last time that an officer lifted the lock of wrong PINs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlock: Option<Unlock>,
    #[serde(flatten)]
    pub state: S,
}

/// The states of a device, each with what belongs to it. The store keeps the name as `status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum DeviceState {
    Active(Active),
    Blocked(Blocked),
}

impl Stored for DeviceState {}

/// An active device: its PIN, its session, its live QR code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Active {
    pub pin_hash: PinHash,
    /// Whether the PIN is still the activation code.
    pub pin_is_first: bool,
    pub pin_tries: PinTries,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// The registry's row of the holder at the last login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_row: Option<RowDigest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr_code: Option<LiveQrCode>,
}

/// A blocked device: why and since when. It has no PIN, no session and no QR code any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    pub block: Block,
    /// The theft that an officer reported with the block or later, whatever the block's reason is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theft: Option<Theft>,
}

/// The names of a device's states, as the store compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceStatus {
    Active,
    Blocked,
}

/// When, by whom and why a device was blocked. Blocking is for good: the resident enrols a new device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub at: Timestamp,
    pub by: BlockedBy,
    pub reason: BlockReason,
}

/// A PIN that was right, after its try was counted. What it confirms is written with it, once.
#[derive(Debug)]
pub struct VerifiedPin<'a> {
    pub device: &'a Device<Active>,
    /// The name under which the try was taken.
    pub attempt: Id,
    /// Whether taking the try ended the session: the last one before a lock does.
    pub ended_session: bool,
}

/// When what is left of a blocked device is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The device itself: with the last signature that it can have made.
    pub device: Timestamp,
    /// Its registration, with e-mail address and phone number.
    pub registration: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockedBy {
    Holder,
    /// The officer's subject identifier.
    Officer(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockReason {
    Lost,
    Stolen,
    /// An officer approved another device in its place.
    Replaced,
    /// Its holder ended the identity. The key stays refused, and a theft can still be reported.
    Erased,
    Other,
}

impl BlockReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Replaced => "replaced",
            Self::Erased => "erased",
            Self::Other => "other",
        }
    }
}

/// When and by whom (the officer's subject identifier) the lock of wrong PINs was lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlock {
    pub at: Timestamp,
    pub by: String,
}

/// The one session of a device; a new login ends the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub id: Id,
    pub scope: SessionScope,
    /// The hash of its access token. No other token opens it, so a token of this hash is the one that the login signed.
    pub token_hash: Digest,
}

/// What a session opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionScope {
    /// Everything a holder may do.
    Holder,
    /// The PIN is still the activation code: nothing but changing it.
    ChangePin,
}

impl SessionScope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::ChangePin => "change-pin",
        }
    }
}

/// The QR code that the device shows at most one of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveQrCode {
    /// The hash of its token.
    pub token_hash: Digest,
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl DeviceState {
    pub fn status(&self) -> DeviceStatus {
        match self {
            Self::Active(_) => DeviceStatus::Active,
            Self::Blocked(_) => DeviceStatus::Blocked,
        }
    }
}

impl Device {
    pub fn is_blocked(&self) -> bool {
        self.ended_by().is_some()
    }

    /// Its block, if it is blocked.
    pub fn ended_by(&self) -> Option<&Block> {
        match &self.state {
            DeviceState::Active(_) => None,
            DeviceState::Blocked(blocked) => Some(&blocked.block),
        }
    }

    /// The theft that an officer reported of it.
    pub fn theft(&self) -> Option<&Theft> {
        match &self.state {
            DeviceState::Active(_) => None,
            DeviceState::Blocked(blocked) => blocked.theft.as_ref(),
        }
    }

    /// The active device, or the block of a blocked one.
    pub fn into_active(self) -> Result<Device<Active>, Block> {
        self.active_or_blocked().map_err(|device| device.state.block)
    }

    /// The device in the state that it has.
    pub fn active_or_blocked(self) -> Result<Device<Active>, Box<Device<Blocked>>> {
        let (device, state) = self.split();
        match state {
            DeviceState::Active(active) => Ok(device.with_state(active)),
            DeviceState::Blocked(blocked) => Err(Box::new(device.with_state(blocked))),
        }
    }
}

impl Device<Active> {
    /// What the PIN opens. A first one opens nothing but its change.
    pub fn scope(&self) -> SessionScope {
        if self.state.pin_is_first { SessionScope::ChangePin } else { SessionScope::Holder }
    }

    /// Blocks for good.
    #[must_use]
    pub fn block(self, by: BlockedBy, reason: BlockReason, now: Timestamp) -> Device<Blocked> {
        self.with_state(Blocked { block: Block { at: now, by, reason }, theft: None })
    }
}

impl Device<Blocked> {
    /// The same device with the theft that is reported of it.
    #[must_use]
    pub fn with_theft(mut self, theft: Option<Theft>) -> Self {
        self.state.theft = theft;
        self
    }
}

impl<S> Device<S> {
    #[must_use]
    pub fn with_state<T>(self, state: T) -> Device<T> {
        let Self { key, nik, registration, activated_at, unlock, state: _ } = self;
        Device { key, nik, registration, activated_at, unlock, state }
    }

    fn split(self) -> (Device<()>, S) {
        let Self { key, nik, registration, activated_at, unlock, state } = self;
        (Device { key, nik, registration, activated_at, unlock, state: () }, state)
    }
}

impl From<Device<Active>> for Device {
    fn from(device: Device<Active>) -> Self {
        let (device, active) = device.split();
        device.with_state(DeviceState::Active(active))
    }
}

impl From<Device<Blocked>> for Device {
    fn from(device: Device<Blocked>) -> Self {
        let (device, blocked) = device.split();
        device.with_state(DeviceState::Blocked(blocked))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::theft::{Justification, TheftReport};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn device(pin_is_first: bool) -> Device<Active> {
        let session =
            Session { id: Id::from_random([2; 16]), scope: SessionScope::Holder, token_hash: Digest::of(&[b"access"]) };
        let qr_code = LiveQrCode { token_hash: Digest::of(&[b"token"]), expires_at: at(90) };
        Device {
            key: KeyThumbprint::new("key"),
            nik: Nik::parse("3577014507900003").unwrap(),
            registration: Id::from_random([1; 16]),
            activated_at: at(0),
            unlock: None,
            state: Active {
                pin_hash: PinHash::of_nobody(),
                pin_is_first,
                pin_tries: PinTries::default(),
                session: Some(session),
                registry_row: None,
                qr_code: Some(qr_code),
            },
        }
    }

    fn stored(device: impl Into<Device>) -> Value {
        serde_json::to_value(device.into()).unwrap()
    }

    #[test]
    fn a_first_pin_opens_nothing_but_its_change() {
        assert_eq!(device(true).scope(), SessionScope::ChangePin);
        assert_eq!(device(false).scope(), SessionScope::Holder);
    }

    #[test]
    fn a_blocked_device_has_its_block_and_neither_pin_nor_session_nor_code() {
        let blocked = device(false).block(BlockedBy::Holder, BlockReason::Lost, at(5));
        assert_eq!(blocked.state.block, Block { at: at(5), by: BlockedBy::Holder, reason: BlockReason::Lost });
        let stored = stored(blocked.clone());
        assert_eq!(stored["status"], "blocked");
        assert_eq!(stored["block"], json!({ "at": at(5), "by": "holder", "reason": "lost" }));
        for gone in ["pin_hash", "pin_is_first", "pin_tries", "session", "qr_code"] {
            assert_eq!(stored[gone], Value::Null, "{gone}");
        }
        assert_eq!(Device::from(blocked.clone()).into_active().unwrap_err(), blocked.state.block);
    }

    #[test]
    fn both_states_are_read_back_and_named_as_the_store_compares_them() {
        for device in [device(true).into(), device(true).block(BlockedBy::Holder, BlockReason::Lost, at(1)).into()] {
            let device: Device = device;
            let stored = stored(device.clone());
            assert_eq!(stored["status"], json!(device.state.status()));
            let read: Device = serde_json::from_value(stored.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), stored);
        }
    }

    #[test]
    fn what_is_neither_active_nor_blocked_is_not_read() {
        let active = stored(device(false));
        let blocked = stored(device(false).block(BlockedBy::Holder, BlockReason::Other, at(5)));
        for (of, without) in [(&active, "status"), (&active, "pin_hash"), (&active, "pin_tries"), (&blocked, "block")] {
            let mut stored = of.clone();
            stored.as_object_mut().unwrap().remove(without);
            assert!(serde_json::from_value::<Device>(stored).is_err(), "{without}");
        }
        for wrong in [json!("lost"), json!({ "at": at(5), "by": "holder" }), json!({ "at": at(5), "reason": "lost" })] {
            let mut stored = blocked.clone();
            stored["block"] = wrong.clone();
            assert!(serde_json::from_value::<Device>(stored).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_theft_is_kept_beside_the_block_whatever_its_reason() {
        let report = TheftReport::new(at(4), Justification::parse("Laporan polisi").unwrap(), at(9)).unwrap();
        let theft = report.of_device(at(0), "petugas-1", at(9)).unwrap();
        for reason in [BlockReason::Replaced, BlockReason::Erased, BlockReason::Lost] {
            let device = device(false).block(BlockedBy::Holder, reason, at(5)).with_theft(Some(theft.clone()));
            let read: Device = serde_json::from_value(stored(device)).unwrap();
            assert_eq!((read.theft(), read.ended_by().unwrap().reason), (Some(&theft), reason));
        }
    }

    #[test]
    fn reasons_are_stored_by_the_names_that_holders_read() {
        let all =
            [BlockReason::Lost, BlockReason::Stolen, BlockReason::Replaced, BlockReason::Erased, BlockReason::Other];
        for reason in all {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
