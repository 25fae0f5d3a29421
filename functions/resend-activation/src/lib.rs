//! resend-activation: sends a new generation of the activation code by e-mail; the old code stops working.

mod declaration;

use http::StatusCode;
use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::Id;
use ikd::domain::contact::Email;
use ikd::domain::registration::Registration;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
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

/// Asked for by the phone that registered, or by an officer, who may correct the address.
pub async fn resend_activation(app: &App, request: &Request) -> Result<Answer, Problem> {
    let ["registrations", id, "activation-emails"] = parse::segments(request)[..] else {
        return Err(ProblemType::NotFound.into());
    };
    let id = parse::id(id).ok_or(ProblemType::NotFound)?;
    let (registration, email, officer) = if authenticate::is_without_token(request) {
        (of_phone(app, request, &id).await?, None, None)
    } else {
        let officer = authenticate::officer(app, request).await?;
        let email = corrected_address(request)?;
        let registration = app.store().registration(&id, app.now()).await?.ok_or(ProblemType::NotFound)?;
        (registration, email, Some(officer.subject))
    };

    let holder = app.store().holder(&registration.nik).await?;
    let approval = registration.awaiting_code(&holder).ok_or(ProblemType::NotApproved)?;
    let next = approval
        .reissue_code(officer, &app.settings.rules.activation_codes(), app.now())
        .map_err(|reason| no_further_email(app, reason))?;
    let email = email.as_ref().unwrap_or(&registration.email);
    match app.store().reissue_activation(&registration, &approval.activation, &next, email).await? {
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
