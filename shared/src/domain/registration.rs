//! A registration: from *Daftar* on the phone over the officer's decision to the activated device.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::contact::{Email, PhoneNumber};
use super::decision::{Approval, Pending, Rejection, Ruling};
use super::device::{Active, Device};
use super::face::FaceComparison;
use super::holder::HolderRecord;
use super::nik::Nik;
use super::pin::PinTries;
use super::pin_hash::PinHash;
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
    /// What the face engine said of the selfie, once somebody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<FaceComparison>,
    /// When an officer first opened it: from then on no other registration of the NIK replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    #[serde(flatten)]
    pub state: RegistrationState,
}

/// The states of a registration by itself, each with what belongs to it. The store keeps the name as `status`.
/// [`Registration::stage`] also takes its siblings into account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum RegistrationState {
    /// Waits for an officer.
    Pending(Pending),
    Rejected(Rejection),
    /// Waits for the activation code.
    Approved(Approval),
    /// Its device is bound.
    Active(Approval),
}

/// The names of a registration's states, as the store compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pending,
    Rejected,
    Approved,
    Active,
}

/// The stage of a registration, as the resident sees it.
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

/// Why a decision cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecidable {
    /// It is already decided; the same verdict again is harmless.
    Decided(Ruling),
    Ended,
}

/// Why an activation code is not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotActivatable {
    AlreadyActive,
    /// Not approved, ended, or of an older generation: the link opens nothing.
    LinkDead,
    CodeExpired,
    TriesUsedUp,
}

impl RegistrationState {
    pub fn status(&self) -> Status {
        match self {
            Self::Pending(_) => Status::Pending,
            Self::Rejected(_) => Status::Rejected,
            Self::Approved(_) => Status::Approved,
            Self::Active(_) => Status::Active,
        }
    }
}

impl Registration {
    /// When it is forgotten (TTL); one that has an active device is kept.
    pub fn expires_at(&self) -> Option<Timestamp> {
        match &self.state {
            RegistrationState::Pending(Pending { expires_at })
            | RegistrationState::Rejected(Rejection { expires_at, .. }) => Some(*expires_at),
            RegistrationState::Approved(approval) | RegistrationState::Active(approval) => approval.expires_at,
        }
    }

    /// Whether its time is over, even if TTL has not deleted it yet.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.expires_at().is_some_and(|expires_at| expires_at <= now)
    }

    /// Its approval, as long as it is approved or active.
    pub fn approval(&self) -> Option<&Approval> {
        match &self.state {
            RegistrationState::Pending(_) | RegistrationState::Rejected(_) => None,
            RegistrationState::Approved(approval) | RegistrationState::Active(approval) => Some(approval),
        }
    }

    /// What was decided, once it was.
    pub fn ruling(&self) -> Option<Ruling> {
        match &self.state {
            RegistrationState::Pending(_) => None,
            RegistrationState::Rejected(rejection) => Some(rejection.ruling()),
            RegistrationState::Approved(approval) | RegistrationState::Active(approval) => Some(approval.ruling()),
        }
    }

    /// The stage of this registration, given its NIK's holder record.
    pub fn stage(&self, holder: &HolderRecord) -> Stage {
        match &self.state {
            RegistrationState::Rejected(_) => Stage::Rejected,
            RegistrationState::Active(_) if holder.device.as_ref() == Some(&self.device_key) => Stage::Active,
            RegistrationState::Pending(_) if holder.approvals == self.approvals_before => Stage::Pending,
            RegistrationState::Approved(_) if holder.registration.as_ref() == Some(&self.id) => Stage::Approved,
            RegistrationState::Pending(_) | RegistrationState::Approved(_) | RegistrationState::Active(_) => {
                Stage::Ended
            }
        }
    }

    /// The registration as an officer may decide it now.
    pub fn decidable(&self, holder: &HolderRecord) -> Result<&Pending, Undecidable> {
        match &self.state {
            RegistrationState::Pending(pending) if self.stage(holder) == Stage::Pending => Ok(pending),
            RegistrationState::Pending(_) => Err(Undecidable::Ended),
            RegistrationState::Rejected(rejection) => Err(Undecidable::Decided(rejection.ruling())),
            RegistrationState::Approved(approval) | RegistrationState::Active(approval) => {
                Err(Undecidable::Decided(approval.ruling()))
            }
        }
    }

    /// The approval that waits for its activation code.
    pub fn awaiting_code(&self, holder: &HolderRecord) -> Option<&Approval> {
        self.approval().filter(|_| self.stage(holder) == Stage::Approved)
    }

    /// The approval whose code of `generation` may be tried now.
    pub fn activatable(
        &self,
        holder: &HolderRecord,
        generation: u32,
        tries_allowed: u32,
        now: Timestamp,
    ) -> Result<&Approval, NotActivatable> {
        let approval = self.approval().filter(|approval| approval.activation.generation == generation);
        let approval = approval.ok_or(NotActivatable::LinkDead)?;
        match self.stage(holder) {
            Stage::Active => Err(NotActivatable::AlreadyActive),
            Stage::Approved if approval.activation.expires_at <= now => Err(NotActivatable::CodeExpired),
            Stage::Approved if approval.activation.tries >= tries_allowed => Err(NotActivatable::TriesUsedUp),
            Stage::Approved => Ok(approval),
            Stage::Pending | Stage::Rejected | Stage::Ended | Stage::Blocked => Err(NotActivatable::LinkDead),
        }
    }

    /// The phone that registered, as the holder's device: its first PIN is the activation code.
    pub fn activate(&self, pin_hash: PinHash, now: Timestamp) -> Device<Active> {
        Device {
            key: self.device_key.clone(),
            nik: self.nik.clone(),
            registration: self.id.clone(),
            activated_at: now,
            unlock: None,
            state: Active {
                pin_hash,
                pin_is_first: true,
                pin_tries: PinTries::default(),
                session: None,
                registry_row: None,
                qr_code: None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::domain::activation::CodeRules;
    use crate::domain::decision::{Decision, Verdict};

    const RULES: CodeRules =
        CodeRules { lifetime: SignedDuration::from_secs(100), wait: SignedDuration::from_secs(10), max_codes: 2 };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn pending() -> Pending {
        Pending { expires_at: at(1_000) }
    }

    fn decision(second: i64) -> Decision {
        Decision { officer: "petugas-1".into(), decided_at: at(second), reason: None }
    }

    /// Approved at the beginning, to be activated within 700 seconds.
    fn approval() -> Approval {
        pending().approve(decision(0), &RULES, SignedDuration::from_secs(700))
    }

    fn registration(state: RegistrationState) -> Registration {
        Registration {
            id: Id::from_random([1; 16]),
            nik: Nik::parse("3577014507900003").unwrap(),
            device_key: KeyThumbprint::new("key"),
            email: Email::parse("siti@contoh.id").unwrap(),
            phone_number: PhoneNumber::parse("081234567890").unwrap(),
            registered_at: at(0),
            approvals_before: 2,
            face: None,
            opened_at: None,
            state,
        }
    }

    fn every_state() -> [Registration; 4] {
        [
            RegistrationState::Pending(pending()),
            RegistrationState::Rejected(pending().reject(decision(5))),
            RegistrationState::Approved(approval()),
            RegistrationState::Active(Approval { expires_at: None, ..approval() }),
        ]
        .map(registration)
    }

    fn holder(approvals: u32, registration: Option<[u8; 16]>) -> HolderRecord {
        let nobody = HolderRecord::nobody_yet(Nik::parse("3577014507900003").unwrap());
        HolderRecord { approvals, registration: registration.map(Id::from_random), ..nobody }
    }

    #[test]
    fn approving_one_registration_ends_its_pending_and_approved_siblings() {
        let [pending, _, approved, active] = every_state();
        assert_eq!(pending.stage(&holder(2, None)), Stage::Pending);
        assert_eq!(pending.stage(&holder(3, Some([9; 16]))), Stage::Ended);
        assert_eq!(approved.stage(&holder(3, Some([1; 16]))), Stage::Approved);
        assert_eq!(approved.stage(&holder(4, Some([9; 16]))), Stage::Ended);
        assert_eq!(active.stage(&holder(4, Some([9; 16]))), Stage::Ended);
    }

    #[test]
    fn only_a_pending_registration_beside_no_approved_sibling_is_decided_and_only_once() {
        let [waits, rejected, approved, active] = every_state();
        assert_eq!(waits.decidable(&holder(2, None)), Ok(&pending()));
        assert_eq!(waits.decidable(&holder(3, None)), Err(Undecidable::Ended));
        for (decided, verdict, second) in
            [(rejected, Verdict::Reject, 5), (approved, Verdict::Approve, 0), (active, Verdict::Approve, 0)]
        {
            let ruling = Ruling { verdict, decision: decision(second) };
            assert_eq!(decided.ruling(), Some(ruling.clone()));
            assert_eq!(decided.decidable(&holder(2, None)), Err(Undecidable::Decided(ruling)));
        }
    }

    #[test]
    fn a_rejected_registration_is_forgotten_as_if_undecided_an_approved_one_unless_it_is_activated() {
        assert_eq!(every_state().map(|one| one.expires_at()), [Some(at(1_000)), Some(at(1_000)), Some(at(700)), None]);
        let [waits, ..] = every_state();
        assert!(!waits.is_forgotten(at(999)) && waits.is_forgotten(at(1_000)));
    }

    #[test]
    fn only_the_newest_code_in_time_with_tries_left_is_looked_at() {
        let holder = holder(3, Some([1; 16]));
        let [_, _, approved, active] = every_state();
        assert_eq!(approved.activatable(&holder, 1, 5, at(99)), Ok(&approval()));
        assert_eq!(approved.activatable(&holder, 1, 5, at(100)), Err(NotActivatable::CodeExpired));
        assert_eq!(approved.activatable(&holder, 1, 0, at(99)), Err(NotActivatable::TriesUsedUp));
        assert_eq!(approved.activatable(&holder, 2, 5, at(99)), Err(NotActivatable::LinkDead));
        let holder = HolderRecord { device: Some(active.device_key.clone()), registration: None, ..holder };
        assert_eq!(active.activatable(&holder, 1, 5, at(99)), Err(NotActivatable::AlreadyActive));
    }

    #[test]
    fn every_state_is_read_back_by_the_name_that_the_store_compares_and_not_without_what_belongs_to_it() {
        let belongs: [&[&str]; 4] =
            [&["expires_at"], &["decision", "expires_at"], &["decision", "activation"], &["decision", "activation"]];
        for (registration, belongs) in every_state().into_iter().zip(belongs) {
            let stored = serde_json::to_value(&registration).unwrap();
            assert_eq!(stored["status"], json!(registration.state.status()));
            let read: Registration = serde_json::from_value(stored.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), stored);
            for member in belongs.iter().chain(&["status"]) {
                let mut without = stored.clone();
                without.as_object_mut().unwrap().remove(*member);
                assert!(serde_json::from_value::<Registration>(without).is_err(), "{member} of {stored}");
            }
        }
    }
}
