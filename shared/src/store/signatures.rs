//! `signatures`: what holders signed, by a name that anyone may ask for.

use aws_sdk_dynamodb::types::Put;
use jiff::Timestamp;

use super::failures::unavailable;
use super::item::{from_item, text, to_item, write};
use super::{Store, StoreError, Written};
use crate::domain::Id;
use crate::domain::device::VerifiedPin;
use crate::domain::nik::Nik;
use crate::domain::signature::Signature;

impl Store {
    /// Records a signature together with the PIN that confirms it, both or neither.
    pub async fn record_signature(&self, pin: &VerifiedPin<'_>, signature: &Signature) -> Result<Written, StoreError> {
        let put = Put::builder()
            .table_name(&self.tables.signatures)
            .set_item(Some(to_item(signature, None)?))
            .condition_expression("attribute_not_exists(id)");
        let writes = vec![self.settle_pin_try(pin)?, write!(put, Put, put)];
        self.write_unless_overtaken(writes).await
    }

    /// A signature, as long as it is kept.
    pub async fn signature(&self, id: &Id, now: Timestamp) -> Result<Option<Signature>, StoreError> {
        let signature: Option<Signature> = self.get(&self.tables.signatures, ("id", id.as_str())).await?;
        Ok(signature.filter(|signature| signature.expires_at > now))
    }

    /// What a holder signed, as long as that is kept, in no order. One made within the last moments may be missing: an index
    /// lists them.
    pub async fn signatures_of(&self, nik: &Nik, now: Timestamp) -> Result<Vec<Signature>, StoreError> {
        let mut found = self
            .client
            .query()
            .table_name(&self.tables.signatures)
            .index_name("by_holder")
            .key_condition_expression("nik = :nik")
            .expression_attribute_values(":nik", text(nik.as_str()))
            .into_paginator()
            .items()
            .send();
        let mut signatures: Vec<Signature> = Vec::new();
        while let Some(item) = found.next().await {
            signatures.push(from_item(item.map_err(unavailable)?)?);
        }
        signatures.retain(|signature| signature.expires_at > now);
        Ok(signatures)
    }
}
