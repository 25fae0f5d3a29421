//! What check-status declares of itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "check-status",
    summary: "Cek Status: where a registration stands.",
    trigger: Trigger::Http(&[Route::get("/registrations/{id}", "check-status", &[Caller::Phone])]),
    needs: &[Need::Store, Need::SealingKey],
    rights: &[Right::On(Table::Identities, &["GetItem"]), Right::On(Table::Challenges, &["PutItem"])],
    ..Declaration::HTTP
};
