//! What resend-activation declares of itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "resend-activation",
    summary: "A new code by a new e-mail, asked for by the phone or by an officer.",
    trigger: Trigger::Http(&[Route::post(
        "/registrations/{id}/activation-emails",
        "resend-activation",
        &[Caller::Phone, Caller::Officer],
    )]),
    needs: &[Need::Store, Need::OfficerIssuer],
    rights: &[
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
        Right::On(Table::Outbox, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
