//! reset-pin: the holder forgot the PIN or lost the e-mail; the officer has checked the face, and a new code goes out.

mod declaration;

use http::StatusCode;
use ikd::access::{authenticate, standing};
use ikd::app::App;
use ikd::domain::contact::Email;
use ikd::domain::nik::Nik;
use ikd::http::{Answer, Fields, Function, Problem, ProblemType, Request, parse};
use ikd::store::Written;
use ikd::store::residents::Photo;
use ikd::views::{ActivationEmailView, no_further_email};
use serde::Deserialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(reset_pin(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResetPin {
    nik: String,
    /// Replaces an address that does not reach the holder any more.
    #[serde(default)]
    email: Option<String>,
}

/// From this answer on neither PIN nor session opens the device. Its key stays, and the code that the e-mail brings
/// becomes its first PIN, as at the first activation.
pub async fn reset_pin(app: &App, request: &Request) -> Result<Answer, Problem> {
    let officer = authenticate::officer(app, request).await?;
    let body: ResetPin = parse::json(request, parse::SMALL_BODY)?;
    let (nik, email) = read(&body)?;

    let holder = app.store().holder(&nik).await?;
    let key = holder.device.as_ref().ok_or(ProblemType::NoDevice)?;
    let device = app.store().device(key).await?.ok_or(ProblemType::NoDevice)?;
    let device = device.into_active().map_err(|_| ProblemType::NoDevice)?;
    if holder.registration.as_ref().is_some_and(|waiting| *waiting != device.registration) {
        return Err(ProblemType::AnotherRegistrationWaits.into());
    }
    let (_, registration) = tokio::try_join!(standing::resident(app, &device, Photo::Without), async {
        Ok(app.store().registration(&device.registration, app.now()).await?)
    })?;
    let registration = registration.ok_or(ProblemType::NoDevice)?;
    let approval = registration.approval().ok_or(ProblemType::NoDevice)?;

    let next = approval
        .reset_pin(officer.subject, &app.settings.rules.activation_codes(), app.now())
        .map_err(|reason| no_further_email(app, reason))?;
    let email = email.as_ref().unwrap_or(&registration.email);
    match app.store().reset_pin(&registration, &approval.activation, &next, email).await? {
        Written::Done => {
            let email = ActivationEmailView::of(app, &next, parse::language(request));
            Ok(Answer::json(StatusCode::ACCEPTED, &email))
        }
        Written::Overtaken => Err(ProblemType::Contended.into()),
    }
}

fn read(body: &ResetPin) -> Result<(Nik, Option<Email>), Problem> {
    let mut fields = Fields::default();
    let nik = fields.take("/nik", Nik::parse(&body.nik));
    let email = fields.take("/email", body.email.as_deref().map(Email::parse).transpose());
    match (nik, email) {
        (Some(nik), Some(email)) => Ok((nik, email)),
        _ => Err(fields.refuse()),
    }
}
