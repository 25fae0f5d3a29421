//! What list-receipts declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "list-receipts",
    summary: "Shows the holder who read what about them, and when.",
    trigger: Trigger::Http(&[Route::get("/me/receipts", "list-receipts", &[Caller::Holder])]),
    needs: &[Need::Store, Need::VerifyingKeys],
    rights: &[
        Right::On(Table::Identities, &["BatchGetItem", "GetItem"]),
        Right::On(Table::Receipts, &["BatchGetItem", "Query"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
