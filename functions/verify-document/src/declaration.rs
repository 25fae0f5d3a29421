//! What verify-document declares of itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "verify-document",
    summary: "Anyone checks a printed document.",
    trigger: Trigger::Http(&[Route::get("/documents/verify/{id}", "verify-document", &[Caller::Anyone])]),
    needs: &[Need::Store],
    rights: &[Right::On(Table::Documents, &["GetItem"])],
    ..Declaration::HTTP
};
