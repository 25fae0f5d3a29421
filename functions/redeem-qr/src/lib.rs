//! redeem-qr: an integrator presents a scanned QR code and learns, once, who is in front of it: at once, or when its holder was asked.

mod declaration;

use ikd::access::authenticate;
use ikd::access::disclosure::{self, Turn};
use ikd::app::App;
use ikd::domain::Id;
use ikd::domain::qr_code::{QrToken, Redemption};
use ikd::domain::scan::RedemptionOutcome;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::store::{Attempts, StoreError};
use ikd::tokens::access_token::IntegratorToken;
use serde::Deserialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(redeem_qr(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redeem {
    token: String,
    /// One of the purposes registered for the integrator.
    purpose: String,
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

    let (scan, turn) = match redeem(app, &token, &integrator, &purpose, &names).await? {
        RedemptionOutcome::Won(scan) => (scan, Turn::First),
        RedemptionOutcome::WonBefore(scan) => (scan, Turn::Again),
        RedemptionOutcome::KeyReused => return Err(ProblemType::IdempotencyKeyReused.into()),
        RedemptionOutcome::Used => return Err(ProblemType::QrUsed.into()),
        RedemptionOutcome::Superseded => return Err(ProblemType::QrSuperseded.into()),
        RedemptionOutcome::Expired => return Err(ProblemType::QrExpired.into()),
        RedemptionOutcome::NoSharedClaims => return Err(ProblemType::NoSharedClaims.into()),
        RedemptionOutcome::Unknown => return Err(ProblemType::QrUnknown.into()),
    };
    disclosure::answer(app, scan, turn, &names.request).await
}

/// How a request is named in what is stored.
struct Names {
    /// Requests with one `Idempotency-Key` share it.
    redemption: Id,
    /// The request's own.
    request: Id,
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
