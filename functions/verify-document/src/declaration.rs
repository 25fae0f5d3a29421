//! What verify-document declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "verify-document",
    summary: "Tells anyone whether a printed document was issued; its page shows what the document's code says.",
    trigger: Trigger::Http(&[Route::get("/documents/verify/{id}", "verify-document", &[Caller::Anyone])]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::RetiredKeys],
    settings: &[Setting::Municipality],
    rights: &[Right::On(Table::Documents, &["GetItem"])],
    ..Declaration::HTTP
};
