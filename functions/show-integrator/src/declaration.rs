//! What show-integrator declares about itself.

use declaration::{Caller, Declaration, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "show-integrator",
    summary: "Shows an integrator under which name, for which purposes and for which claims it is registered.",
    trigger: Trigger::Http(&[Route::get("/integrator", "show-integrator", &[Caller::Integrator])]),
    needs: &[Need::Store, Need::VerifyingKeys],
    rights: &[Right::On(Table::Integrators, &["GetItem"])],
    ..Declaration::HTTP
};
