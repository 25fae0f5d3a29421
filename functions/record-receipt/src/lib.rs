//! record-receipt: turns the stream of QR codes into receipts, one for each answer to a winner, however often a batch comes.

mod declaration;

use ikd::app::App;
use ikd::domain::integrator::Integrator;
use ikd::domain::qr_code::{QrCode, Redeemed, Redemption};
use ikd::domain::reading::Reading;
use ikd::domain::receipt::Receipt;
use ikd::domain::text::Label;
use ikd::store::{StoreError, Written};
use ikd::streams::{EventRecord, Function, NotDone};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, record| Box::pin(record_receipt(app, record)));

/// How often a chain that grew in the meantime is read again.
const TURNS: u32 = 5;

/// Adds the receipts of a redeemed code to its holder's chain, unless they are there, or the holder's data were erased.
async fn record_receipt(app: &App, record: EventRecord) -> Result<(), NotDone> {
    if record.event_name == "REMOVE" {
        return Ok(());
    }
    let qr: QrCode = serde_dynamo::from_item(record.change.new_image).map_err(StoreError::from)?;
    let Some(qr) = qr.into_redeemed() else { return Ok(()) };
    add_receipt(app, &qr, Answer::First).await?;
    match &qr.state.last_reading {
        Some(reading) => add_receipt(app, &qr, Answer::AskedForAgain(reading)).await,
        None => Ok(()),
    }
}

/// Which answer to the winner gets its receipt.
#[derive(Clone, Copy)]
enum Answer<'a> {
    /// It may have been recorded since the stream's record was made.
    First,
    AskedForAgain(&'a Reading),
}

/// Adds the receipt of one answer, once. Where its receipt presumed something else than was recorded later, the right one
/// follows.
async fn add_receipt(app: &App, qr: &QrCode<Redeemed>, answer: Answer<'_>) -> Result<(), NotDone> {
    let redemption = &qr.state.redemption;
    let reading_id = match answer {
        Answer::First => &redemption.request,
        Answer::AskedForAgain(reading) => &reading.id,
    };
    for _ in 0..TURNS {
        let (holder, head, before, integrator, present) = tokio::try_join!(
            app.store().holder(&qr.nik),
            app.store().chain_end(&qr.nik),
            app.store().given_by_receipt(&qr.nik, reading_id),
            app.store().integrator(&redemption.client_id),
            app.store().qr_code(&qr.token_hash),
        )?;
        if holder.device.is_none() || holder.has_erased(redemption.redeemed_at) {
            return Ok(());
        }
        let present = present.and_then(QrCode::into_redeemed);
        let present = present.as_ref().unwrap_or(qr);
        let (reading, is_presumed) = match answer {
            Answer::First => (present.first_reading(), present.state.first_reading.is_none()),
            Answer::AskedForAgain(reading) => (reading.clone(), false),
        };
        if before.as_ref().is_some_and(|before| is_presumed || *before == reading.given) {
            return Ok(());
        }
        let (name, label) = registered(redemption, integrator);
        let receipt = Receipt::behind(&head, redemption, reading, name, label);
        let kept_until = receipt.reading.at + app.settings.rules.receipts_kept;
        if app.store().add_receipt(&qr.nik, &head, &receipt, before.as_ref(), kept_until).await? == Written::Done {
            return Ok(());
        }
    }
    Err(NotDone::Retry("the chain grew faster than it could be read".to_owned()))
}

/// What holders read of who redeemed and for what: as it is registered, or the names in the redemption where it is not any more.
fn registered(redemption: &Redemption, integrator: Option<Integrator>) -> (String, Label) {
    let Redemption { client_id, purpose, .. } = redemption;
    let (name, label) = match integrator {
        Some(mut integrator) => (integrator.name, integrator.purposes.remove(purpose.as_str())),
        None => (client_id.clone(), None),
    };
    (name, label.unwrap_or_else(|| Label::of_name(purpose)))
}
