//! What issue-token declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "issue-token",
    summary: "Gives integrators access tokens (OAuth 2.0 client credentials).",
    trigger: Trigger::Http(&[Route::post("/oauth2/token", "issue-token", &[Caller::Client])
        .limited_to(Limit::Token)
        .reading_json(false)]),
    needs: &[Need::Store, Need::SigningKey],
    rights: &[Right::On(Table::Challenges, &["PutItem"]), Right::On(Table::Integrators, &["GetItem"])],
    ..Declaration::HTTP
};
