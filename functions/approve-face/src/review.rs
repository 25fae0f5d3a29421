//! What the officer sees before deciding: the applicant's data, the registry's photo, the selfie, the device in use.

use data_encoding::BASE64;
use ikd::access::standing;
use ikd::app::App;
use ikd::domain::contact::{Email, PhoneNumber};
use ikd::domain::decision::Ruling;
use ikd::domain::face::FaceComparison;
use ikd::domain::moment::Moment;
use ikd::domain::nik::Nik;
use ikd::domain::registration::{Registration, RegistrationState, Stage};
use ikd::domain::resident::{Address, Gender, Resident};
use ikd::domain::text::Language;
use ikd::domain::{Id, KeyThumbprint};
use ikd::http::{Answer, Problem, ProblemType};
use ikd::store::registrations::Opened;
use ikd::store::residents::Photo;
use ikd::views::ActivationEmailView;
use jiff::civil::Date;
use serde::Serialize;

use crate::{comparison, registration_of};

#[derive(Serialize)]
struct Review<'a> {
    id: &'a Id,
    stage: Stage,
    registered_at: Moment,
    email: &'a Email,
    phone_number: &'a PhoneNumber,
    /// Whether the registry still lets the applicant enrol here.
    eligible: bool,
    applicant: Applicant<'a>,
    /// JPEG, base64.
    registry_photo: String,
    /// JPEG or PNG, base64; gone once decided.
    selfie: Option<String>,
    /// What the face engine says; nothing where it cannot say anything, or was not asked before the decision.
    face: Option<Face>,
    /// The device that an approval would replace.
    active_device: Option<ActiveDevice>,
    decision: Option<Ruling>,
    /// The latest e-mail, while the registration waits for its activation.
    #[serde(skip_serializing_if = "Option::is_none")]
    activation_email: Option<ActivationEmailView>,
}

#[derive(Serialize)]
struct Face {
    #[serde(flatten)]
    comparison: FaceComparison,
    /// What was not checked, in the officer's language.
    liveness: &'static str,
}

#[derive(Serialize)]
struct Applicant<'a> {
    nik: &'a Nik,
    family_card_number: &'a str,
    name: &'a str,
    gender: Gender,
    birthplace: &'a str,
    birthdate: Date,
    address: &'a Address,
}

#[derive(Serialize)]
struct ActiveDevice {
    /// Names it, for officers who report something of it later.
    key: KeyThumbprint,
    activated_at: Moment,
}

pub async fn review(app: &App, language: Language, ticket: &str) -> Result<Answer, Problem> {
    let registration = registration_of(app, ticket).await?;
    let (holder, resident, selfie) = tokio::try_join!(
        app.store().holder(&registration.nik),
        app.store().resident(&registration.nik, Photo::With),
        app.store().selfie(&registration.id, app.now())
    )?;
    let resident = standing::present(app, resident)?;
    let face = compare_and_note_opening(app, &registration, &resident, selfie.as_deref()).await?;
    let device = match &holder.device {
        Some(key) => app.store().device(key).await?.filter(|device| !device.is_blocked()),
        None => None,
    };
    Ok(Answer::ok(&Review {
        id: &registration.id,
        stage: registration.stage(&holder),
        registered_at: registration.registered_at.into(),
        email: &registration.email,
        phone_number: &registration.phone_number,
        eligible: resident.may_enrol(&app.settings.municipality, app.today()),
        applicant: Applicant {
            nik: &resident.nik,
            family_card_number: &resident.family_card_number,
            name: &resident.name,
            gender: resident.gender,
            birthplace: &resident.birthplace,
            birthdate: resident.birthdate,
            address: &resident.address,
        },
        registry_photo: BASE64.encode(&resident.photo),
        selfie: selfie.map(|selfie| BASE64.encode(&selfie)),
        face: face.map(|comparison| Face { comparison, liveness: FaceComparison::LIVENESS.in_language(language) }),
        active_device: device.map(|device| ActiveDevice { activated_at: device.activated_at.into(), key: device.key }),
        decision: registration.ruling(),
        activation_email: registration
            .awaiting_code(&holder)
            .map(|approval| ActivationEmailView::of(app, &approval.activation, language)),
    }))
}

/// What the engine says, or said when an officer first looked; after the decision, what it said before it. That the registration
/// was opened is noted, so that no other one replaces it.
async fn compare_and_note_opening(
    app: &App,
    registration: &Registration,
    resident: &Resident,
    selfie: Option<&[u8]>,
) -> Result<Option<FaceComparison>, Problem> {
    let kept = match registration.state {
        RegistrationState::Pending(_) => comparison::kept(registration, resident),
        _ => return Ok(registration.face.clone()),
    };
    let compared = match kept {
        Some(_) => None,
        None => comparison::compare(app, resident, selfie).await,
    };
    if compared.is_some() || registration.opened_at.is_none() {
        match (app.store().open_review(&registration.id, compared.as_ref(), app.now()).await?, &compared) {
            (Opened::Done, Some(compared)) => comparison::count(app, compared),
            (Opened::Done, None) | (Opened::DecidedBefore, _) => {}
            (Opened::Gone, _) => return Err(ProblemType::TicketUnknown.into()),
        }
    }
    Ok(kept.or(compared))
}
