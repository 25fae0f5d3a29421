//! approve-face (*Pindai QR Code*): the officer sees applicant, registry photo and selfie, and decides.

mod comparison;
mod review;

use ikd::access::authenticate;
use ikd::app::{App, Counter, Need};
use ikd::domain::contact::Email;
use ikd::domain::device::{Block, BlockReason, BlockedBy};
use ikd::domain::face::FaceComparison;
use ikd::domain::registration::{Activation, Decision, Delivery, Registration, Undecidable, Verdict};
use ikd::domain::text::{Invalid, is_plain};
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::store::registrations::Approval;
use ikd::store::residents::Photo;
use ikd::store::{StoreError, Written};
use ikd::tokens::officer::Officer;
use ikd::tokens::sealed::TicketError;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function = Function {
    name: "approve-face",
    needs: &[Need::STORE, Need::SEAL, Need::OFFICERS, Need::FACES],
    step: |app, request| Box::pin(approve_face(app, request)),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decide {
    verdict: Verdict,
    /// Shown to a rejected applicant. Required for a rejection, and for approving faces that do not match.
    #[serde(default)]
    reason: Option<String>,
    /// Blocks the resident's active device in the same moment.
    #[serde(default)]
    replace_device: bool,
    /// Replaces a mistyped address.
    #[serde(default)]
    email: Option<String>,
}

#[derive(Serialize)]
struct Decided<'a> {
    registration: &'a str,
    #[serde(flatten)]
    decision: &'a Decision,
}

pub async fn approve_face(app: &App, request: &Request) -> Result<Answer, Problem> {
    let officer = authenticate::officer(app, request).await?;
    match (request.method().as_str(), &parse::segments(request)[..]) {
        ("GET", ["registrations", "by-ticket", ticket]) => review::review(app, parse::language(request), ticket).await,
        ("POST", ["registrations", "by-ticket", ticket, "decision"]) => decide(app, request, &officer, ticket).await,
        _ => Err(ProblemType::NotFound.into()),
    }
}

/// The registration that a ticket names, as long as the ticket lives.
async fn registration_of(app: &App, ticket: &str) -> Result<Registration, Problem> {
    let id = app.seal().open_ticket(ticket, app.now()).map_err(|error| match error {
        TicketError::Forged => ProblemType::TicketUnknown,
        TicketError::Expired => ProblemType::TicketExpired,
    })?;
    Ok(app.store().registration(&id, app.now()).await?.ok_or(ProblemType::TicketUnknown)?)
}

/// Decides once. The same verdict again is answered with the decision that stands, another verdict is refused.
async fn decide(app: &App, request: &Request, officer: &Officer, ticket: &str) -> Result<Answer, Problem> {
    let body: Decide = parse::json(request, parse::SMALL_BODY)?;
    let reason = reason(&body)?;
    let email = body.email.as_deref().map(Email::parse).transpose();
    let email = email.map_err(|invalid| Problem::invalid("/email", invalid))?;

    let registration = registration_of(app, ticket).await?;
    let decision = Decision { verdict: body.verdict, officer: officer.subject.clone(), decided_at: app.now(), reason };
    let written = match body.verdict {
        Verdict::Approve => approve(app, &registration, &decision, email, body.replace_device).await?,
        Verdict::Reject => reject(app, &registration, &decision).await?,
    };
    let standing = match written {
        Ok(Written::Done) => decision,
        Err(standing) => standing,
        // Another officer was faster, or the resident's device changed: what stands now tells.
        Ok(Written::Overtaken) => registration_of(app, ticket).await?.decision.ok_or(ProblemType::Contended)?,
    };
    if standing.verdict != body.verdict {
        return Err(ProblemType::AlreadyDecided.into());
    }
    Ok(Answer::ok(&Decided { registration: registration.id.as_str(), decision: &standing }))
}

/// Approves, or gives the decision that stands already.
async fn approve(
    app: &App,
    registration: &Registration,
    decision: &Decision,
    email: Option<Email>,
    replace_device: bool,
) -> Result<Result<Written, Decision>, Problem> {
    let (holder, resident) =
        tokio::try_join!(app.store().holder(&registration.nik), app.store().resident(&registration.nik, Photo::With))?;
    if let Some(standing) = standing_decision(registration.ensure_decidable(&holder))? {
        return Ok(Err(standing));
    }
    // The registry may have learned something since the registration.
    let resident = resident.filter(|resident| resident.may_enrol(&app.settings.municipality, app.now()));
    let resident = resident.ok_or(ProblemType::NotEligible)?;
    let kept = comparison::kept(registration, &resident);
    let (device, selfie) = tokio::try_join!(
        async {
            match &holder.device {
                Some(key) => Ok(app.store().device(key).await?.filter(|device| !device.is_blocked())),
                None => Ok::<_, StoreError>(None),
            }
        },
        async {
            match kept {
                Some(_) => Ok(None),
                None => app.store().selfie(&registration.id).await,
            }
        }
    )?;
    if device.is_some() && !replace_device {
        return Err(ProblemType::DeviceAlreadyActive.into());
    }
    // Asked here where no officer has looked before.
    let compared = match kept {
        Some(_) => None,
        None => comparison::compare(app, &resident, selfie.as_deref()).await,
    };
    let is_against_score = kept.as_ref().or(compared.as_ref()).is_some_and(FaceComparison::speaks_against);
    if is_against_score && decision.reason.is_none() {
        return Err(Problem::invalid("/reason", REASON_AGAINST_SCORE));
    }
    let block = Block {
        at: decision.decided_at,
        by: BlockedBy::Officer(decision.officer.clone()),
        reason: BlockReason::Replaced,
        stolen_since: None,
    };
    let (rules, officer) = (&app.settings.rules, &decision.officer);
    let written = app
        .store()
        .approve(&Approval {
            registration,
            holder: &holder,
            decision,
            face: compared.as_ref(),
            email: email.as_ref().unwrap_or(&registration.email),
            activation: &Activation {
                generation: 1,
                began_with: 1,
                issued_at: decision.decided_at,
                expires_at: decision.decided_at + rules.activation_code_lifetime,
                tries: 0,
                delivery: Delivery::Queued,
                ordered_by: Some(officer.clone()),
            },
            replaced: device.as_ref().map(|device| (device, block, rules.forgotten_after_block(decision.decided_at))),
            forgotten_at: decision.decided_at + rules.registration_lifetime,
        })
        .await?;
    if written == Written::Done {
        if let Some(compared) = &compared {
            comparison::count(app, compared);
        }
        if is_against_score {
            app.count(Counter::ApprovalAgainstScore);
        }
    }
    Ok(Ok(written))
}

const REASON_AGAINST_SCORE: Invalid = Invalid::new(
    "Wajah tidak cocok menurut mesin pembanding: tuliskan alasan persetujuan.",
    "The engine says that the faces do not match: write down why you approve.",
);

/// Rejects, or gives the decision that stands already.
async fn reject(
    app: &App,
    registration: &Registration,
    decision: &Decision,
) -> Result<Result<Written, Decision>, Problem> {
    let holder = app.store().holder(&registration.nik).await?;
    match standing_decision(registration.ensure_decidable(&holder))? {
        Some(standing) => Ok(Err(standing)),
        None => Ok(Ok(app.store().reject(registration, decision).await?)),
    }
}

fn standing_decision(decidable: Result<(), Undecidable>) -> Result<Option<Decision>, Problem> {
    match decidable {
        Ok(()) => Ok(None),
        Err(Undecidable::Decided(standing)) => Ok(Some(standing)),
        Err(Undecidable::Ended) => Err(ProblemType::RegistrationEnded.into()),
    }
}

/// A rejection needs a reason that the applicant can read.
fn reason(body: &Decide) -> Result<Option<String>, Problem> {
    const REQUIRED: Invalid = Invalid::new("Penolakan memerlukan alasan.", "A rejection needs a reason.");
    const TOO_LONG: Invalid = Invalid::new("Alasan paling panjang 500 huruf.", "A reason has 500 letters at most.");
    const NOT_PLAIN: Invalid = Invalid::new(
        "Alasan hanya boleh berisi huruf yang terlihat.",
        "A reason may hold letters that can be seen and nothing else.",
    );

    if body.reason.as_deref().is_some_and(|reason| !is_plain(reason)) {
        return Err(Problem::invalid("/reason", NOT_PLAIN));
    }
    let reason = body.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    match reason {
        None if body.verdict == Verdict::Reject => Err(Problem::invalid("/reason", REQUIRED)),
        Some(reason) if reason.chars().count() > 500 => Err(Problem::invalid("/reason", TOO_LONG)),
        reason => Ok(reason.map(str::to_owned)),
    }
}
