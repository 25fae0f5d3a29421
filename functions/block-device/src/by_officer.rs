//! Officers block phones by NIK, and report the theft of any phone that the resident has or had.

use ikd::access::authenticate;
use ikd::access::report::{Reason, TheftFields};
use ikd::app::App;
use ikd::domain::KeyThumbprint;
use ikd::domain::device::{Blocked, BlockedBy, Device};
use ikd::domain::nik::Nik;
use ikd::domain::theft::{Theft, TheftReport};
use ikd::http::{Answer, Fields, Problem, ProblemType, Request, parse};
use ikd::store::blocks::{BlockOutcome, TheftOutcome};
use ikd::views::DeviceView;
use jiff::Timestamp;
use serde::Deserialize;

use crate::view::DeviceBlock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    nik: String,
    reason: Reason,
    /// One of the resident's devices by its key; else the one that was activated last.
    #[serde(default)]
    device: Option<String>,
    #[serde(default)]
    stolen_since: Option<Timestamp>,
    #[serde(default)]
    justification: Option<String>,
}

/// What an officer wants to have blocked.
struct Wanted {
    nik: Nik,
    device: Option<KeyThumbprint>,
    reason: Reason,
    theft: Option<TheftReport>,
}

/// Blocks a device, or reports the theft of one that is blocked already.
pub async fn block(app: &App, request: &Request) -> Result<Answer, Problem> {
    let officer = authenticate::officer(app, request).await?.subject;
    let wanted = read(&parse::json(request, parse::SMALL_BODY)?, app.now())?;

    let (device, registration_ended) = match &wanted.device {
        Some(key) => (Some(named(app, &wanted.nik, key).await?), false),
        // The stolen phone is the one that was activated last. A registration that waits is the next one.
        None if wanted.theft.is_some() => (Some(activated_last(app, &wanted.nik).await?), false),
        None => latest(app, &wanted.nik).await?,
    };
    let device = match device {
        Some(device) => Some(DeviceView::of(&end(app, device, &wanted, officer).await?)),
        None => None,
    };
    Ok(Answer::ok(&DeviceBlock { device, registration_ended }))
}

fn read(body: &Body, now: Timestamp) -> Result<Wanted, Problem> {
    let mut fields = Fields::default();
    let nik = fields.take("/nik", Nik::parse(&body.nik));
    let device = fields.take("/device", body.device.as_deref().map(KeyThumbprint::parse).transpose());
    let Body { reason, stolen_since, .. } = *body;
    let sent = TheftFields { reason: Some(reason), stolen_since, justification: body.justification.as_deref() };
    let theft = sent.theft(&mut fields, "", now);
    match (nik, device) {
        (Some(nik), Some(device)) if fields.is_empty() => Ok(Wanted { nik, device, reason, theft }),
        _ => Err(fields.refuse()),
    }
}

/// The device that the officer names. Nothing else of the resident is touched.
async fn named(app: &App, nik: &Nik, key: &KeyThumbprint) -> Result<Device, Problem> {
    let device = app.store().device(key).await?.filter(|device| device.nik == *nik);
    Ok(device.ok_or(ProblemType::NoDevice)?)
}

/// The resident's last device, and whether an approved registration was taken back that waited to become the next one.
async fn latest(app: &App, nik: &Nik) -> Result<(Option<Device>, bool), Problem> {
    // The holder record as it was before this write. An activation at the same moment is either ended here, or its device is named
    // here and blocked next.
    let before = app.store().end_approved_registration(nik).await?;
    let is_known = before.is_some();
    let (key, registration) = before.map(|before| (before.device, before.registration)).unwrap_or_default();
    let device = of_holder(app, nik, key.as_ref()).await?;
    if device.is_none() && !is_known {
        return Err(ProblemType::NoDevice.into());
    }
    Ok((device, registration.is_some()))
}

/// The same, where nothing else is touched.
async fn activated_last(app: &App, nik: &Nik) -> Result<Device, Problem> {
    let holder = app.store().holder(nik).await?;
    Ok(of_holder(app, nik, holder.device.as_ref()).await?.ok_or(ProblemType::NoDevice)?)
}

/// The device that the holder record names. After an erasure it names none, but the last one's theft may become known then.
async fn of_holder(app: &App, nik: &Nik, key: Option<&KeyThumbprint>) -> Result<Option<Device>, Problem> {
    Ok(match key {
        Some(key) => app.store().device(key).await?,
        None => app.store().devices_of(nik).await?.pop(),
    })
}

/// Blocks the device if it is active. A theft is recorded with the block, or added to a device that is blocked.
async fn end(app: &App, device: Device, wanted: &Wanted, officer: String) -> Result<Device, Problem> {
    let now = app.now();
    let theft = wanted.theft.as_ref().map(|report| report.of_device(device.activated_at, &officer, now)).transpose();
    let theft = theft.map_err(|invalid| Problem::invalid("/stolen_since", invalid))?;

    let blocked = match device.active_or_blocked() {
        Ok(active) => {
            let blocked =
                active.block(BlockedBy::Officer(officer), wanted.reason.into(), now).with_theft(theft.clone());
            if wanted.device.is_some() || blocked.state.theft.is_some() {
                // Of what waits, this ends the reset of the device's own PIN alone.
                app.store().end_own_approval(&blocked).await?;
            }
            match app.store().block(&blocked, app.settings.rules.forgotten_after_block(now)).await? {
                BlockOutcome::Blocked => return Ok(blocked.into()),
                BlockOutcome::AlreadyBlocked(before) => blocked.with_state(before),
                BlockOutcome::NoDevice => return Err(ProblemType::NoDevice.into()),
            }
        }
        Err(blocked) => *blocked,
    };
    match theft {
        Some(theft) => Ok(report(app, blocked, theft).await?.into()),
        None => Ok(blocked.into()),
    }
}

/// Puts the theft on record, once. The same time again gets the first report as its answer; another time is refused.
async fn report(app: &App, device: Device<Blocked>, theft: Theft) -> Result<Device<Blocked>, Problem> {
    let recorded = match app.store().report_theft(&device.key, &theft).await? {
        TheftOutcome::Recorded => theft,
        TheftOutcome::AlreadyReported(before) if before.since == theft.since => before,
        TheftOutcome::AlreadyReported(_) => return Err(ProblemType::TheftAlreadyReported.into()),
        TheftOutcome::NoDevice => return Err(ProblemType::NoDevice.into()),
    };
    Ok(device.with_theft(Some(recorded)))
}
