//! What reset-pin declares of itself.

use declaration::{Caller, Declaration, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "reset-pin",
    summary: "The holder forgot the PIN: the officer has a new code sent.",
    trigger: Trigger::Http(&[Route::post("/pin-resets", "reset-pin", &[Caller::Officer])]),
    needs: &[Need::Store, Need::OfficerIssuer],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Outbox, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
