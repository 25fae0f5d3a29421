//! check-signature: anyone asks by a signature's name whether it counts; nothing personal is shown.

mod declaration;

use ikd::app::App;
use ikd::domain::Id;
use ikd::domain::signature::Validity;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use jiff::Timestamp;
use serde::Serialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(check_signature(app, request)));

#[derive(Serialize)]
struct Checked {
    validity: Validity,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_at: Option<Timestamp>,
}

pub async fn check_signature(app: &App, request: &Request) -> Result<Answer, Problem> {
    const UNKNOWN: Checked = Checked { validity: Validity::Unknown, signed_at: None };

    let ["signatures", id] = parse::segments(request)[..] else { return Err(ProblemType::NotFound.into()) };
    let Some(id) = Id::parse(id) else { return Ok(Answer::ok(&UNKNOWN)) };
    let Some(signature) = app.store().signature(&id, app.now()).await? else { return Ok(Answer::ok(&UNKNOWN)) };
    let device = app.store().device(&signature.device).await?;
    let validity = signature.validity(device.as_ref());
    Ok(Answer::ok(&Checked { validity, signed_at: Some(signature.signed_at) }))
}
