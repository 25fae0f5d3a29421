//! What block-device declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "block-device",
    summary: "Blocks a lost or stolen phone: nothing works on it once this has answered.",
    trigger: Trigger::Http(&[
        Route::post("/device-blocks", "block-device", &[Caller::Officer]).limited_to(Limit::Block),
        Route::post("/me/device-blocks", "block-device-own", &[Caller::AnySession]).limited_to(Limit::Block),
    ]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::OfficerIssuer],
    rights: &[
        Right::On(Table::Identities, &["BatchGetItem", "GetItem", "UpdateItem"]),
        Right::Query(Table::Identities, "by_nik"),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    ..Declaration::HTTP
};
