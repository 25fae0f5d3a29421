//! `identities`, items `device#THUMBPRINT`: a device is blocked once, and its theft is reported once.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use jiff::Timestamp;

use super::item::{attribute, seconds, text, write};
use super::{Store, StoreError, keys};
use crate::domain::device::{Blocked, Device, DeviceState, DeviceStatus, Forgotten};
use crate::domain::theft::Theft;
use crate::domain::{Id, KeyThumbprint};

/// How the write that blocks ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockOutcome {
    /// This write has blocked it.
    Blocked,
    /// It was already blocked; that block remains.
    AlreadyBlocked(Blocked),
    NoDevice,
}

/// How a theft report ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TheftOutcome {
    Recorded,
    /// Another report was there before; that one remains.
    AlreadyReported(Theft),
    NoDevice,
}

impl Store {
    /// Blocks for good: from this write on the device has no PIN, no session, no live QR code and no way back. The same
    /// write gives its registration an end.
    pub async fn block(&self, device: &Device<Blocked>, forgotten: Forgotten) -> Result<BlockOutcome, StoreError> {
        let end = self.end_registration(&device.registration, forgotten.registration)?;
        let both = vec![self.block_in_transaction(device, forgotten)?, end];
        let refused = match self.transact(both).await? {
            Err(refused) if !refused.failed(0) => {
                // The registration is gone. The device must not go on for that.
                self.transact(vec![self.block_in_transaction(device, forgotten)?]).await?
            }
            outcome => outcome,
        };
        let Err(mut refused) = refused else { return Ok(BlockOutcome::Blocked) };
        match refused.found::<Device>(0)?.map(|met| met.state) {
            Some(DeviceState::Blocked(before)) => Ok(BlockOutcome::AlreadyBlocked(before)),
            Some(DeviceState::Active(_)) => Err(StoreError::Malformed),
            None => Ok(BlockOutcome::NoDevice),
        }
    }

    /// Records the theft of a blocked device, whatever it was blocked for, unless a theft of it is on record.
    pub async fn report_theft(&self, key: &KeyThumbprint, theft: &Theft) -> Result<TheftOutcome, StoreError> {
        let Err(mut refused) = self.transact(vec![self.report_theft_in_transaction(key, theft)?]).await? else {
            return Ok(TheftOutcome::Recorded);
        };
        match refused.found::<Device>(0)? {
            None => Ok(TheftOutcome::NoDevice),
            Some(met) => met.theft().cloned().map(TheftOutcome::AlreadyReported).ok_or(StoreError::Malformed),
        }
    }

    /// A part of a transaction: the same.
    pub(super) fn report_theft_in_transaction(
        &self,
        key: &KeyThumbprint,
        theft: &Theft,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::device(key)))
            .update_expression("SET theft = :theft")
            .condition_expression("#status = :blocked AND attribute_not_exists(theft)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":blocked", attribute(&DeviceStatus::Blocked)?)
            .expression_attribute_values(":theft", attribute(theft)?);
        Ok(write!(update, Update, update))
    }

    /// A part of a transaction: blocks an active device.
    pub(super) fn block_in_transaction(
        &self,
        device: &Device<Blocked>,
        forgotten: Forgotten,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = self
            .ending(device, forgotten)?
            .condition_expression("#status = :active")
            .expression_attribute_values(":active", attribute(&DeviceStatus::Active)?)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(write!(update, Update, update))
    }

    /// The write that blocks a device, without its condition.
    pub(super) fn ending(&self, device: &Device<Blocked>, forgotten: Forgotten) -> Result<UpdateBuilder, StoreError> {
        let theft = if device.state.theft.is_some() { ", theft = :theft" } else { "" };
        let mut update = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::device(&device.key)))
            .update_expression(format!(
                "SET #status = :blocked, #block = :block, expires_at = :forgotten{theft} \
                 REMOVE #session, registry_row, qr_code, pin_hash, pin_is_first, pin_tries, attempt"
            ))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#block", "block")
            .expression_attribute_names("#session", "session")
            .expression_attribute_values(":blocked", attribute(&DeviceStatus::Blocked)?)
            .expression_attribute_values(":block", attribute(&device.state.block)?)
            .expression_attribute_values(":forgotten", seconds(forgotten.device));
        if let Some(theft) = &device.state.theft {
            update = update.expression_attribute_values(":theft", attribute(theft)?);
        }
        Ok(update)
    }

    /// A part of a transaction: gives the registration of a blocked device an end, unless it has one.
    pub(super) fn end_registration(&self, id: &Id, at: Timestamp) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(id)))
            .update_expression("SET expires_at = if_not_exists(expires_at, :end)")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":end", seconds(at));
        Ok(write!(update, Update, update))
    }
}
