//! register (*Daftar*, *Verifikasi Data*, *Ambil Foto*): a resident's phone asks to become their device.

mod declaration;

use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::contact::{Email, PhoneNumber};
use ikd::domain::decision::Pending;
use ikd::domain::face::PictureProblem;
use ikd::domain::nik::Nik;
use ikd::domain::registration::{Registration, RegistrationState, Stage};
use ikd::faces::FaceError;
use ikd::http::{Answer, Deadline, Fields, Function, Problem, ProblemType, Request, Work, parse};
use ikd::long_work;
use ikd::pictures::selfie::{NotDrawn, Selfie, SelfieFile};
use ikd::store::residents::Photo;
use ikd::views::TicketView;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(register(app, request)));

/// A selfie in base64, and a little for the rest.
const MAX_BYTES: usize = 400 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    nik: String,
    email: String,
    phone_number: String,
    /// JPEG or PNG, base64.
    selfie: String,
}

#[derive(Serialize)]
struct Registered {
    id: String,
    stage: Stage,
    ticket: TicketView,
}

/// Checks the phone's key, the data and the registry, and stores a pending registration.
///
/// Registrations of one NIK live side by side: anyone can type somebody's NIK, and must not end anything by it. The
/// registry's reason for a refusal is never shown: every such refusal is the same.
///
/// Anyone can send anything here, so what costs most comes last: first what the values say, then what the registry says,
/// and only then is the picture decoded and searched for faces.
pub async fn register(app: &App, request: &Request) -> Result<Answer, Problem> {
    let proof = authenticate::phone(app, request)?;
    let (nik, email, phone_number, file) = read(app, request)?;

    let now = app.now();
    let ((), resident, holder, device) = tokio::try_join!(
        authenticate::use_up(app, &proof),
        async { Ok(app.store().resident(&nik, Photo::Without).await?) },
        async { Ok(app.store().holder(&nik).await?) },
        async { Ok(app.store().device(&proof.key).await?) },
    )?;
    if device.is_some() {
        return Err(ProblemType::KeyAlreadyBound.into());
    }
    if !resident.is_some_and(|resident| resident.may_enrol(&app.settings.municipality, app.today())) {
        return Err(ProblemType::NotEligible.into());
    }

    let deadline = Deadline::of(request);
    let selfie = draw(file, deadline).await?;
    ensure_usable(app, &selfie, deadline).await?;

    let pending = Pending { expires_at: now + app.settings.rules.registration_lifetime };
    let id = app.random_id();
    let ticket = TicketView::issue(app, &id, &pending)?;
    let registration = Registration {
        id,
        nik,
        device_key: proof.key,
        email,
        phone_number,
        registered_at: now,
        approvals_before: holder.approvals,
        face: None,
        opened_at: None,
        state: RegistrationState::Pending(pending),
    };
    let max = app.settings.rules.max_waiting_registrations;
    app.store().create_registration(&registration, selfie.bytes(), max, now).await?;
    Ok(Answer::created(
        &format!("/registrations/{}", registration.id),
        &Registered { id: registration.id.to_string(), stage: Stage::Pending, ticket },
    ))
}

/// Decodes the picture and encodes it again.
async fn draw(file: SelfieFile, deadline: Deadline) -> Result<Selfie, Problem> {
    deadline.ensure_fits(Work::DrawPicture)?;
    let drawn = long_work::compute(move |wanted| file.draw(wanted)).await.map_err(Problem::unavailable)?;
    drawn.map_err(|error| match error {
        NotDrawn::Invalid(invalid) => Problem::invalid("/selfie", invalid),
        NotDrawn::Abandoned(abandoned) => Problem::unavailable(abandoned),
    })
}

/// The selfie shows exactly one face that can be compared.
async fn ensure_usable(app: &App, selfie: &Selfie, deadline: Deadline) -> Result<(), Problem> {
    deadline.ensure_fits(Work::FindFaces)?;
    let seen = app.faces().look_at(selfie.bytes()).await.map_err(|error| match error {
        FaceError::Unreadable(_) => Problem::invalid("/selfie", PictureProblem::NoFace.advice()),
        FaceError::Unavailable(cause) => Problem::unavailable(cause),
    })?;
    let mut fields = Fields::default();
    for problem in seen.problems {
        fields.take::<()>("/selfie", Err(problem.advice()));
    }
    if fields.is_empty() { Ok(()) } else { Err(fields.refuse()) }
}

fn read(app: &App, request: &Request) -> Result<(Nik, Email, PhoneNumber, SelfieFile), Problem> {
    let body: Register = parse::json(request, MAX_BYTES)?;
    let mut fields = Fields::default();
    let nik = fields.take("/nik", Nik::parse(&body.nik));
    let email = fields.take("/email", Email::parse(&body.email));
    let phone_number = fields.take("/phone_number", PhoneNumber::parse(&body.phone_number));
    let selfie = fields.take("/selfie", SelfieFile::parse(&body.selfie, &app.settings.rules.selfie));
    match (nik, email, phone_number, selfie) {
        (Some(nik), Some(email), Some(phone_number), Some(selfie)) => Ok((nik, email, phone_number, selfie)),
        _ => Err(fields.refuse()),
    }
}
