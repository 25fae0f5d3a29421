//! check-status (*Cek Status*): the stage of a registration, and what became of the activation e-mail.

mod declaration;

use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::Id;
use ikd::domain::device::BlockReason;
use ikd::domain::moment::Moment;
use ikd::domain::registration::{Registration, RegistrationState, Stage};
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::views::{ActivationEmailView, TicketView};
use serde::Serialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(check_status(app, request)));

#[derive(Serialize)]
struct Standing {
    id: Id,
    stage: Stage,
    /// Whether an officer approved another phone in the place of this one, which is blocked since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replaced: bool,
    registered_at: Moment,
    /// For the officer to scan, while the registration waits for one; always valid for a while longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<TicketView>,
    /// The officer's words to a rejected applicant.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activation_email: Option<ActivationEmailView>,
}

/// Answers the phone that registered. Nobody else learns that there is such a registration.
pub async fn check_status(app: &App, request: &Request) -> Result<Answer, Problem> {
    let ["registrations", id] = parse::segments(request)[..] else { return Err(ProblemType::NotFound.into()) };
    let id = parse::id(id).ok_or(ProblemType::NotFound)?;
    let proof = authenticate::phone(app, request)?;

    let ((), registration) = tokio::try_join!(authenticate::use_up(app, &proof), async {
        Ok(app.store().registration(&id, app.now()).await?)
    })?;
    let registration =
        registration.filter(|registration| registration.device_key == proof.key).ok_or(ProblemType::NotFound)?;
    let holder = app.store().holder(&registration.nik).await?;
    let (stage, reason) = match registration.stage(&holder) {
        Stage::Active => standing_of_device(app, &registration).await?,
        stage => (stage, None),
    };
    Ok(Answer::ok(&Standing {
        stage,
        replaced: reason == Some(BlockReason::Replaced),
        registered_at: registration.registered_at.into(),
        ticket: registration.decidable(&holder).ok().map(|pending| TicketView::issue(app, &id, pending)).transpose()?,
        activation_email: registration
            .awaiting_code(&holder)
            .map(|approval| ActivationEmailView::of(app, &approval.activation, parse::language(request))),
        rejection_reason: match registration.state {
            RegistrationState::Rejected(rejection) => rejection.decision.reason,
            _ => None,
        },
        id,
    }))
}

/// Whether the device that the registration became is still active, or why it is blocked.
async fn standing_of_device(app: &App, registration: &Registration) -> Result<(Stage, Option<BlockReason>), Problem> {
    let Some(device) = app.store().device(&registration.device_key).await? else { return Ok((Stage::Blocked, None)) };
    Ok(match device.ended_by() {
        Some(block) => (Stage::Blocked, Some(block.reason)),
        None => (Stage::Active, None),
    })
}
