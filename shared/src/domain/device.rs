//! A device: the phone that one resident activated, its PIN, its session and its one live QR code.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::nik::Nik;
use super::pin::PinTries;
use super::pin_hash::PinHash;
use super::resident::Gone;
use super::{Digest, Id, KeyThumbprint};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Device {
    pub key: KeyThumbprint,
    pub nik: Nik,
    pub registration: Id,
    pub activated_at: Timestamp,
    pub status: DeviceStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Block>,
    pub pin_hash: PinHash,
    /// Whether the PIN is still the activation code.
    pub pin_is_first: bool,
    pub pin_tries: PinTries,
    /// The last time that an officer lifted the lock of wrong PINs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlock: Option<Unlock>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr_code: Option<LiveQrCode>,
}

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
    /// From when on a stolen device was out of its holder's hands, where that was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stolen_since: Option<Timestamp>,
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
    /// Nobody: the registry knew why.
    Registry,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockReason {
    Lost,
    Stolen,
    Replaced,
    Other,
    /// The registry has the holder as deceased.
    Deceased,
    /// The registry has the holder as moved away.
    Moved,
}

impl From<Gone> for BlockReason {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Deceased => Self::Deceased,
            Gone::MovedAway => Self::Moved,
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

impl Device {
    pub fn is_blocked(&self) -> bool {
        self.status == DeviceStatus::Blocked
    }

    /// The scope that a login opens now.
    pub fn scope_after_login(&self) -> SessionScope {
        if self.pin_is_first { SessionScope::ChangePin } else { SessionScope::Holder }
    }
}
