//! `receipts`: the holder's receipts, each once, in a chain; its head is an item of its own beside them.

use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failures::unavailable;
use super::item::{Item, attribute, from_item, number, seconds, text, to_item, write};
use super::{Store, StoreError, Written, keys};
use crate::domain::Id;
use crate::domain::nik::Nik;
use crate::domain::receipt::{ChainHead, Receipt};

/// A page of receipts, newest first.
#[derive(Debug)]
pub struct ReceiptPage {
    pub receipts: Vec<Receipt>,
    /// Whether there are older ones.
    pub has_more: bool,
}

/// Names a redemption that has its receipt, as long as that is kept.
#[derive(Serialize, Deserialize)]
struct Mark {
    holder: Nik,
    position: String,
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    expires_at: Timestamp,
}

impl Store {
    /// The head of a holder's chain.
    pub async fn chain_head(&self, nik: &Nik) -> Result<ChainHead, StoreError> {
        let found = self.receipt_item(nik, keys::CHAIN_HEAD).await?;
        found.map(from_item).transpose().map(|head| head.unwrap_or_else(ChainHead::of_nothing))
    }

    /// Whether a redemption has its receipt.
    pub async fn has_receipt(&self, nik: &Nik, redemption: &Id) -> Result<bool, StoreError> {
        Ok(self.receipt_item(nik, &keys::redemption(redemption)).await?.is_some())
    }

    /// Adds a receipt behind `head`, once for its redemption. It is overtaken where the chain or the redemption has
    /// changed since they were read, or the person is no longer a holder.
    pub async fn add_receipt(
        &self,
        nik: &Nik,
        head: &ChainHead,
        receipt: &Receipt,
        kept_until: Timestamp,
    ) -> Result<Written, StoreError> {
        let put = |item: Item| {
            Put::builder()
                .table_name(&self.tables.receipts)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(holder)")
        };
        let mut item = to_item(receipt, Some(("position", keys::receipt(receipt.sequence))))?;
        item.insert("holder".to_owned(), text(nik.as_str()));
        item.insert("expires_at".to_owned(), seconds(kept_until));
        let mark =
            Mark { holder: nik.clone(), position: keys::redemption(&receipt.redemption_id), expires_at: kept_until };
        let unchanged = if head.count == 0 { "attribute_not_exists(holder)" } else { "#hash = :before" };
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
        if head.count > 0 {
            moved = moved.expression_attribute_values(":before", attribute(&head.hash)?);
        }
        let writes = vec![
            write!(update, Update, moved),
            write!(put, Put, put(item)),
            write!(put, Put, put(to_item(&mark, None)?)),
            self.check_holder(nik)?,
        ];
        self.write_unless_overtaken(writes).await
    }

    /// A page of at most `most` receipts, newest first, older than `before` where that is given.
    pub async fn receipts(&self, nik: &Nik, before: Option<u32>, most: i32) -> Result<ReceiptPage, StoreError> {
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
        let has_more = answer.last_evaluated_key.is_some();
        let receipts = answer.items.unwrap_or_default().into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(ReceiptPage { receipts, has_more })
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
