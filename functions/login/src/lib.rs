//! login (*Masuk*): device key and PIN open a session of ten minutes.

mod declaration;

use ikd::access::{authenticate, standing};
use ikd::app::App;
use ikd::domain::device::{Active, Device, SessionScope};
use ikd::domain::nik::Nik;
use ikd::domain::pin::Pin;
use ikd::domain::resident::Resident;
use ikd::domain::row_digest::RowDigest;
use ikd::http::{Answer, Deadline, Function, Problem, ProblemType, Request, parse};
use ikd::store::Written;
use ikd::store::residents::Photo;
use ikd::tokens::access_token::{self, HolderToken, Lifetime};
use ikd::tokens::dpop;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function = Function::new(&declaration::DECLARATION, |app, request| Box::pin(login(app, request)));

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
    let device = device.map(Device::into_active).transpose().map_err(|_| ProblemType::DeviceBlocked)?;
    // The registry is asked while the PIN is checked. Only a caller who knows the PIN learns what it says.
    let (verified, resident) = tokio::join!(
        authenticate::spend_pin_try(app, Deadline::of(request), &proof.key, device.as_ref(), &pin),
        registered(app, device.as_ref())
    );
    let verified = verified?;
    let resident = standing::admit_or_return_try(app, &verified, resident).await?;

    let scope = verified.device.scope();
    let token = HolderToken { device: proof.key, session: app.random_id(), scope };
    let lifetime = app.settings.rules.access_token_lifetime;
    let validity = Lifetime::starting(app.now(), lifetime);
    let access_token = access_token::issue_to_holder(app.signing_key(), app.issuer(), &token, validity);
    let access_token = access_token.map_err(Problem::unavailable)?;
    let registry_row = RowDigest::of(&resident, app.random_id());
    let session = token.opens(dpop::access_token_hash(&access_token));
    if app.store().open_session(&verified, &session, &registry_row).await? == Written::Overtaken {
        return Err(ProblemType::Contended.into());
    }
    Ok(Answer::ok(&LoggedIn { access_token, token_type: "DPoP", expires_in: lifetime.as_secs(), scope }))
}

/// The registry's row of a device's holder. An unknown device costs the same read.
async fn registered(app: &App, device: Option<&Device<Active>>) -> Result<Option<Resident>, Problem> {
    let nobody = Nik::nobody();
    let nik = device.map_or(&nobody, |device| &device.nik);
    Ok(app.store().resident(nik, Photo::Without).await?)
}
