//! What show-biodata declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "show-biodata",
    summary: "Biodata: shows the holder's own row of the registry.",
    trigger: Trigger::Http(&[Route::get("/me", "show-biodata", &[Caller::Holder])]),
    needs: &[Need::Store, Need::VerifyingKeys],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Identities, &["BatchGetItem", "GetItem"]),
        Right::On(Table::Residents, &["BatchGetItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
