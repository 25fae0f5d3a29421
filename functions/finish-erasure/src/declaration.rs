//! What finish-erasure declares about itself.

use declaration::{Change, Declaration, Need, Right, Stream, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "finish-erasure",
    summary: "Erases what an ended identity left, one order at a time.",
    trigger: Trigger::Stream(Stream {
        table: Table::Erasures,
        changes: &[Change::Insert],
        batch: 1,
        lanes: 1,
        in_order: true,
    }),
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
