//! What unlock-pin declares of itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "unlock-pin",
    summary: "The office lifts the lock that wrong PINs brought.",
    trigger: Trigger::Http(&[Route::post("/pin-unlocks", "unlock-pin", &[Caller::Officer])]),
    needs: &[Need::Store, Need::OfficerIssuer],
    rights: &[Right::On(Table::Identities, &["GetItem", "UpdateItem"])],
    ..Declaration::HTTP
};
