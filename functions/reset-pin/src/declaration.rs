//! What reset-pin declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "reset-pin",
    summary: "Sends a new code to a holder who forgot the PIN, when an officer asks for it.",
    trigger: Trigger::Http(&[Route::post("/pin-resets", "reset-pin", &[Caller::Officer]).limited_to(Limit::Office)]),
    needs: &[Need::Store, Need::OfficerIssuer],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Outbox, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
