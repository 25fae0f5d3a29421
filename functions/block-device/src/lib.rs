//! block-device: a lost phone is blocked from the moment this answers; officers block by NIK, holders their own phone.

mod declaration;

use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::KeyThumbprint;
use ikd::domain::device::{Block, BlockReason, BlockedBy};
use ikd::domain::nik::Nik;
use ikd::domain::text::Invalid;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::store::devices::BlockOutcome;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(block_device(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockByOfficer {
    nik: String,
    reason: Reason,
    #[serde(default)]
    stolen_since: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockByHolder {
    reason: Reason,
    #[serde(default)]
    stolen_since: Option<Timestamp>,
}

/// Why somebody asks for a block. (A replaced device is blocked by the approval of its successor.)
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reason {
    Lost,
    Stolen,
    Other,
}

/// What was blocked and when; asked again, the first block.
#[derive(Serialize)]
struct Answered {
    device: Option<BlockedDevice>,
    /// Whether an approved registration that waited for its activation was taken back.
    registration_ended: bool,
}

#[derive(Serialize)]
struct BlockedDevice {
    blocked_at: Timestamp,
    /// The reason and, for a theft, since when signatures do not count, if that was reported.
    #[serde(flatten)]
    reason: BlockReason,
    blocked_by: &'static str,
}

pub async fn block_device(app: &App, request: &Request) -> Result<Answer, Problem> {
    if authenticate::is_by_holder(request) {
        let holder = authenticate::session(app, request).await?;
        let BlockByHolder { reason, stolen_since } = parse::json(request, parse::SMALL_BODY)?;
        let wanted = wanted_block(app, BlockedBy::Holder, reason, stolen_since)?;
        let device = block(app, &holder.device.key, wanted).await?;
        return Ok(Answer::ok(&Answered { device, registration_ended: false }));
    }

    let officer = authenticate::officer(app, request).await?;
    let body: BlockByOfficer = parse::json(request, parse::SMALL_BODY)?;
    let nik = Nik::parse(&body.nik).map_err(|invalid| Problem::invalid("/nik", invalid))?;
    let wanted = wanted_block(app, BlockedBy::Officer(officer.subject), body.reason, body.stolen_since)?;
    // The holder record as it was before this write. An activation at the same moment is either ended here, or its device is named
    // here and blocked next.
    let before = app.store().end_approved_registration(&nik).await?.ok_or(ProblemType::NoDevice)?;
    let device = match &before.device {
        Some(key) => block(app, key, wanted).await?,
        None => None,
    };
    let registration_ended = before.registration.is_some();
    Ok(Answer::ok(&Answered { device, registration_ended }))
}

/// The block that somebody asks for. Only a theft has a beginning, and never in the future.
fn wanted_block(app: &App, by: BlockedBy, reason: Reason, stolen_since: Option<Timestamp>) -> Result<Block, Problem> {
    const NOT_STOLEN: Invalid = Invalid::new(
        "Isi waktu pencurian hanya jika ponsel dicuri.",
        "Give the time of the theft only if the phone was stolen.",
    );
    const IN_THE_FUTURE: Invalid =
        Invalid::new("Waktu pencurian tidak boleh di masa depan.", "The time of the theft must not be in the future.");

    let at = app.now();
    let reason = match (reason, stolen_since) {
        (Reason::Stolen, Some(since)) if since > at => return Err(Problem::invalid("/stolen_since", IN_THE_FUTURE)),
        (Reason::Stolen, reported_since) => BlockReason::Stolen { reported_since },
        (Reason::Lost | Reason::Other, Some(_)) => return Err(Problem::invalid("/stolen_since", NOT_STOLEN)),
        (Reason::Lost, None) => BlockReason::Lost,
        (Reason::Other, None) => BlockReason::Other,
    };
    Ok(Block { at, by, reason })
}

/// Blocks the device, and says which block is valid: this one, or the first one if it was blocked before.
async fn block(app: &App, key: &KeyThumbprint, wanted: Block) -> Result<Option<BlockedDevice>, Problem> {
    let forgotten = app.settings.rules.forgotten_after_block(wanted.at);
    let valid = match app.store().block(key, &wanted, forgotten).await? {
        BlockOutcome::Now => wanted,
        BlockOutcome::Before(first) => first,
        BlockOutcome::NoDevice => return Ok(None),
    };
    let blocked_by = match valid.by {
        BlockedBy::Holder => "holder",
        BlockedBy::Officer(_) => "officer",
    };
    Ok(Some(BlockedDevice { blocked_at: valid.at, reason: valid.reason, blocked_by }))
}
