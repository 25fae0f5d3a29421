//! What look-up-resident declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "look-up-resident",
    summary: "Shows an officer whom a NIK means, which phones they have and had, and what waits for its activation.",
    trigger: Trigger::Http(&[
        Route::post("/resident-lookups", "look-up-resident", &[Caller::Officer]).limited_to(Limit::Office)
    ]),
    needs: &[Need::Store, Need::OfficerIssuer],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Identities, &["BatchGetItem", "GetItem"]),
        Right::Query(Table::Identities, "by_nik"),
        Right::On(Table::Residents, &["GetItem"]),
    ],
    ..Declaration::HTTP
};
