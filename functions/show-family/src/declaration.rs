//! What show-family declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "show-family",
    summary: "Data Keluarga: shows the members on the holder's family card.",
    trigger: Trigger::Http(&[Route::get("/me/family", "show-family", &[Caller::Holder])]),
    needs: &[Need::Store, Need::VerifyingKeys],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Identities, &["BatchGetItem", "GetItem"]),
        Right::On(Table::Residents, &["GetItem", "BatchGetItem"]),
        Right::Query(Table::Residents, "by_family_card"),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
