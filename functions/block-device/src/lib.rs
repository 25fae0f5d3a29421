//! block-device: a lost phone is dead from the moment this answers; by the officer for a NIK, by the holder for their own.

use ikd::app::{App, Need};
use ikd::domain::KeyThumbprint;
use ikd::domain::device::{Block, BlockReason, BlockedBy};
use ikd::domain::nik::Nik;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, authenticate, parse};
use ikd::store::devices::Blocked;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function = Function {
    name: "block-device",
    needs: &[Need::Store, Need::Verifying, Need::Officers],
    step: |app, request| Box::pin(block_device(app, request)),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockByOfficer {
    nik: String,
    reason: Reason,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockByHolder {
    reason: Reason,
}

/// Why somebody asks for a block. (A replaced device is blocked by the approval of its successor.)
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reason {
    Lost,
    Stolen,
    Other,
}

/// What was blocked and when; asked again, the block that stands.
#[derive(Serialize)]
struct Answered {
    device: Option<BlockedDevice>,
    /// Whether an approved registration that waited for its activation was taken back.
    registration_ended: bool,
}

#[derive(Serialize)]
struct BlockedDevice {
    blocked_at: Timestamp,
    reason: BlockReason,
    blocked_by: &'static str,
}

pub async fn block_device(app: &App, request: &Request) -> Result<Answer, Problem> {
    if authenticate::is_by_holder(request) {
        let holder = authenticate::session(app, request).await?;
        let BlockByHolder { reason } = parse::json(request, parse::SMALL_BODY)?;
        let device = block(app, &holder.device.key, BlockedBy::Holder, reason).await?;
        return Ok(Answer::ok(&Answered { device, registration_ended: false }));
    }

    let officer = authenticate::officer(app, request).await?;
    let body: BlockByOfficer = parse::json(request, parse::SMALL_BODY)?;
    let nik = Nik::parse(&body.nik).map_err(|invalid| Problem::invalid("/nik", invalid))?;
    let holder = app.store().end_approved_registration(&nik).await?.ok_or(ProblemType::NoDevice)?;
    let device = match &holder.device {
        Some(key) => block(app, key, BlockedBy::Officer(officer.subject), body.reason).await?,
        None => None,
    };
    let registration_ended = holder.registration.is_some();
    Ok(Answer::ok(&Answered { device, registration_ended }))
}

async fn block(
    app: &App,
    key: &KeyThumbprint,
    by: BlockedBy,
    reason: Reason,
) -> Result<Option<BlockedDevice>, Problem> {
    let reason = match reason {
        Reason::Lost => BlockReason::Lost,
        Reason::Stolen => BlockReason::Stolen,
        Reason::Other => BlockReason::Other,
    };
    let block = Block { at: app.now(), by, reason };
    let standing = match app.store().block(key, &block).await? {
        Some(Blocked::Now) => block,
        Some(Blocked::Before(before)) => before,
        None => return Ok(None),
    };
    let blocked_by = match standing.by {
        BlockedBy::Holder => "holder",
        BlockedBy::Officer(_) => "officer",
        BlockedBy::Registry => "registry",
    };
    Ok(Some(BlockedDevice { blocked_at: standing.at, reason: standing.reason, blocked_by }))
}
