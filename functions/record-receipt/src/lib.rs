//! record-receipt: turns the stream of QR codes into receipts, one for each redemption, however often a batch comes.

mod declaration;

use ikd::app::App;
use ikd::domain::qr_code::QrCode;
use ikd::domain::receipt::Receipt;
use ikd::store::{StoreError, Written};
use ikd::streams::{EventRecord, Function, NotDone};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, record| Box::pin(record_receipt(app, record)));

/// How often a chain that grew in the meantime is read again.
const TURNS: u32 = 5;

/// Adds the receipt of a redemption to its holder's chain, unless it is there, or the holder's data were erased.
async fn record_receipt(app: &App, record: EventRecord) -> Result<(), NotDone> {
    if record.event_name == "REMOVE" {
        return Ok(());
    }
    let qr: QrCode = serde_dynamo::from_item(record.change.new_image).map_err(StoreError::from)?;
    let Some(qr) = qr.into_redeemed() else { return Ok(()) };
    let redemption = &qr.state.redemption;
    for _ in 0..TURNS {
        let (holder, head, has_receipt, integrator) = tokio::try_join!(
            app.store().holder(&qr.nik),
            app.store().chain_head(&qr.nik),
            app.store().has_receipt(&qr.nik, &redemption.id),
            app.store().integrator(&redemption.client_id)
        )?;
        if has_receipt || holder.device.is_none() {
            return Ok(());
        }
        let name = integrator.map_or_else(|| redemption.client_id.clone(), |integrator| integrator.name);
        let receipt = Receipt::behind(&head, redemption, qr.disclosed(), name);
        let kept_until = redemption.redeemed_at + app.settings.rules.receipts_kept;
        if app.store().add_receipt(&qr.nik, &head, &receipt, kept_until).await? == Written::Done {
            return Ok(());
        }
    }
    Err(NotDone::Retry("the chain grew faster than it could be read".to_owned()))
}
