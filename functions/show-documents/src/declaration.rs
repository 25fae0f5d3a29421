//! What show-documents declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "show-documents",
    summary: "Dokumen: the two menus, and each document in them, also as PDF.",
    trigger: Trigger::Http(&[
        Route::get("/me/documents", "show-documents-menus", &[Caller::Holder]),
        Route::get("/me/documents/{kind}", "show-documents-document", &[Caller::Holder]),
    ]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::SigningKey],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Identities, &["GetItem"]),
        Right::On(Table::Residents, &["GetItem", "BatchGetItem"]),
        Right::Query(Table::Residents, "by_family_card"),
        Right::On(Table::Documents, &["PutItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
