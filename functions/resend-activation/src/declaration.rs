//! What resend-activation declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "resend-activation",
    summary: "Sends a new activation code, when the phone or an officer asks for it.",
    trigger: Trigger::Http(&[
        Route::post("/registrations/{id}/activation-emails", "resend-activation", &[Caller::Phone, Caller::Officer]),
        Route::post("/activation-emails", "resend-activation-by-nik", &[Caller::Officer]).limited_to(Limit::Office),
    ]),
    needs: &[Need::Store, Need::OfficerIssuer],
    rights: &[
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
        Right::On(Table::Outbox, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
