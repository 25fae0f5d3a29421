//! What show-biodata declares of itself.

use declaration::{Caller, Declaration, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "show-biodata",
    summary: "Biodata: what the registry has on the holder.",
    trigger: Trigger::Http(&[Route::get("/me", "show-biodata", &[Caller::Holder])]),
    needs: &[Need::Store, Need::VerifyingKeys],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
