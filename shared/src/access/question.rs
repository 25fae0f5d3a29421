//! The question that the device's present code puts to its holder.

use crate::app::App;
use crate::domain::device::{Active, Device};
use crate::domain::integrator::Integrator;
use crate::domain::qr_code::QrCode;
use crate::domain::question::Scanned;
use crate::domain::reading::Withheld;
use crate::domain::scan::Scan;
use crate::http::{Problem, ProblemType};
use crate::store::questions::Answered;
use crate::views::QrCodeView;

/// The code that a device shows or showed last, if it is still known.
pub async fn current(app: &App, device: &Device<Active>) -> Result<Option<QrCode>, Problem> {
    let Some(shown) = &device.state.qr_code else { return Ok(None) };
    Ok(app.store().qr_code(&shown.token_hash).await?.filter(|code| code.expires_at > app.now()))
}

/// The scan as it is now. One whose holder has been silent for too long is refused from then on: who notices writes it down, so
/// that no answer can come after it.
pub async fn unless_over(app: &App, scan: Scan) -> Result<Scan, Problem> {
    match scan {
        Scan::Asked(code) if code.is_over(app.settings.rules.time_to_answer, app.now()) => {
            end(app, &code, Withheld::HolderDidNotAnswer).await
        }
        scan => Ok(scan),
    }
}

/// Ends a question without disclosure, unless it has ended: how it ended.
pub async fn end(app: &App, code: &QrCode<Scanned>, why: Withheld) -> Result<Scan, Problem> {
    let ending = code.refused(why, app.now());
    match app.store().refuse_question(code, &ending).await? {
        Answered::Done => Ok(Scan::Refused(Box::new(code.clone().into_refused(ending.at, why)))),
        Answered::Before(Some(scan)) => Ok(scan),
        Answered::Before(None) => Err(ProblemType::QrUnknown.into()),
    }
}

/// What its holder sees of a scan.
pub fn view(app: &App, scan: &Scan, integrator: Option<&Integrator>) -> QrCodeView {
    QrCodeView::of_scan(scan, scan.redemption().names(integrator), app.settings.rules.time_to_answer)
}
