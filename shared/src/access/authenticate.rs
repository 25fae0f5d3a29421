//! Who is calling: a phone by its key, a holder by session and key, an officer or an integrator by token.

use http::header;
use jiff::Timestamp;
use lambda_http::Request;

use crate::app::{App, Counter};
use crate::domain::KeyThumbprint;
use crate::domain::device::{Active, Device, Session, SessionScope, VerifiedPin};
use crate::domain::moment::Moment;
use crate::domain::pin::{Locked, Pin};
use crate::http::parse::single_header;
use crate::http::{Answer, Deadline, Problem, ProblemType, Work};
use crate::log;
use crate::store::Written;
use crate::store::challenges::{Once, Use};
use crate::tokens::access_token::{self, IntegratorToken};
use crate::tokens::dpop::{self, DpopProof, Expected, ProofError};
use crate::tokens::officer::{Officer, OfficerError};

/// A holder's device in its session, both as the store has them now.
#[derive(Debug)]
pub struct Holder {
    pub device: Device<Active>,
    pub session: Session,
}

/// Whether the request carries no access token at all.
pub fn is_without_token(request: &Request) -> bool {
    !request.headers().contains_key(header::AUTHORIZATION)
}

/// The phone that signed this request. The proof is checked, and still has to be used up: see [`use_up`].
pub fn phone(app: &App, request: &Request) -> Result<DpopProof, Problem> {
    proof(app, request, None)
}

/// Uses a proof up. It runs beside the step's first read, not before it; no write may happen without it.
pub async fn use_up(app: &App, proof: &DpopProof) -> Result<(), Problem> {
    let used = app.store().use_once(Once::DpopProof, &proof.digest, &app.random_id(), proof.expires_at).await?;
    match used {
        Use::First => Ok(()),
        Use::Again => Err(ProblemType::DpopProofReplayed.into()),
    }
}

/// The holder of a full session.
pub async fn holder(app: &App, request: &Request) -> Result<Holder, Problem> {
    let holder = session(app, request).await?;
    match holder.session.scope {
        SessionScope::Holder => Ok(holder),
        SessionScope::ChangePin => Err(ProblemType::PinChangeRequired.into()),
    }
}

/// The holder of any session, that for changing the first PIN included.
pub async fn session(app: &App, request: &Request) -> Result<Holder, Problem> {
    let token = token(request, "DPoP")?;
    let claims = access_token::verify_of_holder(app.verifying_keys(), app.issuer(), token, app.now())?;
    let proof = proof(app, request, Some(token))?;
    if proof.key != claims.device {
        return Err(Problem::new(ProblemType::InvalidDpopProof).because("the token is bound to another key"));
    }
    let ((), device) = tokio::try_join!(use_up(app, &proof), async { Ok(app.store().device(&proof.key).await?) })?;
    let device = in_session(device, &claims.session)?;
    Ok(Holder { device, session: claims.session })
}

/// Gives the holder an answer that discloses something, if the device is still active in this session. The device is read
/// after everything that the answer shows: a block that was answered in the meantime wins.
pub async fn disclose(app: &App, holder: &Holder, answer: Answer) -> Result<Answer, Problem> {
    in_session(app.store().device(&holder.device.key).await?, &holder.session)?;
    Ok(answer)
}

/// Counts the try first, then checks the PIN. Right or wrong, known device or not, the work is the same: one write and
/// one hash. Where no time is left for the hash, the try is not counted.
pub async fn spend_pin_try<'a>(
    app: &App,
    deadline: Deadline,
    key: &KeyThumbprint,
    device: Option<&'a Device<Active>>,
    pin: &Pin,
) -> Result<VerifiedPin<'a>, Problem> {
    let tries = device.map(|device| device.state.pin_tries).unwrap_or_default();
    let next = tries.take(&app.settings.rules.lockout, app.now()).map_err(|locked| pin_locked(locked, app.now()))?;
    deadline.ensure_fits(Work::HashPin)?;
    let attempt = app.random_id();
    let taken = app.store().take_pin_try(key, tries, next, &attempt).await?;
    if device.is_some() && taken == Written::Overtaken {
        return Err(ProblemType::Contended.into());
    }
    let is_right = app.pins().verify(pin, device.map(|device| device.state.pin_hash.expose()));
    match device {
        Some(device) if is_right => Ok(VerifiedPin { device, attempt }),
        known => {
            if known.is_some() && next.locks {
                app.count(Counter::Lockout);
            }
            Err(ProblemType::InvalidCredentials.into())
        }
    }
}

pub async fn officer(app: &App, request: &Request) -> Result<Officer, Problem> {
    let token = token(request, "Bearer")?;
    app.officers().verify(token, app.now()).await.map_err(|error| match error {
        OfficerError::Invalid(invalid) => invalid.into(),
        OfficerError::NotAnOfficer => ProblemType::NotAnOfficer.into(),
        OfficerError::IssuerUnavailable(cause) => Problem::unavailable(cause),
    })
}

pub fn integrator(app: &App, request: &Request) -> Result<IntegratorToken, Problem> {
    let token = token(request, "Bearer")?;
    let integrator = access_token::verify_of_integrator(app.verifying_keys(), app.issuer(), token, app.now())?;
    log::record_integrator(&integrator.client_id);
    Ok(integrator)
}

/// The token of an `Authorization` header with the given scheme (RFC 9110, section 11.4: schemes know no case).
fn token<'a>(request: &'a Request, scheme: &str) -> Result<&'a str, Problem> {
    let header = single_header(request, header::AUTHORIZATION.as_str()).ok_or(ProblemType::MissingToken)?;
    match header.split_once(' ') {
        Some((sent, token)) if sent.eq_ignore_ascii_case(scheme) && !token.trim().is_empty() => Ok(token.trim()),
        _ => Err(ProblemType::MissingToken.into()),
    }
}

fn proof(app: &App, request: &Request, access_token: Option<&str>) -> Result<DpopProof, Problem> {
    let proof = single_header(request, "dpop")
        .ok_or_else(|| Problem::new(ProblemType::InvalidDpopProof).because("not exactly one DPoP header"))?;
    let mut url = app.settings.public_url.clone();
    url.set_path(request.uri().path());
    let expected = Expected {
        method: request.method().as_str(),
        url: &url,
        access_token,
        now: app.now(),
        lifetime: app.settings.rules.dpop_lifetime,
    };
    dpop::verify(proof, &expected).map_err(|error| match error {
        ProofError::Invalid(invalid) => Problem::new(ProblemType::InvalidDpopProof).because(invalid),
        ProofError::ClockWrong(how) => {
            Problem::new(ProblemType::ClockWrong).with("server_time", Moment::from(app.now())).because(how)
        }
    })
}

/// The device, if it is active in this session.
fn in_session(device: Option<Device>, session: &Session) -> Result<Device<Active>, Problem> {
    let device = device.ok_or(ProblemType::SessionEnded)?.into_active().map_err(|_| ProblemType::DeviceBlocked)?;
    if device.state.session.as_ref() != Some(session) {
        return Err(ProblemType::SessionEnded.into());
    }
    Ok(device)
}

/// The problem of a PIN that is not checked.
fn pin_locked(locked: Locked, now: Timestamp) -> Problem {
    match locked {
        Locked::Until(until) => Problem::new(ProblemType::PinLocked).retry_after(until.duration_since(now)),
        Locked::ByOffice => Problem::new(ProblemType::PinLockedByOffice),
    }
}
