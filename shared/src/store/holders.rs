//! `identities`, items `holder#NIK`: the pointers that keep one resident to one device.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ConditionCheck, ReturnValue, TransactWriteItem};

use super::failures::unavailable;
use super::item::{from_item, text, write};
use super::{Store, StoreError, keys};
use crate::domain::device::Device;
use crate::domain::holder::HolderRecord;
use crate::domain::nik::Nik;

impl Store {
    /// What is known of a NIK; of most, nothing yet.
    pub async fn holder(&self, nik: &Nik) -> Result<HolderRecord, StoreError> {
        let holder = self.get(&self.tables.identities, ("pk", &keys::holder(nik))).await?;
        Ok(holder.unwrap_or_else(|| HolderRecord::nobody_yet(nik.clone())))
    }

    /// A part of a transaction: there is, or was, a device of this NIK, and no erasure since.
    pub(super) fn check_holder(&self, nik: &Nik) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::holder(nik)))
            .condition_expression("attribute_exists(device)");
        Ok(write!(condition_check, ConditionCheck, check))
    }

    /// Takes back an approved registration that was not activated yet, and returns what was known of the NIK before.
    /// Doing so twice is harmless.
    pub async fn end_approved_registration(&self, nik: &Nik) -> Result<Option<HolderRecord>, StoreError> {
        self.send_end(self.end_of_approval(nik).condition_expression("attribute_exists(pk)")).await
    }

    /// Takes back the approval of a device's own registration: a reset of its PIN that waits for its activation. What waits to
    /// become another device stays.
    pub async fn end_own_approval<S>(&self, device: &Device<S>) -> Result<(), StoreError> {
        let update = self
            .end_of_approval(&device.nik)
            .condition_expression("registration = :own")
            .expression_attribute_values(":own", text(device.registration.as_str()));
        self.send_end(update).await.map(drop)
    }

    fn end_of_approval(&self, nik: &Nik) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.tables.identities).key("pk", text(keys::holder(nik)));
        update.update_expression("REMOVE registration").return_values(ReturnValue::AllOld)
    }

    /// Gives what was there before, or nothing where the condition does not hold.
    async fn send_end(&self, update: UpdateItemFluentBuilder) -> Result<Option<HolderRecord>, StoreError> {
        match update.send().await {
            Ok(updated) => updated.attributes.map(from_item).transpose(),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(unavailable(error)),
        }
    }
}
