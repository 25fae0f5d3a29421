//! What unlock-pin declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "unlock-pin",
    summary: "Lifts the lock after wrong PINs, when an officer asks for it.",
    trigger: Trigger::Http(&[Route::post("/pin-unlocks", "unlock-pin", &[Caller::Officer]).limited_to(Limit::Office)]),
    needs: &[Need::Store, Need::OfficerIssuer],
    rights: &[Right::On(Table::Identities, &["GetItem", "UpdateItem"])],
    ..Declaration::HTTP
};
