//! Who is calling: a phone by its key, a holder by session and key, an officer or an integrator by token.

use http::header;
use jiff::Timestamp;
use lambda_http::Request;

use crate::app::{App, Counter};
use crate::domain::device::{Active, Device, Session, SessionScope, VerifiedPin};
use crate::domain::moment::Moment;
use crate::domain::pin::{Locked, Pin};
use crate::domain::{Digest, Id, KeyThumbprint};
use crate::http::parse::single_header;
use crate::http::{Answer, Deadline, Problem, ProblemType, Work};
use crate::log;
use crate::store::Written;
use crate::store::challenges::{Once, Use, UsedProof};
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
    mark(app, &used_by(proof, app.random_id())).await
}

fn used_by(proof: &DpopProof, attempt: Id) -> UsedProof {
    UsedProof { digest: proof.digest.clone(), attempt, expires_at: proof.expires_at }
}

async fn mark(app: &App, proof: &UsedProof) -> Result<(), Problem> {
    match app.store().use_once(Once::DpopProof, &proof.digest, &proof.attempt, proof.expires_at).await? {
        Use::First => Ok(()),
        Use::Again => Err(ProblemType::DpopProofReplayed.into()),
    }
}

/// The holder of a full session.
pub async fn holder(app: &App, request: &Request) -> Result<Holder, Problem> {
    full(session(app, request).await?)
}

fn full(holder: Holder) -> Result<Holder, Problem> {
    match holder.session.scope {
        SessionScope::Holder => Ok(holder),
        SessionScope::ChangePin => Err(ProblemType::PinChangeRequired.into()),
    }
}

/// The holder of any session, that for changing the first PIN included.
pub async fn session(app: &App, request: &Request) -> Result<Holder, Problem> {
    let presented = present(app, request)?;
    let device = async { Ok(app.store().device(presented.key()).await?) };
    let met = tokio::try_join!(mark(app, &presented.proof), device);
    let holder = met.and_then(|((), device)| presented.in_session(device));
    holder.map_err(|problem| presented.unless_forged(app, problem))
}

/// What a holder's request shows by itself: a token that says the right things, and a proof of the key that it is bound to.
/// The token's signature is not verified yet. Login has stored the hash of the token with the session, and who shows a token
/// of that hash shows the token that login signed. So the signature matters only where a request is refused: a forged token
/// is refused as such, whatever else is wrong.
///
/// A step whose one write can use the proof up begins with this. It gives every problem to [`Presented::refuse`].
pub struct Presented<'a> {
    token: &'a str,
    key: KeyThumbprint,
    session: Session,
    proof: UsedProof,
}

/// Reads token and proof, as far as they show something without the store.
pub fn present<'a>(app: &App, request: &'a Request) -> Result<Presented<'a>, Problem> {
    let token = token(request, "DPoP")?;
    let claims = access_token::read_of_holder(app.verifying_keys(), app.issuer(), token, app.now())?;
    let hash = dpop::access_token_hash(token);
    let proof = proof(app, request, Some(&hash)).and_then(|proof| {
        if proof.key == claims.device {
            Ok(proof)
        } else {
            Err(Problem::new(ProblemType::InvalidDpopProof).because("the token is bound to another key"))
        }
    });
    let proof = proof.map_err(|problem| unless_forged(app, token, problem))?;
    let used = used_by(&proof, app.random_id());
    Ok(Presented { token, session: claims.opens(hash), proof: used, key: proof.key })
}

impl Presented<'_> {
    /// The key that the request proves, of a device or of none.
    pub fn key(&self) -> &KeyThumbprint {
        &self.key
    }

    /// The session that the token opens, if it is the device's.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The proof, for the transaction that uses it up.
    pub fn proof(&self) -> &UsedProof {
        &self.proof
    }

    /// The holder of a full session, whose proof is not used up yet.
    pub async fn holder(&self, app: &App) -> Result<Holder, Problem> {
        full(self.in_session(app.store().device(&self.key).await?)?)
    }

    /// The device as the store has it, if it is active in the session.
    pub fn in_session(&self, device: Option<Device>) -> Result<Holder, Problem> {
        Ok(Holder { device: in_session(device, &self.session)?, session: self.session.clone() })
    }

    /// Refuses the request: because of its token or its proof where these are worth nothing, or else with this problem. The
    /// proof is used up then, too. If the store cannot do that, the service is unavailable.
    pub async fn refuse(&self, app: &App, problem: Problem) -> Problem {
        let problem = self.unless_forged(app, problem);
        if matches!(
            problem.kind(),
            ProblemType::InvalidToken | ProblemType::DpopProofReplayed | ProblemType::ServiceUnavailable
        ) {
            return problem;
        }
        match mark(app, &self.proof).await {
            Ok(()) => problem,
            Err(other) => other,
        }
    }

    fn unless_forged(&self, app: &App, problem: Problem) -> Problem {
        unless_forged(app, self.token, problem)
    }
}

/// The problem of a request that is refused: this one, if its token is not forged.
fn unless_forged(app: &App, token: &str, problem: Problem) -> Problem {
    match access_token::verify_of_holder(app.verifying_keys(), app.issuer(), token, app.now()) {
        Ok(_) => problem,
        Err(invalid) => invalid.into(),
    }
}

/// Gives the holder an answer that discloses something, if the device is still active in this session. The device is read
/// after everything that the answer shows: a block that was answered in the meantime wins.
pub async fn disclose(app: &App, holder: &Holder, answer: Answer) -> Result<Answer, Problem> {
    in_session(app.store().device(&holder.device.key).await?, &holder.session)?;
    Ok(answer)
}

/// The same where the device was read in one call with what the answer shows. A block that is answered while that call runs may
/// not be seen.
pub fn disclose_on(device: Option<Device>, holder: &Holder, answer: Answer) -> Result<Answer, Problem> {
    in_session(device, &holder.session)?;
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
        Some(device) if is_right => Ok(VerifiedPin { device, attempt, ended_session: next.locks }),
        known => match known.and_then(|_| next.tries.take(&app.settings.rules.lockout, app.now()).err()) {
            // The wrong one that locks says so: the holder knows at once how long to wait.
            Some(locked) => {
                app.count(Counter::Lockout);
                Err(pin_locked(locked, app.now()))
            }
            None => Err(ProblemType::InvalidCredentials.into()),
        },
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

fn proof(app: &App, request: &Request, access_token_hash: Option<&Digest>) -> Result<DpopProof, Problem> {
    let proof = single_header(request, "dpop")
        .ok_or_else(|| Problem::new(ProblemType::InvalidDpopProof).because("not exactly one DPoP header"))?;
    let mut url = app.settings.public_url.clone();
    url.set_path(request.uri().path());
    let expected = Expected {
        method: request.method().as_str(),
        url: &url,
        access_token_hash,
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
