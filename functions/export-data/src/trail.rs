//! The processing trail: who did what with the holder's identity, and when. Officers are not named.

use std::borrow::Cow;

use ikd::domain::decision::{Ruling, Verdict};
use ikd::domain::device::BlockedBy;
use ikd::domain::moment;
use ikd::store::identities::Identity;
use jiff::Timestamp;
use serde::Serialize;

/// Something that was done.
#[derive(Serialize)]
pub struct TrailEntry {
    #[serde(serialize_with = "moment::serialize")]
    at: Timestamp,
    event: &'static str,
    by: By,
    /// The officer's words, or why a device was blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'static, str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum By {
    /// The person who had the phone.
    Phone,
    Officer,
}

/// Everything that registrations and devices record, oldest first.
pub fn of(identity: &Identity) -> Vec<TrailEntry> {
    let mut events = Vec::new();
    let mut add = |at, event, by, reason| events.push(TrailEntry { at, event, by, reason });
    for registration in &identity.registrations {
        add(registration.registered_at, "registered", By::Phone, None);
        if let Some(at) = registration.opened_at {
            add(at, "opened", By::Officer, None);
        }
        if let Some(Ruling { verdict, decision }) = registration.ruling() {
            let event = match verdict {
                Verdict::Approve => "approved",
                Verdict::Reject => "rejected",
            };
            add(decision.decided_at, event, By::Officer, decision.reason.map(Cow::Owned));
        }
        let activation = registration.approval().map(|approval| &approval.activation);
        if let Some(activation) = activation.filter(|activation| activation.generation > 1) {
            let by = if activation.ordered_by.is_some() { By::Officer } else { By::Phone };
            add(activation.issued_at, "activation-code-issued-again", by, None);
        }
    }
    for device in &identity.devices {
        add(device.activated_at, "device-activated", By::Phone, None);
        if let Some(unlock) = &device.unlock {
            add(unlock.at, "pin-unlocked", By::Officer, None);
        }
        if let Some(block) = device.ended_by() {
            let by = match block.by {
                BlockedBy::Holder => By::Phone,
                BlockedBy::Officer(_) => By::Officer,
            };
            add(block.at, "device-blocked", by, Some(Cow::Borrowed(block.reason.as_str())));
        }
        if let Some(theft) = device.theft() {
            let justification = Cow::Owned(theft.justification.as_str().to_owned());
            add(theft.reported_at, "theft-reported", By::Officer, Some(justification));
        }
    }
    events.sort_by_key(|event| event.at);
    events
}
