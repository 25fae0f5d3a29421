//! `identities`, items `device#THUMBPRINT`: sessions and PIN tries, each one conditional write or one transaction. The package
//! `qr-model` models those that a QR code's life depends on.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ConditionCheck, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use serde::Deserialize;

use super::challenges::{Use, UsedProof};
use super::failures::unavailable;
use super::item::{attribute, from_item, number, text, to_item, write};
use super::{Store, StoreError, Written, keys};
use crate::domain::device::{Active, Device, DeviceState, DeviceStatus, Session, Unlock, VerifiedPin};
use crate::domain::pin::{PinTries, TakenTry};
use crate::domain::pin_hash::PinHash;
use crate::domain::row_digest::RowDigest;
use crate::domain::{Id, KeyThumbprint};

/// How an unlock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlocked {
    Done,
    /// The device is blocked, or there is none.
    NotActive,
}

/// How ending a session ended.
#[derive(Debug)]
pub enum Ended {
    Done,
    /// The device has no such session: this is what it has.
    NotOpen(Option<Box<Device>>),
    /// The request's proof was used by another request.
    Replayed,
}

/// How a conditional update of a device ended.
enum Updated {
    Done,
    /// The condition failed, on this device or on none.
    Refused(Option<Box<Met>>),
}

/// A device as a failed condition met it, with the attempt that wrote it last.
#[derive(Deserialize)]
pub(super) struct Met {
    #[serde(flatten)]
    pub device: Device,
    #[serde(default)]
    pub attempt: Option<Id>,
}

impl Met {
    fn active(&self) -> Option<&Active> {
        match &self.device.state {
            DeviceState::Active(active) => Some(active),
            DeviceState::Blocked(_) => None,
        }
    }
}

/// The condition of what a PIN confirms: the device is active, its PIN is still the one that was verified, and the try
/// that verified it is the last one and was not used yet.
macro_rules! confirmed_by_pin {
    ($write:expr, $pin:expr) => {
        $write
            .condition_expression("#status = :active AND pin_hash = :verified AND attempt = :attempt")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(
                ":active",
                $crate::store::item::attribute(&$crate::domain::device::DeviceStatus::Active)?,
            )
            .expression_attribute_values(":verified", $crate::store::item::text($pin.device.state.pin_hash.expose()))
            .expression_attribute_values(":attempt", $crate::store::item::text($pin.attempt.as_str()))
    };
}
pub(super) use confirmed_by_pin;

impl Store {
    pub async fn device(&self, thumbprint: &KeyThumbprint) -> Result<Option<Device>, StoreError> {
        self.get(&self.tables.identities, ("pk", &keys::device(thumbprint))).await
    }

    /// Counts a try at the PIN before the PIN is checked. Of tries that race from one state, one is taken. A try that
    /// carries a lock ends the session, too: who holds the phone may not be its holder.
    pub async fn take_pin_try(
        &self,
        key: &KeyThumbprint,
        seen: PinTries,
        next: TakenTry,
        attempt: &Id,
    ) -> Result<Written, StoreError> {
        let TakenTry { tries: next, locks } = next;
        let mut update = self.update_device(key);
        update = if locks {
            update
                .update_expression("SET pin_tries = :next, attempt = :attempt REMOVE #session")
                .expression_attribute_names("#session", "session")
        } else {
            update.update_expression("SET pin_tries = :next, attempt = :attempt")
        };
        let update = update
            .condition_expression("#status = :active AND pin_tries.made = :made")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":active", attribute(&DeviceStatus::Active)?)
            .expression_attribute_values(":made", number(seen.made))
            .expression_attribute_values(":next", attribute(&next)?)
            .expression_attribute_values(":attempt", text(attempt.as_str()));
        match self.send_device_update(update).await? {
            Updated::Done => Ok(Written::Done),
            // The SDK repeated a write that had taken the try.
            Updated::Refused(Some(met)) if met.attempt.as_ref() == Some(attempt) => Ok(Written::Done),
            Updated::Refused(_) => Ok(Written::Overtaken),
        }
    }

    /// Opens a session in place of the one before, with the registry's row that was met, and forgets the wrong PINs. It uses the
    /// try of a verified PIN once: a late copy of this write opens nothing again.
    pub async fn open_session(
        &self,
        pin: &VerifiedPin<'_>,
        session: &Session,
        registry_row: &RowDigest,
    ) -> Result<Written, StoreError> {
        let update = confirmed_by_pin!(self.update_device(&pin.device.key), pin)
            .update_expression(
                "SET #session = :session, registry_row = :registry_row, pin_tries = :none REMOVE attempt",
            )
            .expression_attribute_names("#session", "session")
            .expression_attribute_values(":session", attribute(session)?)
            .expression_attribute_values(":registry_row", attribute(registry_row)?)
            .expression_attribute_values(":none", attribute(&PinTries::default())?);
        match self.send_device_update(update).await? {
            Updated::Done => Ok(Written::Done),
            // The SDK repeated a write that had opened the session.
            Updated::Refused(Some(met)) if met.active().and_then(|active| active.session.as_ref()) == Some(session) => {
                Ok(Written::Done)
            }
            Updated::Refused(_) => Ok(Written::Overtaken),
        }
    }

    /// Ends a session, if it is still the device's, and uses the request's proof up with it.
    pub async fn end_session(
        &self,
        key: &KeyThumbprint,
        session: &Session,
        proof: &UsedProof,
    ) -> Result<Ended, StoreError> {
        /// The writes of the transaction by their positions.
        const PROOF: usize = 0;
        const DEVICE: usize = 1;

        let update = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::device(key)))
            .update_expression("REMOVE #session")
            .condition_expression("#status = :active AND #session = :session")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#session", "session")
            .expression_attribute_values(":active", attribute(&DeviceStatus::Active)?)
            .expression_attribute_values(":session", attribute(session)?)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let writes = vec![self.mark_proof(proof)?, write!(update, Update, update)];
        let Err(mut refused) = self.transact(writes).await? else { return Ok(Ended::Done) };
        match proof.met(&mut refused, PROOF)? {
            Some(Use::Again) => Ok(Ended::Replayed),
            Some(Use::First) => Ok(Ended::Done),
            None => Ok(Ended::NotOpen(refused.found(DEVICE)?.map(Box::new))),
        }
    }

    /// Sets a new PIN and ends the session: the next login proves that the holder knows it.
    pub async fn change_pin(&self, device: &Device<Active>, pin_hash: &PinHash) -> Result<Written, StoreError> {
        let update = self
            .update_device(&device.key)
            .update_expression("SET pin_hash = :new, pin_is_first = :no, pin_tries = :none REMOVE #session")
            .condition_expression("#status = :active AND pin_hash = :old")
            .expression_attribute_names("#session", "session")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":active", attribute(&DeviceStatus::Active)?)
            .expression_attribute_values(":old", text(device.state.pin_hash.expose()))
            .expression_attribute_values(":new", text(pin_hash.expose()))
            .expression_attribute_values(":no", attribute(&false)?)
            .expression_attribute_values(":none", attribute(&PinTries::default())?);
        match self.send_device_update(update).await? {
            Updated::Done => Ok(Written::Done),
            // The SDK repeated a change that had happened.
            Updated::Refused(Some(met)) if met.active().is_some_and(|active| active.pin_hash == *pin_hash) => {
                Ok(Written::Done)
            }
            Updated::Refused(_) => Ok(Written::Overtaken),
        }
    }

    /// Forgets the wrong PINs of an active device.
    pub async fn unlock_pin(&self, thumbprint: &KeyThumbprint, unlock: &Unlock) -> Result<Unlocked, StoreError> {
        let update = self
            .update_device(thumbprint)
            .update_expression("SET pin_tries = :none, #unlock = :unlock")
            .condition_expression("#status = :active")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#unlock", "unlock")
            .expression_attribute_values(":active", attribute(&DeviceStatus::Active)?)
            .expression_attribute_values(":none", attribute(&PinTries::default())?)
            .expression_attribute_values(":unlock", attribute(unlock)?);
        match self.send_device_update(update).await? {
            Updated::Done => Ok(Unlocked::Done),
            Updated::Refused(_) => Ok(Unlocked::NotActive),
        }
    }

    /// Forgets the try of a right PIN, and the wrong ones before it, where the PIN confirms nothing. A try that was taken
    /// since then counts.
    pub async fn forget_wrong_pins(&self, pin: &VerifiedPin<'_>) -> Result<(), StoreError> {
        let update = confirmed_by_pin!(self.update_device(&pin.device.key), pin)
            .update_expression("SET pin_tries = :none REMOVE attempt")
            .expression_attribute_values(":none", attribute(&PinTries::default())?);
        self.send_device_update(update).await.map(drop)
    }

    /// A part of a transaction: the PIN was right, so that its try and the wrong ones before it are forgotten. It works
    /// once, and only on an active device.
    pub(super) fn settle_pin_try(&self, pin: &VerifiedPin<'_>) -> Result<TransactWriteItem, StoreError> {
        let key = keys::device(&pin.device.key);
        let update = confirmed_by_pin!(Update::builder().table_name(&self.tables.identities).key("pk", text(key)), pin)
            .update_expression("SET pin_tries = :none REMOVE attempt")
            .expression_attribute_values(":none", attribute(&PinTries::default())?);
        Ok(write!(update, Update, update))
    }

    /// The same, unless the session has ended since: but for a try that itself ended it, since it carried a lock.
    pub(super) fn settle_pin_try_in(
        &self,
        pin: &VerifiedPin<'_>,
        session: &Session,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = keys::device(&pin.device.key);
        let update = Update::builder().table_name(&self.tables.identities).key("pk", text(key));
        let update = confirmed_by_pin!(update, pin)
            .update_expression("SET pin_tries = :none REMOVE attempt")
            .condition_expression(
                "#status = :active AND pin_hash = :verified AND attempt = :attempt \
                 AND (#session.id = :session OR :locks = :yes)",
            )
            .expression_attribute_names("#session", "session")
            .expression_attribute_values(":session", text(session.id.as_str()))
            .expression_attribute_values(":locks", attribute(&pin.ended_session)?)
            .expression_attribute_values(":yes", attribute(&true)?)
            .expression_attribute_values(":none", attribute(&PinTries::default())?);
        Ok(write!(update, Update, update))
    }

    /// A part of a transaction: no PIN opens this active device any more, and its session ends.
    pub(super) fn void_pin(&self, thumbprint: &KeyThumbprint) -> Result<TransactWriteItem, StoreError> {
        self.replace_pin(thumbprint, None, &PinHash::of_nobody())
    }

    /// A part of a transaction: a first PIN for an active device that a registration had bound before.
    pub(super) fn renew_pin(&self, device: &Device<Active>) -> Result<TransactWriteItem, StoreError> {
        self.replace_pin(&device.key, Some(&device.registration), &device.state.pin_hash)
    }

    /// Sets a PIN that has to be changed at once, with no wrong ones and no session.
    fn replace_pin(
        &self,
        thumbprint: &KeyThumbprint,
        registration: Option<&Id>,
        pin_hash: &PinHash,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::device(thumbprint)))
            .update_expression("SET pin_hash = :new, pin_is_first = :yes, pin_tries = :none REMOVE #session, attempt")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#session", "session")
            .expression_attribute_values(":active", attribute(&DeviceStatus::Active)?)
            .expression_attribute_values(":new", text(pin_hash.expose()))
            .expression_attribute_values(":yes", attribute(&true)?)
            .expression_attribute_values(":none", attribute(&PinTries::default())?);
        update = match registration {
            Some(registration) => update
                .condition_expression("#status = :active AND registration = :registration")
                .expression_attribute_values(":registration", text(registration.as_str())),
            None => update.condition_expression("#status = :active"),
        };
        Ok(write!(update, Update, update))
    }

    pub(super) fn put_new_device(&self, device: Device<Active>) -> Result<TransactWriteItem, StoreError> {
        let device: Device = device.into();
        let put = Put::builder()
            .table_name(&self.tables.identities)
            .set_item(Some(to_item(&device, Some(("pk", keys::device(&device.key))))?))
            .condition_expression("attribute_not_exists(pk)");
        Ok(write!(put, Put, put))
    }

    /// A part of a transaction: the device is active.
    pub(super) fn check_active(&self, thumbprint: &KeyThumbprint) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::device(thumbprint)))
            .condition_expression("#status = :active")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":active", attribute(&DeviceStatus::Active)?);
        Ok(write!(condition_check, ConditionCheck, check))
    }

    fn update_device(&self, thumbprint: &KeyThumbprint) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::device(thumbprint)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    async fn send_device_update(&self, update: UpdateItemFluentBuilder) -> Result<Updated, StoreError> {
        match update.send().await {
            Ok(_) => Ok(Updated::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let met = failed.item.clone().filter(|item| !item.is_empty());
                    Ok(Updated::Refused(met.map(from_item).transpose()?.map(Box::new)))
                }
                _ => Err(unavailable(error)),
            },
        }
    }
}
