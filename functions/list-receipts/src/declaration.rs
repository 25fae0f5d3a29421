//! What list-receipts declares of itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "list-receipts",
    summary: "Who saw what of the holder, and when.",
    trigger: Trigger::Http(&[Route::get("/me/receipts", "list-receipts", &[Caller::Holder])]),
    needs: &[Need::Store, Need::VerifyingKeys],
    rights: &[
        Right::On(Table::Identities, &["GetItem"]),
        Right::On(Table::Receipts, &["GetItem", "Query"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
