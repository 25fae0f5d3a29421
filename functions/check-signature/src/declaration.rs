//! What check-signature declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "check-signature",
    summary: "Tells anyone whether a signature is valid.",
    trigger: Trigger::Http(&[Route::get("/signatures/{id}", "check-signature", &[Caller::Anyone])]),
    needs: &[Need::Store],
    rights: &[Right::On(Table::Identities, &["GetItem"]), Right::On(Table::Signatures, &["GetItem"])],
    ..Declaration::HTTP
};
