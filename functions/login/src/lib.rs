//! login (*Masuk*): device key and PIN open a session of ten minutes.

use ikd::app::{App, Need};
use ikd::domain::device::{Session, SessionScope};
use ikd::domain::pin::Pin;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, authenticate, parse};
use ikd::store::Written;
use ikd::tokens::access_token::{self, HolderToken, Lifetime};
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function = Function {
    name: "login",
    needs: &[Need::Store, Need::Pins, Need::Signing],
    step: |app, request| Box::pin(login(app, request)),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    pin: String,
}

#[derive(Serialize)]
struct LoggedIn {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// `change-pin` while the PIN is still the activation code, else `holder`.
    scope: SessionScope,
}

pub async fn login(app: &App, request: &Request) -> Result<Answer, Problem> {
    let proof = authenticate::phone(app, request)?;
    let Login { pin } = parse::json(request, parse::SMALL_BODY)?;
    let pin = Pin::parse(&pin).map_err(|invalid| Problem::invalid("/pin", invalid))?;

    let ((), device) =
        tokio::try_join!(authenticate::use_up(app, &proof), async { Ok(app.store().device(&proof.key).await?) })?;
    if device.as_ref().is_some_and(ikd::domain::device::Device::is_blocked) {
        return Err(ProblemType::DeviceBlocked.into());
    }
    let attempt = authenticate::pin(app, &proof.key, device.as_ref(), &pin).await?;
    let device = device.ok_or(ProblemType::InvalidCredentials)?;

    let session = Session { id: app.random_id(), scope: device.scope_after_login() };
    if app.store().open_session(&device, &session, &attempt).await? == Written::Overtaken {
        return Err(ProblemType::Contended.into());
    }
    let scope = session.scope;
    let lifetime = app.settings.rules.access_token_lifetime;
    let access_token = access_token::issue_to_holder(
        app.signing_key(),
        app.issuer(),
        &HolderToken { device: device.key, session },
        Lifetime::starting(app.now(), lifetime),
    )
    .map_err(Problem::unavailable)?;
    Ok(Answer::ok(&LoggedIn { access_token, token_type: "DPoP", expires_in: lifetime.as_secs(), scope }))
}
