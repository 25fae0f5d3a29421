//! `receipts`: the holder's receipts, each once, in a chain; its head is an item of its own beside them.

use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failures::unavailable;
use super::item::{Item, attribute, from_item, is_over, number, seconds, text, to_item, write};
use super::{Store, StoreError, Written, keys};
use crate::domain::Id;
use crate::domain::nik::Nik;
use crate::domain::reading::{Given, Reading};
use crate::domain::receipt::{ChainHead, Receipt};

/// A page of receipts, newest first.
#[derive(Debug)]
pub struct ReceiptPage {
    pub receipts: Vec<Receipt>,
    /// The number that the next page's are smaller than, where there are older ones.
    pub next_before: Option<u32>,
}

/// Names an answer to a winner that has its receipt, as long as that is kept.
#[derive(Serialize, Deserialize)]
struct Mark {
    holder: Nik,
    position: String,
    /// What the receipt says.
    given: Given,
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    expires_at: Timestamp,
}

impl Store {
    /// The head of a holder's chain.
    pub async fn chain_head(&self, nik: &Nik) -> Result<ChainHead, StoreError> {
        let found = self.receipt_item(nik, keys::CHAIN_HEAD).await?;
        found.map(from_item).transpose().map(|head| head.unwrap_or_else(ChainHead::of_nothing))
    }

    /// Where the next receipt of a holder goes. A chain begins behind what an unfinished erasure has not taken yet, so that
    /// the two never meet.
    pub async fn chain_end(&self, nik: &Nik) -> Result<ChainHead, StoreError> {
        if let Some(head) = self.receipt_item(nik, keys::CHAIN_HEAD).await? {
            return from_item(head);
        }
        // What is over counts, too, until it is deleted.
        let left = self.receipts(nik, None, 1, Timestamp::MIN).await?.receipts;
        Ok(left.first().map_or_else(ChainHead::of_nothing, ChainHead::of_nothing_behind))
    }

    /// What the receipt of an answer to a winner says, if there is one.
    pub async fn given_by_receipt(&self, nik: &Nik, reading: &Id) -> Result<Option<Given>, StoreError> {
        let mark = self.receipt_item(nik, &keys::reading(reading)).await?;
        Ok(mark.map(from_item::<Mark>).transpose()?.map(|mark| mark.given))
    }

    /// Adds a receipt behind `head`: the first one of its reading, or one that is right where the receipt `before` was not. It is
    /// overtaken where the chain or what it says of the reading has changed since they were read, or the person is no longer
    /// a holder.
    pub async fn add_receipt(
        &self,
        nik: &Nik,
        head: &ChainHead,
        receipt: &Receipt,
        before: Option<&Given>,
        kept_until: Timestamp,
    ) -> Result<Written, StoreError> {
        let put = |item: Item| Put::builder().table_name(&self.tables.receipts).set_item(Some(item));
        let is_new = "attribute_not_exists(holder)";
        let mut item = to_item(receipt, Some(("position", keys::receipt(receipt.sequence))))?;
        item.insert("holder".to_owned(), text(nik.as_str()));
        item.insert("expires_at".to_owned(), seconds(kept_until));
        let Reading { id, given, .. } = &receipt.reading;
        let mark =
            Mark { holder: nik.clone(), position: keys::reading(id), given: given.clone(), expires_at: kept_until };
        let mark = put(to_item(&mark, None)?);
        let mark = match before {
            Some(before) => {
                mark.condition_expression("given = :given").expression_attribute_values(":given", attribute(before)?)
            }
            None => mark.condition_expression(is_new),
        };
        let unchanged = if head.is_of_nothing() { "attribute_not_exists(holder)" } else { "#hash = :before" };
        let mut moved = Update::builder()
            .table_name(&self.tables.receipts)
            .key("holder", text(nik.as_str()))
            .key("position", text(keys::CHAIN_HEAD))
            .update_expression("SET #count = :count, #hash = :hash")
            .condition_expression(unchanged)
            .expression_attribute_names("#count", "count")
            .expression_attribute_names("#hash", "hash")
            .expression_attribute_values(":count", number(receipt.sequence))
            .expression_attribute_values(":hash", attribute(&receipt.hash)?);
        if !head.is_of_nothing() {
            moved = moved.expression_attribute_values(":before", attribute(&head.hash)?);
        }
        let writes = vec![
            write!(update, Update, moved),
            write!(put, Put, put(item).condition_expression(is_new)),
            write!(put, Put, mark),
            self.check_holder(nik)?,
        ];
        self.write_unless_overtaken(writes).await
    }

    /// A page of at most `most` receipts that are still kept, newest first, older than `before` where that is given.
    pub async fn receipts(
        &self,
        nik: &Nik,
        before: Option<u32>,
        most: i32,
        now: Timestamp,
    ) -> Result<ReceiptPage, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.tables.receipts)
            .key_condition_expression("holder = :holder AND #position BETWEEN :first AND :last")
            .expression_attribute_names("#position", "position")
            .expression_attribute_values(":holder", text(nik.as_str()))
            .expression_attribute_values(":first", text(keys::receipt(0)))
            .expression_attribute_values(
                ":last",
                text(keys::receipt(before.map_or(u32::MAX, |before| before.saturating_sub(1)))),
            )
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(most)
            .send()
            .await
            .map_err(unavailable)?;
        let found = answer.items.unwrap_or_default();
        let oldest: Option<Receipt> = found.last().cloned().map(from_item).transpose()?;
        let next_before = oldest.filter(|_| answer.last_evaluated_key.is_some()).map(|oldest| oldest.sequence);
        let kept = found.into_iter().filter(|item| !is_over(item, now));
        Ok(ReceiptPage { receipts: kept.map(from_item).collect::<Result<_, _>>()?, next_before })
    }

    async fn receipt_item(&self, nik: &Nik, position: &str) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.tables.receipts)
            .key("holder", AttributeValue::S(nik.as_str().to_owned()))
            .key("position", AttributeValue::S(position.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(answer.item)
    }
}
