//! `outbox`: activation e-mails to send, written in the transaction that causes them; the stream does the rest.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{to_item, write};
use super::{Store, StoreError};
use crate::domain::Id;
use crate::domain::activation::Activation;

/// The order to send one activation e-mail. It holds neither the code nor the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivationEmailOrder {
    pub registration: Id,
    pub generation: u32,
    /// When the order is forgotten (TTL): with the code that it would bring.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl Store {
    /// A part of a transaction: the order to send a registration's code.
    pub(super) fn put_order(&self, registration: &Id, code: &Activation) -> Result<TransactWriteItem, StoreError> {
        let order = ActivationEmailOrder {
            registration: registration.clone(),
            generation: code.generation,
            expires_at: code.expires_at,
        };
        let id = format!("activation-email#{}#{}", order.registration, order.generation);
        let item = to_item(&order, Some(("id", id)))?;
        Ok(write!(put, Put, Put::builder().table_name(&self.tables.outbox).set_item(Some(item))))
    }
}
