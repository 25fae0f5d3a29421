//! What finish-erasure declares of itself.

use declaration::{Change, Declaration, Need, Right, Stream, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "finish-erasure",
    summary: "What a holder left is erased, from the stream of the orders.",
    trigger: Trigger::Stream(Stream { table: Table::Erasures, change: Change::Insert, batch: 1 }),
    needs: &[Need::Store],
    rights: &[
        Right::On(Table::Identities, &["BatchGetItem", "DeleteItem"]),
        Right::Query(Table::Identities, "by_nik"),
        Right::On(Table::Selfies, &["DeleteItem"]),
        Right::On(Table::Receipts, &["BatchWriteItem", "Query"]),
        Right::On(Table::Erasures, &["DeleteItem"]),
    ],
    ..Declaration::STREAM
};
