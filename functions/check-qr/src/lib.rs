//! check-qr: the phone asks what became of the code that it shows: nobody scanned it yet, somebody asks, or how that ended.

mod declaration;

use ikd::access::{authenticate, question};
use ikd::app::App;
use ikd::domain::qr_code::QrState;
use ikd::domain::scan::Scan;
use ikd::http::{Answer, Function, Problem, Request};
use ikd::store::shown::Shown;
use ikd::views::QrCodeView;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(check_qr(app, request)));

/// How soon the phone asks again, in seconds, while something can still happen. A clerk waits at the other end.
const ASK_AGAIN_AFTER: u32 = 2;

/// The device is read with whatever is shown: a block that was answered before wins.
pub async fn check_qr(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let Some(newest) = &holder.device.state.qr_code else { return Ok(Answer::ok(&QrCodeView::Gone)) };
    let Shown { content: code, device } = app.store().shown_qr_code(&newest.token_hash, &holder.device.key).await?;
    let Some(code) = code.filter(|code| code.expires_at > app.now()) else {
        return authenticate::disclose_on(device, &holder, Answer::ok(&QrCodeView::Gone));
    };
    if let QrState::Live(_) = code.state {
        let answer = Answer::ok(&QrCodeView::live(code.expires_at)).retry_after(ASK_AGAIN_AFTER);
        return authenticate::disclose_on(device, &holder, answer);
    }
    let Some(scan) = code.into_scan() else {
        return authenticate::disclose_on(device, &holder, Answer::ok(&QrCodeView::Gone));
    };
    let scan = question::unless_over(app, scan).await?;
    let client_id = &scan.redemption().client_id;
    let Shown { content: integrator, device } = app.store().shown_integrator(client_id, &holder.device.key).await?;
    let answer = Answer::ok(&question::view(app, &scan, integrator.as_ref())).hidden_from_screenshots();
    let answer = if let Scan::Asked(_) = scan { answer.retry_after(ASK_AGAIN_AFTER) } else { answer };
    authenticate::disclose_on(device, &holder, answer)
}
