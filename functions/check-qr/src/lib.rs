//! check-qr: the phone asks what became of the code that it shows: nobody scanned it yet, somebody asks, or how that ended.

mod declaration;

use ikd::access::{authenticate, question};
use ikd::app::App;
use ikd::domain::qr_code::{QrCode, QrState};
use ikd::http::{Answer, Function, Problem, Request};
use ikd::views::QrCodeView;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(check_qr(app, request)));

/// How soon the phone asks again, in seconds, while something can still happen. A clerk waits at the other end.
const ASK_AGAIN_AFTER: u32 = 2;

pub async fn check_qr(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let code = question::current(app, &holder.device).await?;
    let view = view(app, code).await?;
    let answer = Answer::ok(&view).hidden_from_screenshots();
    Ok(match view {
        QrCodeView::Live { .. } | QrCodeView::Scanned { .. } => answer.retry_after(ASK_AGAIN_AFTER),
        QrCodeView::Redeemed { .. } | QrCodeView::Refused { .. } | QrCodeView::Gone => answer,
    })
}

async fn view(app: &App, code: Option<QrCode>) -> Result<QrCodeView, Problem> {
    match code {
        Some(QrCode { state: QrState::Live(_), expires_at, .. }) => Ok(QrCodeView::live(expires_at)),
        code => match code.and_then(QrCode::into_scan) {
            Some(scan) => {
                let scan = question::unless_over(app, scan).await?;
                let asker = question::asker(app, &scan).await?;
                Ok(QrCodeView::of_scan(&scan, asker, app.settings.rules.time_to_answer))
            }
            None => Ok(QrCodeView::Gone),
        },
    }
}
