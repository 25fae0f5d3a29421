//! Holders block their own phone. Only an officer can say since when it was stolen, so nobody revokes their own signatures alone.

use ikd::access::authenticate;
use ikd::access::report::Reason;
use ikd::app::App;
use ikd::domain::device::{BlockedBy, Device};
use ikd::http::{Answer, Problem, ProblemType, Request, parse};
use ikd::store::blocks::BlockOutcome;
use ikd::views::DeviceView;
use serde::Deserialize;

use crate::view::DeviceBlock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    reason: Reason,
}

pub async fn block(app: &App, request: &Request) -> Result<Answer, Problem> {
    let device = authenticate::session(app, request).await?.device;
    let Body { reason } = parse::json(request, parse::SMALL_BODY)?;

    let now = app.now();
    let blocked = device.block(BlockedBy::Holder, reason.into(), now);
    let blocked = match app.store().block(&blocked, app.settings.rules.forgotten_after_block(now)).await? {
        BlockOutcome::Blocked => blocked,
        BlockOutcome::AlreadyBlocked(before) => blocked.with_state(before),
        BlockOutcome::NoDevice => return Err(ProblemType::SessionEnded.into()),
    };
    let device = Some(DeviceView::of(&Device::from(blocked)));
    Ok(Answer::ok(&DeviceBlock { device, registration_ended: false }))
}
