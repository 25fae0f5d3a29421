//! What block-device declares of itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "block-device",
    summary: "A lost phone is dead from the moment this answers.",
    trigger: Trigger::Http(&[Route::post("/device-blocks", "block-device", &[Caller::Officer, Caller::AnySession])]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::OfficerIssuer],
    rights: &[Right::On(Table::Identities, &["GetItem", "UpdateItem"]), Right::On(Table::Challenges, &["PutItem"])],
    ..Declaration::HTTP
};
