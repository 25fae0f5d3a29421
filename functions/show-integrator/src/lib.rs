//! show-integrator: an integrator reads its own registration, so that a counter can offer the purposes in words.

mod declaration;

use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::claims::ClaimSet;
use ikd::domain::integrator::Integrator;
use ikd::domain::text::Label;
use ikd::http::{Answer, Function, Problem, ProblemType, Request};
use serde::Serialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(show_integrator(app, request)));

/// What operators registered of the integrator, but for its keys, which it knows.
#[derive(Serialize)]
struct Shown {
    client_id: String,
    name: String,
    /// In the order of their names.
    purposes: Vec<Purpose>,
    claims: ClaimSet,
}

#[derive(Serialize)]
struct Purpose {
    name: String,
    label: Label,
}

/// An integrator that was disabled or taken away since it got its token is refused, as a redemption would be.
pub async fn show_integrator(app: &App, request: &Request) -> Result<Answer, Problem> {
    let token = authenticate::integrator(app, request)?;
    let registered = app.store().integrator(&token.client_id).await?;
    let enabled = registered.filter(|integrator| integrator.enabled).ok_or(ProblemType::IntegratorDisabled)?;
    Ok(Answer::ok(&Shown::from(enabled)))
}

impl From<Integrator> for Shown {
    fn from(integrator: Integrator) -> Self {
        let purposes = integrator.purposes.into_iter().map(|(name, label)| Purpose { name, label });
        Self {
            client_id: integrator.client_id,
            name: integrator.name,
            purposes: purposes.collect(),
            claims: integrator.claims,
        }
    }
}
