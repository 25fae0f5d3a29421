//! What check-status declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "check-status",
    summary: "Cek Status: shows how far a registration is.",
    trigger: Trigger::Http(&[Route::get("/registrations/{id}", "check-status", &[Caller::Phone])]),
    needs: &[Need::Store, Need::SealingKey],
    rights: &[Right::On(Table::Identities, &["GetItem"]), Right::On(Table::Challenges, &["PutItem"])],
    ..Declaration::HTTP
};
