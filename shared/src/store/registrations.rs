//! `identities`, items `registration#ID`: from *Daftar* to activation.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use jiff::Timestamp;

use super::failures::unavailable;
use super::item::{Item, attribute, number, text, to_item, write};
use super::{Store, StoreError, Written, keys};
use crate::domain::activation::{Activation, Cause, Delivery};
use crate::domain::contact::Email;
use crate::domain::decision::{Approval, Rejection};
use crate::domain::device::{Active, Blocked, Device, Forgotten};
use crate::domain::face::FaceComparison;
use crate::domain::holder::HolderRecord;
use crate::domain::registration::{Registration, RegistrationState, Status};
use crate::domain::theft::Theft;
use crate::domain::{Id, KeyThumbprint};

/// Everything that approving a registration changes, in one transaction.
#[derive(Debug)]
pub struct Approving<'a> {
    pub registration: &'a Registration,
    pub holder: &'a HolderRecord,
    pub approval: Approval,
    /// What the face engine said just now.
    pub face: Option<&'a FaceComparison>,
    /// As registered, or as the officer corrected it.
    pub email: &'a Email,
    /// What becomes of the device that the resident had before.
    pub previous: Option<Previous>,
}

/// What an approval writes to the resident's previous device.
#[derive(Debug)]
pub enum Previous {
    /// It was active, and this registration replaces it.
    Replaced(Device<Blocked>, Forgotten),
    /// It was blocked before, and the officer reports its theft.
    Stolen(KeyThumbprint, Theft),
}

/// How the write ended that notes that an officer opened a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    Done,
    /// It does not wait any more.
    DecidedBefore,
    /// It was replaced or forgotten in the meantime.
    Gone,
}

/// Whether a try at the activation code was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTry {
    Taken,
    /// The tries are used up, or the code was replaced or used in the meantime.
    Refused,
}

/// Treats a failed condition as success: nothing was left to do.
fn unless_refused<R>(answer: Result<(), SdkError<UpdateItemError, R>>) -> Result<(), StoreError> {
    match answer {
        Err(error) if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) => {
            Ok(())
        }
        answer => answer.map_err(unavailable),
    }
}

impl Store {
    /// Reads a registration that is not forgotten.
    pub async fn registration(&self, id: &Id, now: Timestamp) -> Result<Option<Registration>, StoreError> {
        let found: Option<Registration> = self.get(&self.tables.identities, ("pk", &keys::registration(id))).await?;
        Ok(found.filter(|registration| !registration.is_forgotten(now)))
    }

    /// Approves: the decision, the pointer that ends all sibling registrations, the replaced device's block, the
    /// order to send the e-mail and the selfie's erasure happen together or not at all.
    pub async fn approve(&self, approving: Approving<'_>) -> Result<Written, StoreError> {
        let Approving { registration, holder, approval, face, email, previous } = approving;
        let mut more = Item::from([("email".to_owned(), attribute(email)?)]);
        if let Some(face) = face {
            more.insert("face".to_owned(), attribute(face)?);
        }
        let order = self.put_order(&registration.id, &approval.activation)?;
        let mut writes = vec![
            self.decide(registration, &RegistrationState::Approved(approval), more)?,
            self.point_holder_to(holder, registration)?,
            self.erase_selfie(&registration.id)?,
            order,
        ];
        match previous {
            Some(Previous::Replaced(device, forgotten)) => {
                writes.push(self.block_in_transaction(&device, forgotten)?);
                writes.push(self.end_registration(&device.registration, forgotten.registration)?);
            }
            Some(Previous::Stolen(key, theft)) => writes.push(self.report_theft_in_transaction(&key, &theft)?),
            None => {}
        }
        self.write_unless_overtaken(writes).await
    }

    /// Rejects, and erases the selfie in the same transaction.
    pub async fn reject(&self, registration: &Registration, rejection: Rejection) -> Result<Written, StoreError> {
        let rejected = RegistrationState::Rejected(rejection);
        let writes = vec![self.decide(registration, &rejected, Item::new())?, self.erase_selfie(&registration.id)?];
        self.write_unless_overtaken(writes).await
    }

    /// Issues the next generation of the activation code and the order to send it; the old code dies with this write.
    pub async fn reissue_activation(
        &self,
        registration: &Registration,
        previous: &Activation,
        next: &Activation,
        email: &Email,
    ) -> Result<Written, StoreError> {
        let update = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(&registration.id)))
            .update_expression("SET activation = :next, email = :email")
            .condition_expression("#status = :approved AND activation.generation = :previous")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":approved", attribute(&Status::Approved)?)
            .expression_attribute_values(":previous", number(previous.generation))
            .expression_attribute_values(":next", attribute(next)?)
            .expression_attribute_values(":email", attribute(email)?);
        let writes = vec![write!(update, Update, update), self.put_order(&registration.id, next)?];
        self.write_unless_overtaken(writes).await
    }

    /// Resets the PIN of the device that a registration bound: its PIN and session die with this write, and the order to
    /// send the next code goes out. The registration is approved once more and has no end: its device exists.
    pub async fn reset_pin(
        &self,
        registration: &Registration,
        previous: &Activation,
        next: &Activation,
        email: &Email,
    ) -> Result<Written, StoreError> {
        let reopened = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(&registration.id)))
            .update_expression("SET #status = :approved, activation = :next, email = :email")
            .condition_expression("#status IN (:active, :approved) AND activation.generation = :previous")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":active", attribute(&Status::Active)?)
            .expression_attribute_values(":approved", attribute(&Status::Approved)?)
            .expression_attribute_values(":previous", number(previous.generation))
            .expression_attribute_values(":next", attribute(next)?)
            .expression_attribute_values(":email", attribute(email)?);
        let waiting = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::holder(&registration.nik)))
            .update_expression("SET registration = :registration")
            .condition_expression(
                "device = :device AND (attribute_not_exists(registration) OR registration = :registration)",
            )
            .expression_attribute_values(":device", attribute(&registration.device_key)?)
            .expression_attribute_values(":registration", text(registration.id.as_str()));
        let writes = vec![
            write!(update, Update, reopened),
            write!(update, Update, waiting),
            self.void_pin(&registration.device_key)?,
            self.put_order(&registration.id, next)?,
        ];
        self.write_unless_overtaken(writes).await
    }

    /// Records what became of one generation's e-mail. Events of an older generation, and events older than what is
    /// known, change nothing.
    pub async fn record_delivery(&self, id: &Id, generation: u32, delivery: Delivery) -> Result<(), StoreError> {
        let mut update = self
            .client
            .update_item()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(id)))
            .update_expression("SET activation.delivery = :delivery")
            .expression_attribute_values(":delivery", attribute(&delivery)?)
            .expression_attribute_values(":generation", number(generation));
        let mut before = Vec::new();
        for (position, earlier) in delivery.may_follow().iter().enumerate() {
            let name = format!(":before{position}");
            update = update.expression_attribute_values(&name, attribute(earlier)?);
            before.push(name);
        }
        let condition =
            format!("activation.generation = :generation AND activation.delivery IN ({})", before.join(", "));
        let answer = update.condition_expression(condition).send().await;
        unless_refused(answer.map(drop))
    }

    /// Notes that an officer has opened a registration that waits for its decision, and what the face engine said just now. From
    /// this write on no other registration replaces it.
    pub async fn open_review(
        &self,
        id: &Id,
        face: Option<&FaceComparison>,
        now: Timestamp,
    ) -> Result<Opened, StoreError> {
        const OPENED: &str = "SET opened_at = if_not_exists(opened_at, :now)";

        let mut update = self
            .client
            .update_item()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(id)))
            .condition_expression("#status = :pending")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":pending", attribute(&Status::Pending)?)
            .expression_attribute_values(":now", attribute(&now)?)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        update = match face {
            Some(face) => update
                .update_expression(format!("{OPENED}, face = :face"))
                .expression_attribute_values(":face", attribute(face)?),
            None => update.update_expression(OPENED),
        };
        let Err(error) = update.send().await else { return Ok(Opened::Done) };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                let is_there = failed.item().is_some_and(|item| !item.is_empty());
                Ok(if is_there { Opened::DecidedBefore } else { Opened::Gone })
            }
            _ => Err(unavailable(error)),
        }
    }

    /// Takes one try at the activation code before the code is checked. The last attempt may come again, and counts once.
    pub async fn take_code_try(
        &self,
        id: &Id,
        generation: u32,
        allowed: u32,
        attempt: &Id,
    ) -> Result<CodeTry, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(id)))
            .update_expression("SET activation.tries = activation.tries + :one, code_attempt = :attempt")
            .condition_expression(
                "#status = :approved AND activation.generation = :generation AND activation.tries < :allowed \
                 AND (attribute_not_exists(code_attempt) OR code_attempt <> :attempt)",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":approved", attribute(&Status::Approved)?)
            .expression_attribute_values(":generation", number(generation))
            .expression_attribute_values(":allowed", number(allowed))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":attempt", text(attempt.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(CodeTry::Taken),
            Err(error) => match error.as_service_error() {
                // The browser sent its form again, or the SDK a write that had taken the try.
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let own = failed.item().and_then(|item| item.get("code_attempt")) == Some(&text(attempt.as_str()));
                    Ok(if own { CodeTry::Taken } else { CodeTry::Refused })
                }
                _ => Err(unavailable(error)),
            },
        }
    }

    /// Activates: the registration is done. Its phone becomes the holder's device, or, after a PIN reset, stays it with
    /// a first PIN.
    pub async fn activate(
        &self,
        registration: &Registration,
        approval: &Approval,
        device: Device<Active>,
    ) -> Result<Written, StoreError> {
        let activated = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(&registration.id)))
            .update_expression("SET #status = :active REMOVE expires_at, code_attempt")
            .condition_expression("#status = :approved AND activation.generation = :generation")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":generation", number(approval.activation.generation))
            .expression_attribute_values(":active", attribute(&Status::Active)?)
            .expression_attribute_values(":approved", attribute(&Status::Approved)?);
        let bound = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::holder(&registration.nik)))
            .update_expression("SET device = :device REMOVE registration")
            .condition_expression("registration = :registration")
            .expression_attribute_values(":device", attribute(&device.key)?)
            .expression_attribute_values(":registration", text(registration.id.as_str()));
        let device = match approval.activation.cause {
            Cause::Approval => self.put_new_device(device)?,
            Cause::PinReset { .. } => self.renew_pin(&device)?,
        };
        let writes = vec![write!(update, Update, activated), write!(update, Update, bound), device];
        self.write_unless_overtaken(writes).await
    }

    /// A part of a transaction: a pending registration, and no other, enters the state that was decided.
    fn decide(
        &self,
        registration: &Registration,
        decided: &RegistrationState,
        more: Item,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(&registration.id)))
            .condition_expression("#status = :pending")
            .expression_attribute_values(":pending", attribute(&Status::Pending)?);
        let mut set = Vec::new();
        for (name, value) in to_item(decided, None)?.into_iter().chain(more) {
            set.push(format!("#{name} = :{name}"));
            update = update.expression_attribute_values(format!(":{name}"), value);
            update = update.expression_attribute_names(format!("#{name}"), name);
        }
        Ok(write!(update, Update, update.update_expression(format!("SET {}", set.join(", ")))))
    }

    /// Makes this the NIK's approved registration, if none was approved and no device came since the holder was read.
    fn point_holder_to(
        &self,
        holder: &HolderRecord,
        registration: &Registration,
    ) -> Result<TransactWriteItem, StoreError> {
        let unchanged = if holder.approvals == 0 { "attribute_not_exists(pk)" } else { "approvals = :before" };
        let mut update = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::holder(&registration.nik)))
            .update_expression("SET nik = :nik, approvals = :after, registration = :registration REMOVE expires_at")
            .expression_attribute_values(":nik", text(registration.nik.as_str()))
            .expression_attribute_values(":after", number(holder.approvals + 1))
            .expression_attribute_values(":registration", text(registration.id.as_str()));
        if holder.approvals > 0 {
            update = update.expression_attribute_values(":before", number(holder.approvals));
        }
        let condition = match &holder.device {
            Some(device) => {
                update = update.expression_attribute_values(":device", attribute(device)?);
                format!("{unchanged} AND device = :device")
            }
            None => format!("{unchanged} AND attribute_not_exists(device)"),
        };
        Ok(write!(update, Update, update.condition_expression(condition)))
    }
}
