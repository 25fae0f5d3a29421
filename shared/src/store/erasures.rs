//! `erasures`: the end of an identity, and the order to erase what it left, in one transaction; the stream does the rest.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{Delete, DeleteRequest, Put, Update, WriteRequest};

use super::devices::confirmed_by_pin;
use super::failures::unavailable;
use super::item::{attribute, from_item, number, seconds, text, to_item, write};
use super::{Store, StoreError, Written, keys};
use crate::domain::device::{BlockReason, BlockedBy, Forgotten, VerifiedPin};
use crate::domain::erasure::Erasure;
use crate::domain::receipt::Receipt;
use crate::domain::registration::Registration;

/// DynamoDB writes 25 items at once; a receipt is two.
const RECEIPTS_AT_ONCE: usize = 12;

impl Store {
    /// Ends an identity: the device loses its PIN, its session and its QR code, and its registration and the head of its
    /// receipts are gone. The verified PIN confirms it. What is left of the device says that its key is refused, and lets
    /// an officer report a theft as long as its signatures live.
    ///
    /// The holder's count of approvals is raised: by that one write every other registration of the NIK has ended. The
    /// count is kept as long as the device, so that a registration of later always finds the count that it began with.
    pub async fn erase_identity(
        &self,
        pin: &VerifiedPin<'_>,
        order: &Erasure,
        forgotten: Forgotten,
    ) -> Result<Written, StoreError> {
        let device = pin.device.clone().block(BlockedBy::Holder, BlockReason::Erased, order.ordered_at);
        let ended = confirmed_by_pin!(self.ending(&device, forgotten)?, pin);
        let nobody = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::holder(&device.nik)))
            .update_expression(
                "SET approvals = approvals + :one, erased_at = :now, expires_at = :forgotten \
                 REMOVE device, registration",
            )
            .condition_expression("device = :device")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", attribute(&order.ordered_at)?)
            .expression_attribute_values(":forgotten", seconds(forgotten.device))
            .expression_attribute_values(":device", attribute(&device.key)?);
        let registration = Delete::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(&device.registration)));
        let head = Delete::builder()
            .table_name(&self.tables.receipts)
            .key("holder", text(device.nik.as_str()))
            .key("position", text(keys::CHAIN_HEAD));
        let put = Put::builder()
            .table_name(&self.tables.erasures)
            .set_item(Some(to_item(order, None)?))
            .condition_expression("attribute_not_exists(id)");
        let writes = vec![
            write!(update, Update, ended),
            write!(update, Update, nobody),
            write!(delete, Delete, registration),
            write!(delete, Delete, head),
            write!(put, Put, put),
        ];
        self.write_unless_overtaken(writes).await
    }

    /// Erases a registration and what there may still be of its selfie.
    pub async fn erase_registration(&self, registration: &Registration) -> Result<(), StoreError> {
        let item =
            Delete::builder().table_name(&self.tables.identities).key("pk", text(keys::registration(&registration.id)));
        let writes = vec![write!(delete, Delete, item), self.erase_selfie(&registration.id)?];
        self.transact(writes).await?.map_err(|_| StoreError::Unavailable("a deletion was refused".to_owned()))
    }

    /// Erases the receipts that an order covers, each with its mark.
    pub async fn erase_receipts(&self, order: &Erasure) -> Result<(), StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.receipts)
            .key_condition_expression("holder = :holder AND begins_with(#position, :receipt)")
            .expression_attribute_names("#position", "position")
            .expression_attribute_values(":holder", text(order.nik.as_str()))
            .expression_attribute_values(":receipt", text(keys::RECEIPT))
            .consistent_read(true)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let found = page.map_err(unavailable)?.items.unwrap_or_default();
            let found = found.into_iter().map(from_item).collect::<Result<Vec<Receipt>, _>>()?;
            let taken: Vec<&Receipt> = found.iter().filter(|receipt| order.takes_receipt(receipt)).collect();
            for some in taken.chunks(RECEIPTS_AT_ONCE) {
                self.delete_receipts(order, some).await?;
            }
        }
        Ok(())
    }

    async fn delete_receipts(&self, order: &Erasure, receipts: &[&Receipt]) -> Result<(), StoreError> {
        let delete = |position: String| {
            let request =
                DeleteRequest::builder().key("holder", text(order.nik.as_str())).key("position", text(position));
            let request = request.build().map_err(|error| StoreError::Unavailable(error.to_string()))?;
            Ok(WriteRequest::builder().delete_request(request).build())
        };
        // Two receipts of one reading share a mark, and DynamoDB takes each key once.
        let positions: BTreeSet<String> = receipts
            .iter()
            .flat_map(|receipt| [keys::reading(&receipt.reading.id), keys::receipt(receipt.sequence)])
            .collect();
        let requests = positions.into_iter().map(delete).collect::<Result<Vec<_>, StoreError>>()?;
        let written = self
            .client
            .batch_write_item()
            .request_items(&self.tables.receipts, requests)
            .send()
            .await
            .map_err(unavailable)?;
        if written.unprocessed_items.is_some_and(|items| !items.is_empty()) {
            return Err(StoreError::Unavailable("not all receipts were erased".to_owned()));
        }
        Ok(())
    }

    /// Forgets an order that is done.
    pub async fn forget_erasure(&self, order: &Erasure) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.tables.erasures).key("id", text(order.id.as_str()));
        delete.send().await.map_err(unavailable)?;
        Ok(())
    }
}
