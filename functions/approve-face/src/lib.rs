//! approve-face (*Pindai QR Code*): the officer sees applicant, registry photo and selfie, and decides.

mod approval;
mod comparison;
mod declaration;
mod previous;
mod review;

use approval::Wanted;
use ikd::access::authenticate;
use ikd::access::report::{Reason, TheftFields};
use ikd::app::App;
use ikd::domain::contact::Email;
use ikd::domain::decision::{Decision, Ruling, Verdict};
use ikd::domain::registration::{Registration, Undecidable};
use ikd::domain::text::{Invalid, NotOneLine, one_line};
use ikd::domain::theft::TheftReport;
use ikd::http::{Answer, Fields, Function, Problem, ProblemType, Request, parse};
use ikd::store::Written;
use ikd::tokens::officer::Officer;
use ikd::tokens::sealed::TicketError;
use jiff::Timestamp;
use previous::Reported;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(approve_face(app, request)));

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
    /// What the officer reports of the device that the resident had before.
    #[serde(default, deserialize_with = "parse::object")]
    previous_device: Option<PreviousDevice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PreviousDevice {
    #[serde(default)]
    reason: Option<Reason>,
    #[serde(default)]
    stolen_since: Option<Timestamp>,
    #[serde(default)]
    justification: Option<String>,
}

#[derive(Serialize)]
struct Decided<'a> {
    registration: &'a str,
    #[serde(flatten)]
    ruling: &'a Ruling,
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
    let id = app.seal().open_ticket(&parse::unescaped(ticket), app.now()).map_err(|error| match error {
        TicketError::Forged => ProblemType::TicketUnknown,
        TicketError::Expired => ProblemType::TicketExpired,
    })?;
    Ok(app.store().registration(&id, app.now()).await?.ok_or(ProblemType::TicketUnknown)?)
}

/// How an officer's attempt to decide ended.
enum Outcome {
    /// By this decision.
    Decided(Ruling),
    /// It was already decided; that ruling remains.
    DecidedBefore(Ruling),
    /// Another officer was faster, or the resident's device changed.
    Overtaken,
}

/// Decides once. The same verdict again gets the first decision as its answer; another verdict is refused.
async fn decide(app: &App, request: &Request, officer: &Officer, ticket: &str) -> Result<Answer, Problem> {
    let body: Decide = parse::json(request, parse::SMALL_BODY)?;
    let reason = reason(&body)?;
    let email = body.email.as_deref().map(Email::parse).transpose();
    let email = email.map_err(|invalid| Problem::invalid("/email", invalid))?;
    let reported = reported(&body, app.now())?;
    let theft = reported.theft.clone();

    let registration = registration_of(app, ticket).await?;
    let decision = Decision { officer: officer.subject.clone(), decided_at: app.now(), reason };
    let outcome = match body.verdict {
        Verdict::Approve => {
            let wanted = Wanted { decision, email, replace_device: body.replace_device, reported };
            approval::approve(app, &registration, wanted).await?
        }
        Verdict::Reject => reject(app, &registration, decision).await?,
    };
    let ruling = match outcome {
        Outcome::Decided(ruling) => ruling,
        Outcome::DecidedBefore(ruling) => {
            decided_alike(app, &registration, ruling, body.verdict, theft.as_ref()).await?
        }
        // The ruling, if there is one now, shows which of the two it was.
        Outcome::Overtaken => {
            let ruling = registration_of(app, ticket).await?.ruling().ok_or(ProblemType::Contended)?;
            decided_alike(app, &registration, ruling, body.verdict, theft.as_ref()).await?
        }
    };
    Ok(Answer::ok(&Decided { registration: registration.id.as_str(), ruling: &ruling }))
}

/// The ruling of before, if it says what this request wants: the same verdict, and the same theft on record.
async fn decided_alike(
    app: &App,
    registration: &Registration,
    ruling: Ruling,
    verdict: Verdict,
    theft: Option<&TheftReport>,
) -> Result<Ruling, Problem> {
    let is_alike = ruling.verdict == verdict && previous::is_on_record(app, &registration.nik, theft).await?;
    if is_alike { Ok(ruling) } else { Err(ProblemType::AlreadyDecided.into()) }
}

async fn reject(app: &App, registration: &Registration, decision: Decision) -> Result<Outcome, Problem> {
    let holder = app.store().holder(&registration.nik).await?;
    let pending = match registration.decidable(&holder) {
        Ok(pending) => pending,
        Err(undecidable) => return decided_before(undecidable),
    };
    let rejection = pending.reject(decision);
    let ruling = rejection.ruling();
    Ok(match app.store().reject(registration, rejection).await? {
        Written::Done => Outcome::Decided(ruling),
        Written::Overtaken => Outcome::Overtaken,
    })
}

fn decided_before(undecidable: Undecidable) -> Result<Outcome, Problem> {
    match undecidable {
        Undecidable::Decided(ruling) => Ok(Outcome::DecidedBefore(ruling)),
        Undecidable::Ended => Err(ProblemType::RegistrationEnded.into()),
    }
}

/// What the officer reports of the resident's previous device.
fn reported(body: &Decide, now: Timestamp) -> Result<Reported, Problem> {
    const NOT_REPLACED: Invalid = Invalid::new(
        "Isi laporan tentang ponsel sebelumnya hanya jika pendaftaran disetujui.",
        "Report on the previous phone only if you approve the registration.",
    );

    let Some(device) = &body.previous_device else { return Ok(Reported::default()) };
    if body.verdict == Verdict::Reject {
        return Err(Problem::invalid("/previous_device", NOT_REPLACED));
    }
    let PreviousDevice { reason, stolen_since, justification } = device;
    let sent = TheftFields { reason: *reason, stolen_since: *stolen_since, justification: justification.as_deref() };
    let mut fields = Fields::default();
    let theft = sent.theft(&mut fields, "/previous_device", now);
    if fields.is_empty() { Ok(Reported { reason: *reason, theft }) } else { Err(fields.refuse()) }
}

/// A rejection needs a reason that the applicant can read.
fn reason(body: &Decide) -> Result<Option<String>, Problem> {
    const REQUIRED: Invalid = Invalid::new("Tuliskan alasan penolakan.", "Give your reason for the rejection.");
    const TOO_LONG: Invalid =
        Invalid::new("Alasan paling banyak 500 karakter.", "The reason may have at most 500 characters.");
    const NOT_PLAIN: Invalid = Invalid::new(
        "Tuliskan alasan dalam satu baris, tanpa karakter tersembunyi.",
        "Write the reason on one line, without hidden characters.",
    );

    match one_line(body.reason.as_deref().unwrap_or_default()) {
        Ok("") if body.verdict == Verdict::Reject => Err(Problem::invalid("/reason", REQUIRED)),
        Ok("") => Ok(None),
        Ok(line) => Ok(Some(line.to_owned())),
        Err(NotOneLine::Hidden) => Err(Problem::invalid("/reason", NOT_PLAIN)),
        Err(NotOneLine::TooLong) => Err(Problem::invalid("/reason", TOO_LONG)),
    }
}
