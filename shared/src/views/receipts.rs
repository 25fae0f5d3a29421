//! What holders see of their receipts.

use serde::Serialize;

use crate::domain::receipt::{ChainHead, Receipt};
use crate::store::receipts::ReceiptPage;

/// A page of receipts, newest first, beside the head of their chain.
#[derive(Serialize)]
pub struct Receipts {
    /// The chain's last receipt: a receipt that was taken out or altered does not lead here.
    head: ChainHead,
    receipts: Vec<Receipt>,
    /// Where the next page begins: `?before=` this.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<u32>,
}

impl Receipts {
    pub fn of(head: ChainHead, page: ReceiptPage) -> Self {
        Self { head, receipts: page.receipts, next_before: page.next_before }
    }
}
