//! What fetch-redemption declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "fetch-redemption",
    summary: "The winner of a scan learns what its holder answered.",
    trigger: Trigger::Http(&[
        Route::get("/redemptions/{id}", "fetch-redemption", &[Caller::Integrator]).limited_to(Limit::Ask)
    ]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::SigningKey, Need::PairwiseKey],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Identities, &["ConditionCheckItem", "GetItem"]),
        Right::On(Table::QrCodes, &["GetItem", "UpdateItem"]),
        Right::On(Table::Integrators, &["GetItem"]),
    ],
    ..Declaration::HTTP
};
