//! What block-device declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "block-device",
    summary: "Blocks a lost or stolen phone: nothing works on it once this has answered.",
    trigger: Trigger::Http(&[Route::post("/device-blocks", "block-device", &[Caller::Officer, Caller::AnySession])]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::OfficerIssuer],
    rights: &[Right::On(Table::Identities, &["GetItem", "UpdateItem"]), Right::On(Table::Challenges, &["PutItem"])],
    ..Declaration::HTTP
};
