//! What record-receipt declares about itself.

use declaration::{Change, Declaration, Need, Right, Setting, Stream, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "record-receipt",
    summary: "Records a receipt for each answer to the winner of a redemption, and puts down the integrator's notice.",
    trigger: Trigger::Stream(Stream {
        table: Table::QrCodes,
        // A question that nobody answered, and whose silence nobody noticed, is recorded when its code is deleted.
        changes: &[Change::Modify, Change::RemoveOf { attribute: "consent", text: "at-scan" }],
        batch: 10,
        lanes: 1,
        in_order: true,
    }),
    needs: &[Need::Store],
    settings: &[Setting::ReceiptsKept],
    rights: &[
        Right::On(Table::Identities, &["GetItem", "ConditionCheckItem"]),
        Right::On(Table::QrCodes, &["GetItem"]),
        Right::On(Table::Receipts, &["GetItem", "PutItem", "Query", "UpdateItem"]),
        Right::On(Table::Integrators, &["GetItem"]),
        Right::On(Table::Notices, &["PutItem"]),
    ],
    ..Declaration::STREAM
};
