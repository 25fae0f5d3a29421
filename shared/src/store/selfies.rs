//! `selfies`, each from its registration to the decision. They have a table of their own, which has no backup: what is erased
//! is gone.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use jiff::Timestamp;

use super::failures::unavailable;
use super::item::{Item, is_over, seconds, text, write};
use super::{Store, StoreError};
use crate::domain::Id;
use crate::domain::registration::Registration;

impl Store {
    /// Reads the selfie, as long as no decision has erased it and its time is not over.
    pub async fn selfie(&self, registration: &Id, now: Timestamp) -> Result<Option<Vec<u8>>, StoreError> {
        let item: Option<Item> = self
            .client
            .get_item()
            .table_name(&self.tables.selfies)
            .key("id", text(registration.as_str()))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?
            .item;
        Ok(item.filter(|item| !is_over(item, now)).and_then(|mut item| match item.remove("picture") {
            Some(AttributeValue::B(picture)) => Some(picture.into_inner()),
            _ => None,
        }))
    }

    /// A part of a transaction: a new registration's selfie, which ends with it.
    pub(super) fn put_selfie(
        &self,
        registration: &Registration,
        selfie: &[u8],
    ) -> Result<TransactWriteItem, StoreError> {
        let mut item = Item::from([
            ("id".to_owned(), text(registration.id.as_str())),
            ("picture".to_owned(), AttributeValue::B(Blob::new(selfie))),
        ]);
        if let Some(expires_at) = registration.expires_at() {
            item.insert("expires_at".to_owned(), seconds(expires_at));
        }
        let put = Put::builder()
            .table_name(&self.tables.selfies)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(id)");
        Ok(write!(put, Put, put))
    }

    /// A part of a transaction: erases a registration's selfie, if there is one.
    pub(super) fn erase_selfie(&self, registration: &Id) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder().table_name(&self.tables.selfies).key("id", text(registration.as_str()));
        Ok(write!(delete, Delete, delete))
    }
}
