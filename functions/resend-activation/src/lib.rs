//! resend-activation: sends a new generation of the activation code by e-mail; the old code stops working.

mod declaration;

use http::StatusCode;
use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::Id;
use ikd::domain::contact::Email;
use ikd::domain::holder::HolderRecord;
use ikd::domain::nik::Nik;
use ikd::domain::registration::Registration;
use ikd::http::{Answer, Fields, Function, Problem, ProblemType, Request, parse};
use ikd::store::Written;
use ikd::views::{ActivationEmailView, no_further_email};
use serde::Deserialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(resend_activation(app, request)));

/// A phone has nothing to send along.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// What an officer may send along.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resend {
    /// Replaces a mistyped address.
    #[serde(default)]
    email: Option<String>,
}

/// What an officer sends who has no registration at hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResendByNik {
    nik: String,
    /// Replaces a mistyped address.
    #[serde(default)]
    email: Option<String>,
}

/// What an officer wants: who asks, and perhaps another address.
struct ByOfficer {
    subject: String,
    email: Option<Email>,
}

/// Asked for by the phone that registered, or by an officer, who may correct the address.
pub async fn resend_activation(app: &App, request: &Request) -> Result<Answer, Problem> {
    match parse::segments(request)[..] {
        ["registrations", id, "activation-emails"] => of_registration(app, request, id).await,
        ["activation-emails"] => of_nik(app, request).await,
        _ => Err(ProblemType::NotFound.into()),
    }
}

async fn of_registration(app: &App, request: &Request, id: &str) -> Result<Answer, Problem> {
    let id = parse::id(id).ok_or(ProblemType::NotFound)?;
    let (registration, officer) = if authenticate::is_without_token(request) {
        (of_phone(app, request, &id).await?, None)
    } else {
        let subject = authenticate::officer(app, request).await?.subject;
        let email = corrected_address(request)?;
        let registration = app.store().registration(&id, app.now()).await?.ok_or(ProblemType::NotFound)?;
        (registration, Some(ByOfficer { subject, email }))
    };
    let holder = app.store().holder(&registration.nik).await?;
    send_again(app, request, &registration, &holder, officer).await
}

/// By NIK, for the registration that waits for its activation, also after a reset of the PIN.
async fn of_nik(app: &App, request: &Request) -> Result<Answer, Problem> {
    let subject = authenticate::officer(app, request).await?.subject;
    let body: ResendByNik = parse::json(request, parse::SMALL_BODY)?;
    let (nik, email) = read(&body)?;

    let holder = app.store().holder(&nik).await?;
    let id = holder.registration.as_ref().ok_or(ProblemType::NotApproved)?;
    let registration = app.store().registration(id, app.now()).await?.ok_or(ProblemType::NotApproved)?;
    send_again(app, request, &registration, &holder, Some(ByOfficer { subject, email })).await
}

async fn send_again(
    app: &App,
    request: &Request,
    registration: &Registration,
    holder: &HolderRecord,
    officer: Option<ByOfficer>,
) -> Result<Answer, Problem> {
    let (officer, email) = officer.map_or((None, None), |ByOfficer { subject, email }| (Some(subject), email));
    let approval = registration.awaiting_code(holder).ok_or(ProblemType::NotApproved)?;
    let next = approval
        .reissue_code(officer, &app.settings.rules.activation_codes(), app.now())
        .map_err(|reason| no_further_email(app, reason))?;
    let email = email.as_ref().unwrap_or(&registration.email);
    match app.store().reissue_activation(registration, &approval.activation, &next, email).await? {
        Written::Done => {
            let email = ActivationEmailView::of(app, &next, parse::language(request));
            Ok(Answer::json(StatusCode::ACCEPTED, &email))
        }
        Written::Overtaken => Err(ProblemType::Contended.into()),
    }
}

/// The registration, for the phone that made it.
async fn of_phone(app: &App, request: &Request, id: &Id) -> Result<Registration, Problem> {
    let proof = authenticate::phone(app, request)?;
    if !request.body().is_empty() {
        let Nothing {} = parse::json(request, parse::SMALL_BODY)?;
    }
    let ((), registration) = tokio::try_join!(authenticate::use_up(app, &proof), async {
        Ok(app.store().registration(id, app.now()).await?)
    })?;
    let own = registration.filter(|registration| registration.device_key == proof.key);
    own.ok_or_else(|| ProblemType::NotFound.into())
}

fn corrected_address(request: &Request) -> Result<Option<Email>, Problem> {
    let Resend { email } =
        if request.body().is_empty() { Resend::default() } else { parse::json(request, parse::SMALL_BODY)? };
    email.as_deref().map(Email::parse).transpose().map_err(|invalid| Problem::invalid("/email", invalid))
}

fn read(body: &ResendByNik) -> Result<(Nik, Option<Email>), Problem> {
    let mut fields = Fields::default();
    let nik = fields.take("/nik", Nik::parse(&body.nik));
    let email = fields.take("/email", body.email.as_deref().map(Email::parse).transpose());
    match (nik, email) {
        (Some(nik), Some(email)) => Ok((nik, email)),
        _ => Err(fields.refuse()),
    }
}
