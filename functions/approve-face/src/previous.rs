//! What an approval does to the device that the resident had before: it blocks an active one, and records a reported theft.

use ikd::access::report::Reason;
use ikd::app::App;
use ikd::domain::decision::Decision;
use ikd::domain::device::{BlockReason, BlockedBy, Device};
use ikd::domain::nik::Nik;
use ikd::domain::text::Invalid;
use ikd::domain::theft::TheftReport;
use ikd::http::{Problem, ProblemType};
use ikd::store::registrations::Previous;

/// What the officer reports of it.
#[derive(Default)]
pub struct Reported {
    pub reason: Option<Reason>,
    pub theft: Option<TheftReport>,
}

/// What the approval writes to it. An active device is blocked only if the officer says so.
pub fn ending(
    app: &App,
    device: Option<Device>,
    decision: &Decision,
    reported: &Reported,
    replace_device: bool,
) -> Result<Option<Previous>, Problem> {
    const NO_DEVICE: Invalid = Invalid::new(
        "Tidak ada ponsel sebelumnya yang dapat dilaporkan di sini. Gunakan layanan pemblokiran ponsel.",
        "There is no previous phone that can be reported here. Use the service that blocks phones.",
    );

    let Some(device) = device else {
        return if reported.theft.is_none() { Ok(None) } else { Err(Problem::invalid("/previous_device", NO_DEVICE)) };
    };
    let (officer, now) = (&decision.officer, decision.decided_at);
    let theft = reported.theft.as_ref().map(|report| report.of_device(device.activated_at, officer, now)).transpose();
    let theft = theft.map_err(|invalid| Problem::invalid("/previous_device/stolen_since", invalid))?;
    match device.active_or_blocked() {
        Ok(_) if !replace_device => Err(ProblemType::DeviceAlreadyActive.into()),
        Ok(active) => {
            let reason = reported.reason.map_or(BlockReason::Replaced, BlockReason::from);
            let blocked = active.block(BlockedBy::Officer(officer.clone()), reason, now).with_theft(theft);
            Ok(Some(Previous::Replaced(blocked, app.settings.rules.forgotten_after_block(now))))
        }
        Err(blocked) => match (theft, &blocked.state.theft) {
            (None, _) => Ok(None),
            (Some(theft), None) => Ok(Some(Previous::Stolen(blocked.key, theft))),
            (Some(theft), Some(before)) if theft.since == before.since => Ok(None),
            (Some(_), Some(_)) => Err(ProblemType::TheftAlreadyReported.into()),
        },
    }
}

/// Whether this theft is on record, or none was reported. By now the resident may have activated another device.
pub async fn is_on_record(app: &App, nik: &Nik, theft: Option<&TheftReport>) -> Result<bool, Problem> {
    let Some(theft) = theft else { return Ok(true) };
    let devices = app.store().devices_of(nik).await?;
    Ok(devices.iter().filter_map(Device::theft).any(|recorded| recorded.since == theft.since()))
}
