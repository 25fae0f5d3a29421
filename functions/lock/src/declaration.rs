//! What lock declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "lock",
    summary: "The lock button at the bottom right: ends the session.",
    trigger: Trigger::Http(&[Route::delete("/sessions/current", "lock", &[Caller::AnySession])]),
    needs: &[Need::Store, Need::VerifyingKeys],
    rights: &[Right::On(Table::Identities, &["UpdateItem"]), Right::On(Table::Challenges, &["PutItem"])],
    ..Declaration::HTTP
};
