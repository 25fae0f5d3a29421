//! look-up-resident: before an officer acts on a NIK, they see whom it means, which phones that person has and had, and where the
//! next code would go.

mod declaration;

use data_encoding::BASE64;
use ikd::access::{authenticate, standing};
use ikd::app::App;
use ikd::domain::device::Device;
use ikd::domain::holder::HolderRecord;
use ikd::domain::moment::Moment;
use ikd::domain::nik::Nik;
use ikd::domain::registration::{Registration, Stage};
use ikd::domain::resident::{Gender, Gone, Resident};
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::store::residents::Photo;
use ikd::views::{ActivationEmailView, DeviceView};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(look_up_resident(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LookUp {
    nik: String,
}

#[derive(Serialize)]
struct Shown<'a> {
    resident: Person<'a>,
    /// The registry's photograph, JPEG in base64.
    photo: String,
    /// Oldest first.
    devices: Vec<DeviceView>,
    waiting: Option<Waiting>,
    /// The masked address that the next code would go to.
    email: Option<String>,
}

/// What an officer compares with the ID card that lies on the counter.
#[derive(Serialize)]
struct Person<'a> {
    nik: &'a Nik,
    name: &'a str,
    gender: Gender,
    birthplace: &'a str,
    birthdate: Date,
    status: Status,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Resident,
    Deceased,
    /// Domiciled elsewhere by family card.
    Moved,
}

/// An approved registration that waits for its activation, also after a reset of the PIN.
#[derive(Serialize)]
struct Waiting {
    registered_at: Moment,
    activation_email: ActivationEmailView,
}

pub async fn look_up_resident(app: &App, request: &Request) -> Result<Answer, Problem> {
    authenticate::officer(app, request).await?;
    let LookUp { nik } = parse::json(request, parse::SMALL_BODY)?;
    let nik = Nik::parse(&nik).map_err(|invalid| Problem::invalid("/nik", invalid))?;

    let (resident, holder, devices) = tokio::try_join!(
        app.store().resident(&nik, Photo::With),
        app.store().holder(&nik),
        app.store().devices_of(&nik)
    )?;
    let resident = match resident {
        None if holder.approvals == 0 => return Err(ProblemType::ResidentUnknown.into()),
        resident => standing::present(app, resident)?,
    };
    let devices = with_last(app, devices, &holder).await?;
    let registration = next_to_get_a_code(app, &holder, &devices).await?;
    let waiting = registration.as_ref().and_then(|registration| {
        let approval = registration.awaiting_code(&holder)?;
        Some(Waiting {
            registered_at: registration.registered_at.into(),
            activation_email: ActivationEmailView::of(app, &approval.activation, parse::language(request)),
        })
    });
    Ok(Answer::ok(&Shown {
        resident: Person::of(&resident, &app.settings.municipality),
        photo: BASE64.encode(&resident.photo),
        devices: devices.iter().map(DeviceView::of).collect(),
        waiting,
        email: registration.map(|registration| registration.email.masked()),
    }))
}

/// The devices with the one that was activated last, which the index may not list yet.
async fn with_last(app: &App, mut devices: Vec<Device>, holder: &HolderRecord) -> Result<Vec<Device>, Problem> {
    if let Some(last) = &holder.device
        && devices.iter().all(|device| device.key != *last)
    {
        devices.extend(app.store().device(last).await?);
    }
    Ok(devices)
}

/// The registration whose address the next code would go to: the one that waits for its activation, else that of the active
/// device.
async fn next_to_get_a_code(
    app: &App,
    holder: &HolderRecord,
    devices: &[Device],
) -> Result<Option<Registration>, Problem> {
    let active = devices.iter().find(|device| holder.device.as_ref() == Some(&device.key) && !device.is_blocked());
    let Some(id) = holder.registration.as_ref().or(active.map(|device| &device.registration)) else { return Ok(None) };
    let registration = app.store().registration(id, app.now()).await?;
    Ok(registration.filter(|one| matches!(one.stage(holder), Stage::Approved | Stage::Active)))
}

impl<'a> Person<'a> {
    fn of(resident: &'a Resident, municipality: &str) -> Self {
        Self {
            nik: &resident.nik,
            name: &resident.name,
            gender: resident.gender,
            birthplace: &resident.birthplace,
            birthdate: resident.birthdate,
            status: match resident.gone(municipality) {
                None => Status::Resident,
                Some(Gone::Deceased) => Status::Deceased,
                Some(Gone::MovedAway) => Status::Moved,
            },
        }
    }
}
