//! What officers see of a device: its name, its block and its theft; never an officer's name or words.

use serde::Serialize;

use crate::domain::KeyThumbprint;
use crate::domain::device::{BlockReason, BlockedBy, Device, DeviceStatus};
use crate::domain::moment::Moment;

#[derive(Serialize)]
pub struct DeviceView {
    /// Names it, for officers who report something of it later.
    key: KeyThumbprint,
    activated_at: Moment,
    status: DeviceStatus,
    #[serde(flatten)]
    end: Option<End>,
    #[serde(flatten)]
    theft: Option<ReportedTheft>,
}

#[derive(Serialize)]
struct End {
    blocked_at: Moment,
    reason: BlockReason,
    blocked_by: &'static str,
}

#[derive(Serialize)]
struct ReportedTheft {
    /// What the device signed since then does not count.
    stolen_since: Moment,
    theft_reported_at: Moment,
}

impl DeviceView {
    pub fn of(device: &Device) -> Self {
        let end = device.ended_by().map(|block| End {
            blocked_at: block.at.into(),
            reason: block.reason,
            blocked_by: match block.by {
                BlockedBy::Holder => "holder",
                BlockedBy::Officer(_) => "officer",
            },
        });
        let theft = device.theft().map(|theft| ReportedTheft {
            stolen_since: theft.since.into(),
            theft_reported_at: theft.reported_at.into(),
        });
        let (key, activated_at) = (device.key.clone(), device.activated_at.into());
        Self { key, activated_at, status: device.state.status(), end, theft }
    }
}
