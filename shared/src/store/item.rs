//! Between entities and DynamoDB items; reads of one item, and transactions.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Get, KeysAndAttributes, TransactGetItem, TransactWriteItem,
};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::failures::{StoreError, unavailable};
use super::{Attempts, Store, Written};

/// DynamoDB reads so many items at once.
pub(super) const KEYS_AT_ONCE: usize = 100;

pub(super) type Item = HashMap<String, AttributeValue>;

/// A transaction that a condition refused: for each of its writes, in order, whether it failed and on which item.
pub(super) struct Refused(Vec<Refusal>);

/// Items of several tables, by table, in no order.
pub(super) struct Batch {
    pub items: HashMap<String, Vec<Item>>,
    pub in_one_call: bool,
}

/// The part of one write in a refused transaction.
pub(super) struct Refusal {
    failed: bool,
    /// The item that the condition met, where there was one and it was asked for.
    found: Option<Item>,
}

impl Refused {
    pub fn failed(&self, write: usize) -> bool {
        self.0.get(write).is_some_and(|refusal| refusal.failed)
    }

    pub fn found<T: DeserializeOwned>(&mut self, write: usize) -> Result<Option<T>, StoreError> {
        self.0.get_mut(write).and_then(|refusal| refusal.found.take()).map(from_item).transpose()
    }
}

impl Store {
    /// Reads one item, strongly consistent.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        table: &str,
        key: (&str, &str),
    ) -> Result<Option<T>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(table)
            .key(key.0, text(key.1))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        answer.item.map(from_item).transpose()
    }

    /// Reads up to [`KEYS_AT_ONCE`] items of one table, strongly consistent, in no order; some of their attributes, or all
    /// where none is named.
    pub(super) async fn batch_get(
        &self,
        table: &str,
        keys: Vec<Item>,
        projection: Projection,
    ) -> Result<Vec<Item>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = self.batch_get_from([(table.to_owned(), read_of(keys, projection)?)].into()).await?.items;
        Ok(found.remove(table).unwrap_or_default())
    }

    /// Reads items of several tables at once. What DynamoDB leaves over, for lack of capacity, is asked for again.
    pub(super) async fn batch_get_from(
        &self,
        mut reads: HashMap<String, KeysAndAttributes>,
    ) -> Result<Batch, StoreError> {
        let mut attempts = Attempts::up_to(4);
        let mut found: HashMap<String, Vec<Item>> = HashMap::new();
        let mut calls = 0;
        loop {
            calls += 1;
            let sent = self.client.batch_get_item().set_request_items(Some(reads.clone())).send().await;
            let answer = sent.map_err(unavailable)?;
            for (table, items) in answer.responses.unwrap_or_default() {
                found.entry(table).or_default().extend(items);
            }
            reads = left_of(reads, answer.unprocessed_keys.unwrap_or_default())?;
            if reads.is_empty() {
                return Ok(Batch { items: found, in_one_call: calls == 1 });
            }
            if !attempts.wait_for_next().await {
                return Err(StoreError::Unavailable("not everything was read".to_owned()));
            }
        }
    }

    /// Reads items as they are at one moment, in the order that they are asked for; nothing for one that does not exist.
    pub(super) async fn get_at_once<const N: usize>(&self, reads: [Get; N]) -> Result<[Option<Item>; N], StoreError> {
        let reads: Vec<_> = reads.into_iter().map(|read| TransactGetItem::builder().get(read).build()).collect();
        let mut attempts = Attempts::up_to(4);
        loop {
            let sent = self.client.transact_get_items().set_transact_items(Some(reads.clone())).send().await;
            let error = match sent {
                Ok(answer) => {
                    let found = answer.responses.unwrap_or_default().into_iter();
                    let found: Vec<_> = found.map(|read| read.item.filter(|item| !item.is_empty())).collect();
                    return found.try_into().map_err(|_| StoreError::Malformed);
                }
                Err(error) => error,
            };
            let passes = match error.as_service_error() {
                Some(TransactGetItemsError::TransactionCanceledException(cancelled)) => {
                    passes(cancelled.cancellation_reasons())
                }
                _ => false,
            };
            if !passes || !attempts.wait_for_next().await {
                return Err(unavailable(error));
            }
        }
    }

    /// Writes all or nothing, where the conditions say that nothing changed since the caller read.
    pub(super) async fn write_unless_overtaken(&self, writes: Vec<TransactWriteItem>) -> Result<Written, StoreError> {
        Ok(if self.transact(writes).await?.is_ok() { Written::Done } else { Written::Overtaken })
    }

    /// Writes all or nothing. The SDK's own repetitions carry one token, so that they count once.
    pub(super) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<Result<(), Refused>, StoreError> {
        let mut attempts = Attempts::up_to(4);
        loop {
            let sent = self.client.transact_write_items().set_transact_items(Some(writes.clone())).send().await;
            let Err(error) = sent else { return Ok(Ok(())) };
            let Some(reasons) = cancellation_reasons(&error) else { return Err(unavailable(error)) };
            if reasons.iter().any(|reason| reason.code() == Some("ConditionalCheckFailed")) {
                let refusals = reasons.into_iter().map(|reason| Refusal {
                    failed: reason.code() == Some("ConditionalCheckFailed"),
                    found: reason.item.filter(|item| !item.is_empty()),
                });
                return Ok(Err(Refused(refusals.collect())));
            }
            if !passes(&reasons) || !attempts.wait_for_next().await {
                return Err(unavailable(error));
            }
        }
    }
}

/// Whether a cancelled transaction may succeed when it is repeated: a conflict with another one passes by itself, and so
/// does throttling.
fn passes(reasons: &[CancellationReason]) -> bool {
    let passing = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    reasons.iter().any(|reason| reason.code().is_some_and(|code| passing.contains(&code)))
}

/// One item of a read at once.
pub(super) fn get_of(table: &str, key: (&str, &str), projection: Projection) -> Result<Get, StoreError> {
    let Projection { expression, names } = projection;
    Get::builder()
        .table_name(table)
        .key(key.0, text(key.1))
        .set_projection_expression(expression)
        .set_expression_attribute_names(names)
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// A table's part of a read of many items, strongly consistent.
pub(super) fn read_of(keys: Vec<Item>, projection: Projection) -> Result<KeysAndAttributes, StoreError> {
    let Projection { expression, names } = projection;
    KeysAndAttributes::builder()
        .consistent_read(true)
        .set_keys(Some(keys))
        .set_projection_expression(expression)
        .set_expression_attribute_names(names)
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// The rest of a read of many items. Each table is read as it was asked for before, strongly consistent above all;
/// DynamoDB names the keys that are left.
fn left_of(
    mut reads: HashMap<String, KeysAndAttributes>,
    left_over: HashMap<String, KeysAndAttributes>,
) -> Result<HashMap<String, KeysAndAttributes>, StoreError> {
    let of_table = |(table, left): (String, KeysAndAttributes)| {
        let unasked = || StoreError::Unavailable("a table was left over that was not asked for".to_owned());
        let mut read = reads.remove(&table).ok_or_else(unasked)?;
        read.keys = left.keys;
        Ok((table, read))
    };
    left_over.into_iter().map(of_table).collect()
}

/// A projection to some attributes, with its placeholders; nothing, which means all, where none is named.
#[derive(Clone, Debug, Default)]
pub(super) struct Projection {
    pub expression: Option<String>,
    pub names: Option<HashMap<String, String>>,
}

impl Projection {
    pub fn to(attributes: &[&str]) -> Self {
        // Some of the names are DynamoDB's own words and need a placeholder; so all have one.
        let names = attributes.iter().map(|name| (format!("#{name}"), (*name).to_owned()));
        let expression: Vec<String> = attributes.iter().map(|name| format!("#{name}")).collect();
        Self { expression: Some(expression.join(", ")), names: Some(names.collect()) }
    }
}

/// Why DynamoDB cancelled a transaction: a reason for each of its writes.
fn cancellation_reasons<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Vec<CancellationReason>> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons.clone()
        }
        _ => None,
    }
}

/// The item of an entity, with its key.
pub(super) fn to_item<T: Serialize>(entity: &T, key: Option<(&str, String)>) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(entity)?;
    if let Some((name, value)) = key {
        item.insert(name.to_owned(), text(value));
    }
    Ok(item)
}

pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    Ok(serde_dynamo::from_item(item)?)
}

/// One attribute of any shape.
pub(super) fn attribute<T: Serialize>(value: &T) -> Result<AttributeValue, StoreError> {
    Ok(serde_dynamo::to_attribute_value(value)?)
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Whole seconds since 1970, rounded down: what TTL attributes hold and are compared with.
pub(super) fn seconds(at: Timestamp) -> AttributeValue {
    number(at.as_second())
}

/// Whether an item's time is over, even if TTL has not deleted it yet.
pub(super) fn is_over(item: &Item, now: Timestamp) -> bool {
    let end = item.get("expires_at").and_then(|end| end.as_n().ok()).and_then(|end| end.parse::<i64>().ok());
    end.is_some_and(|end| end <= now.as_second())
}

/// Builds one write of a transaction whose parts cannot be missing.
macro_rules! write {
    ($kind:ident, $type:ident, $builder:expr) => {
        aws_sdk_dynamodb::types::TransactWriteItem::builder()
            .$kind($builder.build().map_err(|error| $crate::store::StoreError::Unavailable(error.to_string()))?)
            .build()
    };
}
pub(super) use write;
