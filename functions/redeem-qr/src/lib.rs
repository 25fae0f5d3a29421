//! redeem-qr: an integrator presents a scanned QR code and learns, once, who stands before it.

mod declaration;

use ikd::access::authenticate;
use ikd::app::{App, Counter};
use ikd::domain::Id;
use ikd::domain::claims::Claim;
use ikd::domain::qr_code::{QrCode, QrToken, Redeemed, Redemption, RedemptionOutcome};
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::store::parties::Parties;
use ikd::store::residents::Photo;
use ikd::store::{Attempts, StoreError};
use ikd::tokens::access_token::IntegratorToken;
use ikd::tokens::identity_assertion;
use jiff::Timestamp;
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
    redeemed_at: Timestamp,
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
    let id = redemption_id(app, &integrator, &token, parse::idempotency_key(request)?);

    let qr = match redeem(app, &token, &integrator, &purpose, &id).await? {
        RedemptionOutcome::Won(qr) => qr,
        RedemptionOutcome::KeyReused => return Err(ProblemType::IdempotencyKeyReused.into()),
        RedemptionOutcome::Used => return Err(ProblemType::QrUsed.into()),
        RedemptionOutcome::Superseded => return Err(ProblemType::QrSuperseded.into()),
        RedemptionOutcome::Expired => return Err(ProblemType::QrExpired.into()),
        RedemptionOutcome::NoSharedClaims => return Err(ProblemType::NoSharedClaims.into()),
        RedemptionOutcome::Unknown => return Err(ProblemType::QrUnknown.into()),
    };
    disclose(app, *qr).await
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
    id: &Id,
) -> Result<RedemptionOutcome, Problem> {
    let mut attempts = Attempts::up_to(3);
    loop {
        let attempt = Redemption {
            id: id.clone(),
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

/// Tells the winner who the holder is, unless the device was blocked, the resident is gone or the integrator was
/// disabled: the code is still used up then, and the winner learns that the redemption was its own.
async fn disclose(app: &App, qr: QrCode<Redeemed>) -> Result<Answer, Problem> {
    let disclosed = qr.disclosed();
    let redemption = qr.state.redemption;
    let photo = if disclosed.contains(Claim::Picture) { Photo::With } else { Photo::Without };
    let Parties { device, resident, integrator } =
        app.store().parties(&qr.device, &qr.nik, photo, &redemption.client_id).await?;
    let refuse = |kind: ProblemType| {
        Problem::new(kind).with("redemption_id", &redemption.id).with("redeemed_at", redemption.redeemed_at)
    };
    // Ops may have changed what is allowed since the token was issued.
    let integrator = integrator.filter(|integrator| integrator.enabled);
    let integrator = integrator.ok_or_else(|| refuse(ProblemType::IntegratorDisabled))?;
    if !integrator.purposes.contains(&redemption.purpose) {
        return Err(refuse(ProblemType::PurposeNotAllowed));
    }
    if device.is_none_or(|device| device.is_blocked()) {
        return Err(refuse(ProblemType::QrDeviceBlocked));
    }
    let resident = resident
        .filter(|resident| resident.gone(&app.settings.municipality).is_none())
        .ok_or_else(|| refuse(ProblemType::HolderNotEligible))?;

    let disclosed = disclosed.intersection(&integrator.claims);
    let claims = resident.claims(&disclosed, redemption.redeemed_at);
    let assertion = identity_assertion::sign(
        app.signing_key(),
        app.pairwise_key(),
        app.issuer(),
        &qr.nik,
        &redemption,
        &claims,
        redemption.redeemed_at + app.settings.rules.assertion_lifetime,
    )
    .map_err(Problem::unavailable)?;
    app.count(Counter::Redemption);
    Ok(Answer::ok(&Disclosure {
        redemption_id: redemption.id,
        redeemed_at: redemption.redeemed_at,
        purpose: redemption.purpose,
        claims,
        assertion,
    }))
}
