//! A registration: from *Daftar* on the phone over the officer's decision to the activated device.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::activation_code::ActivationCode;
use super::contact::{Email, PhoneNumber};
use super::face::FaceComparison;
use super::holder::HolderRecord;
use super::nik::Nik;
use super::{Id, KeyThumbprint};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registration {
    pub id: Id,
    pub nik: Nik,
    /// The key of the phone that registered; activation binds it.
    pub device_key: KeyThumbprint,
    pub email: Email,
    pub phone_number: PhoneNumber,
    pub registered_at: Timestamp,
    /// The holder's number of approvals when this registration began (see [`HolderRecord::approvals`]).
    pub approvals_before: u32,
    pub status: Status,
    /// What the face engine said of the selfie, once somebody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<FaceComparison>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
    /// When the registration is forgotten (DynamoDB's TTL); an active one is kept.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "jiff::fmt::serde::timestamp::second::optional")]
    pub expires_at: Option<Timestamp>,
}

/// Where a registration stands by itself; see [`Registration::stage`] for where it stands beside its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Waits for an officer.
    Pending,
    Rejected,
    /// Waits for the activation code.
    Approved,
    /// Its device is bound.
    Active,
}

/// Where a registration stands, as the resident is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Pending,
    Rejected,
    Approved,
    Active,
    /// Another registration of the same NIK took its place, or the office took it back.
    Ended,
    /// Its device was blocked.
    Blocked,
}

/// The officer's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub verdict: Verdict,
    /// The officer's subject identifier at their issuer.
    pub officer: String,
    pub decided_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Approve,
    Reject,
}

/// The activation code's current generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// Counts the codes of this registration from 1; only the newest one opens anything.
    pub generation: u32,
    /// The first generation since an officer last looked at the face: by an approval, or by a PIN reset.
    #[serde(default = "first_generation")]
    pub began_with: u32,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// Codes typed for this generation, right or wrong.
    pub tries: u32,
    pub delivery: Delivery,
    /// The officer who ordered this generation; nobody where the phone asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_by: Option<String>,
}

fn first_generation() -> u32 {
    1
}

/// Why there is no further code yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFurtherCode {
    /// The last e-mail went out a moment ago.
    Before(Timestamp),
    UsedUp,
}

impl Activation {
    /// The code after this one, valid until `expires_at`, if it is not asked for too soon.
    pub fn next(
        &self,
        now: Timestamp,
        wait: SignedDuration,
        expires_at: Timestamp,
        ordered_by: Option<String>,
    ) -> Result<Self, NoFurtherCode> {
        let earliest = self.issued_at + wait;
        if earliest > now {
            return Err(NoFurtherCode::Before(earliest));
        }
        Ok(Self {
            generation: self.generation + 1,
            began_with: self.began_with,
            issued_at: now,
            expires_at,
            tries: 0,
            delivery: Delivery::Queued,
            ordered_by,
        })
    }

    /// How many codes there were since an officer last looked at the face.
    pub fn codes(&self) -> u32 {
        self.generation + 1 - self.began_with
    }

    /// Whether a PIN reset asked for it: its device exists.
    pub fn is_of_pin_reset(&self) -> bool {
        self.began_with > 1
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
    /// What this may follow: news of a mail come late, twice and in any order.
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

/// Why a decision cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecidable {
    /// It was decided before; the same verdict again is harmless.
    Decided(Decision),
    Ended,
}

/// Why an activation code is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotActivatable {
    AlreadyActive,
    /// Not approved, ended, or of an older generation: the link opens nothing.
    LinkDead,
    CodeExpired,
    TriesUsedUp,
}

impl Registration {
    /// Whether its time is over, TTL's lazy deletion come or not.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    /// Where this registration stands, given what its NIK's holder record says.
    pub fn stage(&self, holder: &HolderRecord) -> Stage {
        match self.status {
            Status::Rejected => Stage::Rejected,
            Status::Active if holder.device.as_ref() == Some(&self.device_key) => Stage::Active,
            Status::Pending if holder.approvals == self.approvals_before => Stage::Pending,
            Status::Approved if holder.registration.as_ref() == Some(&self.id) => Stage::Approved,
            Status::Pending | Status::Approved | Status::Active => Stage::Ended,
        }
    }

    pub fn ensure_decidable(&self, holder: &HolderRecord) -> Result<(), Undecidable> {
        match (&self.decision, self.stage(holder)) {
            (Some(decision), _) => Err(Undecidable::Decided(decision.clone())),
            (None, Stage::Pending) => Ok(()),
            (None, _) => Err(Undecidable::Ended),
        }
    }

    /// Whether a code of `generation` may be tried now.
    pub fn ensure_activatable(
        &self,
        holder: &HolderRecord,
        generation: u32,
        tries_allowed: u32,
        now: Timestamp,
    ) -> Result<(), NotActivatable> {
        let stage = self.stage(holder);
        let Some(activation) = self.activation.as_ref().filter(|activation| activation.generation == generation) else {
            return Err(NotActivatable::LinkDead);
        };
        match stage {
            Stage::Active => Err(NotActivatable::AlreadyActive),
            Stage::Approved if activation.expires_at <= now => Err(NotActivatable::CodeExpired),
            Stage::Approved if activation.tries >= tries_allowed => Err(NotActivatable::TriesUsedUp),
            Stage::Approved => Ok(()),
            Stage::Pending | Stage::Rejected | Stage::Ended | Stage::Blocked => Err(NotActivatable::LinkDead),
        }
    }

    /// The code that the e-mail of the current generation brings.
    pub fn activation_code(&self, key: &super::secret::MacKey) -> Option<ActivationCode> {
        let generation = self.activation.as_ref()?.generation;
        Some(ActivationCode::derive(key, &self.id, generation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(status: Status) -> Registration {
        Registration {
            id: Id::from_random([1; 16]),
            nik: Nik::parse("3577014507900003").unwrap(),
            device_key: KeyThumbprint::new("key"),
            email: Email::parse("siti@contoh.id").unwrap(),
            phone_number: PhoneNumber::parse("081234567890").unwrap(),
            registered_at: Timestamp::UNIX_EPOCH,
            approvals_before: 2,
            status,
            face: None,
            decision: None,
            activation: Some(Activation {
                generation: 3,
                began_with: 1,
                issued_at: Timestamp::UNIX_EPOCH,
                expires_at: Timestamp::from_second(100).unwrap(),
                tries: 0,
                delivery: Delivery::Sent,
                ordered_by: None,
            }),
            expires_at: None,
        }
    }

    fn holder(approvals: u32, registration: Option<[u8; 16]>) -> HolderRecord {
        let nobody = HolderRecord::nobody_yet(Nik::parse("3577014507900003").unwrap());
        HolderRecord { approvals, registration: registration.map(Id::from_random), ..nobody }
    }

    #[test]
    fn approving_one_registration_ends_its_pending_and_approved_siblings() {
        assert_eq!(registration(Status::Pending).stage(&holder(2, None)), Stage::Pending);
        assert_eq!(registration(Status::Pending).stage(&holder(3, Some([9; 16]))), Stage::Ended);
        assert_eq!(registration(Status::Approved).stage(&holder(3, Some([1; 16]))), Stage::Approved);
        assert_eq!(registration(Status::Approved).stage(&holder(4, Some([9; 16]))), Stage::Ended);
        assert_eq!(registration(Status::Active).stage(&holder(4, Some([9; 16]))), Stage::Ended);
    }

    #[test]
    fn only_the_newest_code_in_time_with_tries_left_is_looked_at() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let holder = holder(3, Some([1; 16]));
        let approved = registration(Status::Approved);
        assert_eq!(approved.ensure_activatable(&holder, 3, 5, at(99)), Ok(()));
        assert_eq!(approved.ensure_activatable(&holder, 3, 5, at(100)), Err(NotActivatable::CodeExpired));
        assert_eq!(approved.ensure_activatable(&holder, 3, 0, at(99)), Err(NotActivatable::TriesUsedUp));
        assert_eq!(approved.ensure_activatable(&holder, 2, 5, at(99)), Err(NotActivatable::LinkDead));
        let active = registration(Status::Active);
        let holder = HolderRecord { device: Some(active.device_key.clone()), registration: None, ..holder };
        assert_eq!(active.ensure_activatable(&holder, 3, 5, at(99)), Err(NotActivatable::AlreadyActive));
    }
}
