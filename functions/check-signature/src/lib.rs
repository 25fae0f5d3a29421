//! check-signature: anyone asks by a signature's name whether it counts, and for which document; nothing personal is shown.

mod declaration;

use ikd::app::App;
use ikd::domain::moment::Moment;
use ikd::domain::signature::DocumentHash;
use ikd::domain::theft::Theft;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use serde::Serialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(check_signature(app, request)));

#[derive(Serialize)]
struct Checked {
    validity: Validity,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_at: Option<Moment>,
    /// The key that it was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    /// Whether it is under the document whose hash was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    document_matches: Option<bool>,
    #[serde(flatten)]
    revocation: Option<Revocation>,
}

/// Whether a signature counts.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Validity {
    Valid,
    Revoked,
    /// Never made, or forgotten.
    Unknown,
}

/// The theft that revokes a signature.
#[derive(Serialize)]
struct Revocation {
    revoked_since: Moment,
    /// When it became known: who relied on the signature before could not know.
    reported_at: Moment,
    /// Which kind of person reported it; never who.
    reported_by: &'static str,
}

pub async fn check_signature(app: &App, request: &Request) -> Result<Answer, Problem> {
    const UNKNOWN: Checked = Checked {
        validity: Validity::Unknown,
        signed_at: None,
        key_id: None,
        document_matches: None,
        revocation: None,
    };

    let ["signatures", id] = parse::segments(request)[..] else { return Err(ProblemType::NotFound.into()) };
    let asked = parse::query(request, "document_hash").map(|hash| DocumentHash::parse(&hash)).transpose();
    let asked = asked.map_err(|invalid| Problem::invalid("/document_hash", invalid))?;
    let Some(id) = parse::id(id) else { return Ok(Answer::ok(&UNKNOWN)) };
    let Some(signature) = app.store().signature(&id, app.now()).await? else { return Ok(Answer::ok(&UNKNOWN)) };
    // What is left of a device is kept as long as its signatures. Without it, nobody can say whether they count.
    let device = app.store().device(&signature.device).await?;
    let device = device.ok_or_else(|| Problem::unavailable("the signature's device is missing"))?;
    let revocation = signature.revoked_by(&device).map(Revocation::of);
    let validity = if revocation.is_some() { Validity::Revoked } else { Validity::Valid };
    Ok(Answer::ok(&Checked {
        validity,
        signed_at: Some(signature.signed_at.into()),
        document_matches: asked.map(|hash| hash == signature.document_hash),
        key_id: Some(signature.key_id),
        revocation,
    }))
}

impl Revocation {
    fn of(theft: &Theft) -> Self {
        Self { revoked_since: theft.since.into(), reported_at: theft.reported_at.into(), reported_by: "officer" }
    }
}
