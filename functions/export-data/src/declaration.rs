//! What export-data declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "export-data",
    summary: "Gives the holder everything that is stored about them.",
    trigger: Trigger::Http(&[Route::get("/me/export", "export-data", &[Caller::Holder]).limited_to(Limit::Enrol)]),
    needs: &[Need::Store, Need::VerifyingKeys],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Identities, &["BatchGetItem", "GetItem"]),
        Right::Query(Table::Identities, "by_nik"),
        Right::On(Table::Residents, &["GetItem"]),
        Right::Query(Table::Signatures, "by_holder"),
        Right::On(Table::Receipts, &["GetItem", "Query"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
