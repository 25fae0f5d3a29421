//! fetch-redemption: the winner of a scan asks for its result: while the holder is asked, and afterwards.

mod declaration;

use ikd::access::authenticate;
use ikd::access::disclosure::{self, Turn};
use ikd::app::App;
use ikd::domain::Digest;
use ikd::domain::qr_code::QrCode;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(fetch_redemption(app, request)));

/// Nobody but the winner learns whether there is such a redemption.
pub async fn fetch_redemption(app: &App, request: &Request) -> Result<Answer, Problem> {
    let integrator = authenticate::integrator(app, request)?;
    let ["redemptions", id] = parse::segments(request)[..] else { return Err(ProblemType::NotFound.into()) };
    let token_hash = Digest::parse(id).ok_or(ProblemType::RedemptionUnknown)?;
    let scan = app
        .store()
        .qr_code(&token_hash)
        .await?
        .filter(|code| code.expires_at > app.now())
        .and_then(QrCode::into_scan)
        .filter(|scan| scan.redemption().client_id == integrator.client_id)
        .ok_or(ProblemType::RedemptionUnknown)?;
    disclosure::answer(app, scan, Turn::Again, &app.random_id()).await
}
