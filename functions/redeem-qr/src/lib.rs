//! redeem-qr: an integrator presents a scanned QR code and learns, once, who is in front of it.

mod declaration;

use ikd::access::{authenticate, standing};
use ikd::app::{App, Counter};
use ikd::domain::Id;
use ikd::domain::claims::{Claim, ClaimSet};
use ikd::domain::moment::Moment;
use ikd::domain::nik::Nik;
use ikd::domain::qr_code::{QrCode, QrToken, Redeemed, Redemption, RedemptionOutcome};
use ikd::domain::reading::{Given, Reading, Withheld};
use ikd::domain::resident::Resident;
use ikd::domain::row_digest::RowDigest;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::store::parties::Parties;
use ikd::store::qr_codes::{Recorded, RecordedTurn};
use ikd::store::residents::Photo;
use ikd::store::{Attempts, StoreError};
use ikd::tokens::access_token::IntegratorToken;
use ikd::tokens::identity_assertion;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(redeem_qr(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redeem {
    token: String,
    /// One of the purposes registered for the integrator.
    purpose: String,
}

#[derive(Serialize)]
struct Disclosure {
    redemption_id: Id,
    redeemed_at: Moment,
    purpose: String,
    claims: Map<String, Value>,
    /// The same as a JWT, signed for this integrator.
    assertion: String,
}

pub async fn redeem_qr(app: &App, request: &Request) -> Result<Answer, Problem> {
    let integrator = authenticate::integrator(app, request)?;
    let Redeem { token, purpose } = parse::json(request, parse::SMALL_BODY)?;
    if !integrator.purposes.contains(&purpose) {
        return Err(ProblemType::PurposeNotAllowed.into());
    }
    let token = QrToken::parse(&token).ok_or(ProblemType::QrUnknown)?;
    let names = Names {
        redemption: redemption_id(app, &integrator, &token, parse::idempotency_key(request)?),
        request: app.random_id(),
    };

    let (qr, turn) = match redeem(app, &token, &integrator, &purpose, &names).await? {
        RedemptionOutcome::Won(qr) => (qr, Turn::First),
        RedemptionOutcome::WonBefore(qr) => (qr, Turn::Again),
        RedemptionOutcome::KeyReused => return Err(ProblemType::IdempotencyKeyReused.into()),
        RedemptionOutcome::Used => return Err(ProblemType::QrUsed.into()),
        RedemptionOutcome::Superseded => return Err(ProblemType::QrSuperseded.into()),
        RedemptionOutcome::Expired => return Err(ProblemType::QrExpired.into()),
        RedemptionOutcome::NoSharedClaims => return Err(ProblemType::NoSharedClaims.into()),
        RedemptionOutcome::Unknown => return Err(ProblemType::QrUnknown.into()),
    };
    let Redemption { id, redeemed_at, .. } = &qr.state.redemption;
    let redeemed_at = Moment::from(*redeemed_at);
    let named = |problem: Problem| problem.with("redemption_id", id).with("redeemed_at", redeemed_at);
    answer_winner(app, &qr, turn, &names.request).await.map_err(named)
}

async fn answer_winner(app: &App, qr: &QrCode<Redeemed>, turn: Turn, request: &Id) -> Result<Answer, Problem> {
    let judged = judge(app, qr, turn, parties_of(app, qr).await?)?;
    match record(app, qr, turn, request, judged).await? {
        Judged::Discloses { claims, resident } => disclose(app, &qr.nik, &qr.state.redemption, &claims, &resident),
        Judged::Withholds(withheld) => Err(problem_of(withheld)),
    }
}

/// How a request is named in what is stored.
struct Names {
    /// Requests with one `Idempotency-Key` share it.
    redemption: Id,
    /// The request's own.
    request: Id,
}

/// Whether the winner gets its first answer, or asks again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    First,
    Again,
}

/// What an answer to the winner gives: claims, or nothing and why.
enum Judged {
    Discloses { claims: ClaimSet, resident: Box<Resident> },
    Withholds(Withheld),
}

impl Judged {
    fn given(&self) -> Given {
        match self {
            Self::Discloses { claims, .. } => Given::Claims { claims: claims.clone() },
            Self::Withholds(withheld) => Given::Nothing { withheld: *withheld },
        }
    }
}

/// Names the attempt: by the integrator's own key, so that it can come back for its result, or at random.
fn redemption_id(app: &App, integrator: &IntegratorToken, token: &QrToken, idempotency_key: Option<&str>) -> Id {
    match idempotency_key {
        Some(key) => Id::derived(&[integrator.client_id.as_bytes(), key.as_bytes(), token.hash().as_str().as_bytes()]),
        None => app.random_id(),
    }
}

/// Lets the one conditional write decide. If its answer was lost, it is sent again with the new time: if it had won, it
/// finds its own redemption.
async fn redeem(
    app: &App,
    token: &QrToken,
    integrator: &IntegratorToken,
    purpose: &str,
    names: &Names,
) -> Result<RedemptionOutcome, Problem> {
    let mut attempts = Attempts::up_to(3);
    loop {
        let attempt = Redemption {
            id: names.redemption.clone(),
            request: names.request.clone(),
            client_id: integrator.client_id.clone(),
            purpose: purpose.to_owned(),
            redeemed_at: app.now(),
            allowed: integrator.allowed.clone(),
        };
        let kept_until = attempt.redeemed_at + app.settings.rules.redemption_kept;
        let error = match app.store().redeem(token, &attempt, kept_until).await {
            Ok(outcome) => return Ok(outcome),
            Err(error) => error,
        };
        let passes = matches!(error, StoreError::Unavailable(_));
        if !passes || !attempts.wait_for_next().await {
            return Err(error.into());
        }
    }
}

async fn parties_of(app: &App, qr: &QrCode<Redeemed>) -> Result<Parties, Problem> {
    let photo = if qr.disclosed().contains(Claim::Picture) { Photo::With } else { Photo::Without };
    Ok(app.store().parties(&qr.device, &qr.nik, photo, &qr.state.redemption.client_id).await?)
}

/// Decides what the winner is given now. The device may have been blocked since the code was shown, the resident may be gone,
/// or operators may have changed what the integrator is allowed: the code is used up all the same.
fn judge(app: &App, qr: &QrCode<Redeemed>, turn: Turn, parties: Parties) -> Result<Judged, Problem> {
    let Parties { device, resident, integrator } = parties;
    let Some(integrator) = integrator.filter(|integrator| integrator.enabled) else {
        return Ok(Judged::Withholds(Withheld::IntegratorDisabled));
    };
    if !integrator.purposes.contains_key(&qr.state.redemption.purpose) {
        return Ok(Judged::Withholds(Withheld::PurposeNotAllowed));
    }
    if device.is_none_or(|device| device.is_blocked()) {
        return Ok(Judged::Withholds(Withheld::QrCodeDeviceBlocked));
    }
    let resident = match (standing::present(app, resident), turn) {
        (Ok(resident), _) => resident,
        (Err(_), Turn::First) => return Ok(Judged::Withholds(Withheld::ServiceUnavailable)),
        // Nothing is learned from it, and it shall not count as one of the winner's repeats.
        (Err(problem), Turn::Again) => return Err(problem),
    };
    if resident.gone(&app.settings.municipality).is_some() {
        return Ok(Judged::Withholds(Withheld::HolderNotEligible));
    }
    let Some(claims) = claims_for(qr, turn, &integrator.claims) else {
        return Ok(Judged::Withholds(Withheld::ClaimsWithdrawn));
    };
    // What the registry has learned since is not what the holder showed.
    if turn == Turn::Again && !qr.comes_from(&resident) {
        return Ok(Judged::Withholds(Withheld::RegistryChanged));
    }
    Ok(Judged::Discloses { claims, resident: Box::new(resident) })
}

/// The claims of this answer, given what the integrator is allowed now. A repeated request gets the claims of the
/// first answer or none: never more, and no part of them that would look like all.
fn claims_for(qr: &QrCode<Redeemed>, turn: Turn, allowed: &ClaimSet) -> Option<ClaimSet> {
    match (turn, qr.first_reading().given) {
        (Turn::Again, Given::Claims { claims }) => claims.is_subset(allowed).then_some(claims),
        (Turn::First, _) | (Turn::Again, Given::Nothing { .. }) => {
            Some(qr.disclosed().intersection(allowed)).filter(|claims| !claims.is_empty())
        }
    }
}

/// Records the answer before it is given: every one that the winner asks for again, and a first one where it is not the presumed
/// one. If the device was blocked since it was read, nothing is disclosed.
async fn record(
    app: &App,
    qr: &QrCode<Redeemed>,
    turn: Turn,
    request: &Id,
    mut judged: Judged,
) -> Result<Judged, Problem> {
    let newer_row = match &judged {
        Judged::Discloses { resident, .. } if turn == Turn::First && !qr.comes_from(resident) => {
            Some(RowDigest::of(resident, app.random_id()))
        }
        Judged::Discloses { .. } | Judged::Withholds(_) => None,
    };
    if turn == Turn::First && newer_row.is_none() && judged.given() == qr.first_reading().given {
        return Ok(judged);
    }
    let turn = match turn {
        Turn::First => RecordedTurn::First { registry_row: newer_row.as_ref() },
        Turn::Again => RecordedTurn::Again { max: app.settings.rules.max_repeats },
    };
    loop {
        let reading = Reading { id: request.clone(), at: app.now(), given: judged.given() };
        match app.store().record_reading(qr, &reading, turn).await? {
            Recorded::Done => return Ok(judged),
            Recorded::TooOften => return Err(ProblemType::QrUsed.into()),
            Recorded::Gone => return Err(ProblemType::QrUnknown.into()),
            Recorded::DeviceBlocked => judged = Judged::Withholds(Withheld::QrCodeDeviceBlocked),
        }
    }
}

fn problem_of(withheld: Withheld) -> Problem {
    let kind = match withheld {
        Withheld::IntegratorDisabled => ProblemType::IntegratorDisabled,
        Withheld::PurposeNotAllowed => ProblemType::PurposeNotAllowed,
        Withheld::ClaimsWithdrawn => ProblemType::ClaimsWithdrawn,
        Withheld::QrCodeDeviceBlocked => ProblemType::QrDeviceBlocked,
        Withheld::HolderNotEligible => ProblemType::HolderNotEligible,
        Withheld::RegistryChanged => ProblemType::RegistryChanged,
        Withheld::ServiceUnavailable => return Problem::unavailable("the registry has no row of this resident"),
    };
    kind.into()
}

/// Tells the winner who the holder is.
fn disclose(
    app: &App,
    nik: &Nik,
    redemption: &Redemption,
    claims: &ClaimSet,
    resident: &Resident,
) -> Result<Answer, Problem> {
    let claims = resident.claims(claims, app.settings.zone.date_at(redemption.redeemed_at));
    let assertion = identity_assertion::sign(
        app.signing_key(),
        app.pairwise_key(),
        app.issuer(),
        nik,
        redemption,
        &claims,
        redemption.redeemed_at + app.settings.rules.assertion_lifetime,
    )
    .map_err(Problem::unavailable)?;
    app.count(Counter::Redemption);
    Ok(Answer::ok(&Disclosure {
        redemption_id: redemption.id.clone(),
        redeemed_at: redemption.redeemed_at.into(),
        purpose: redemption.purpose.clone(),
        claims,
        assertion,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_stored_by_the_name_of_its_problem() {
        for withheld in Withheld::ALL {
            assert_eq!(problem_of(withheld).kind().slug(), withheld.as_str());
        }
    }
}
