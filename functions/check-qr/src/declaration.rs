//! What check-qr declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "check-qr",
    summary: "KTP Digital: tells the phone what became of the code that it shows, and who asks.",
    trigger: Trigger::Http(&[Route::get("/qr-codes/current", "check-qr", &[Caller::Holder]).limited_to(Limit::Ask)]),
    needs: &[Need::Store, Need::VerifyingKeys],
    rights: &[
        Right::On(Table::Identities, &["BatchGetItem", "GetItem"]),
        Right::On(Table::QrCodes, &["BatchGetItem", "UpdateItem"]),
        Right::On(Table::Integrators, &["BatchGetItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
