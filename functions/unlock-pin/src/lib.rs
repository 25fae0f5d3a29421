//! unlock-pin: after too many wrong PINs the resident comes to the office, and the officer lifts the lock.

mod declaration;

use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::device::Unlock;
use ikd::domain::moment::Moment;
use ikd::domain::nik::Nik;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::store::devices::Unlocked;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(unlock_pin(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnlockPin {
    nik: String,
}

#[derive(Serialize)]
struct Answered {
    unlocked_at: Moment,
}

/// Forgets the wrong PINs of the resident's active device. The PIN does not change, and no session is opened. For a
/// forgotten PIN there is reset-pin. Doing so twice is harmless.
pub async fn unlock_pin(app: &App, request: &Request) -> Result<Answer, Problem> {
    let officer = authenticate::officer(app, request).await?;
    let UnlockPin { nik } = parse::json(request, parse::SMALL_BODY)?;
    let nik = Nik::parse(&nik).map_err(|invalid| Problem::invalid("/nik", invalid))?;

    let holder = app.store().holder(&nik).await?;
    let key = holder.device.ok_or(ProblemType::NoDevice)?;
    let unlock = Unlock { at: app.now(), by: officer.subject };
    match app.store().unlock_pin(&key, &unlock).await? {
        Unlocked::Done => Ok(Answer::ok(&Answered { unlocked_at: unlock.at.into() })),
        Unlocked::NotActive => Err(ProblemType::NoDevice.into()),
    }
}
