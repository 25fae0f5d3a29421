//! check-signature: anyone asks by a signature's name whether it counts, and for which document; nothing personal is shown.

mod declaration;

use ikd::app::App;
use ikd::domain::Id;
use ikd::domain::signature::{DocumentHash, Validity};
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
    /// The key that it was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    /// Whether it is under the document whose hash was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    document_matches: Option<bool>,
}

pub async fn check_signature(app: &App, request: &Request) -> Result<Answer, Problem> {
    const UNKNOWN: Checked =
        Checked { validity: Validity::Unknown, signed_at: None, key_id: None, document_matches: None };

    let ["signatures", id] = parse::segments(request)[..] else { return Err(ProblemType::NotFound.into()) };
    let asked = parse::query(request, "document_hash").map(|hash| DocumentHash::parse(&hash)).transpose();
    let asked = asked.map_err(|invalid| Problem::invalid("/document_hash", invalid))?;
    let Some(id) = Id::parse(id) else { return Ok(Answer::ok(&UNKNOWN)) };
    let Some(signature) = app.store().signature(&id, app.now()).await? else { return Ok(Answer::ok(&UNKNOWN)) };
    let device = app.store().device(&signature.device).await?;
    Ok(Answer::ok(&Checked {
        validity: signature.validity(device.as_ref()),
        signed_at: Some(signature.signed_at),
        document_matches: asked.map(|hash| hash == signature.document_hash),
        key_id: Some(signature.key_id),
    }))
}
