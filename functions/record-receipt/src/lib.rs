//! record-receipt: the stream of the QR codes becomes receipts, one for each redemption, however often a batch comes.

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use ikd::app::{App, Need};
use ikd::domain::qr_code::QrCode;
use ikd::domain::receipt::Receipt;
use ikd::store::StoreError;

pub const NAME: &str = "record-receipt";

/// The parts of the app that this function is given.
pub const NEEDS: &[Need] = &[Need::Store];

/// How often a chain is read again that grew in the meantime.
const TURNS: u32 = 5;

/// Works through a batch. At the first redemption that cannot be recorded now it stops and reports it, so that the
/// stream comes back with that one and those behind it: receipts keep the order of the redemptions.
pub async fn record_receipts(app: &App, event: Event) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    for record in event.records {
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        match record_receipt(app, record).await {
            Ok(()) => tracing::info!(target: "ikd", function = NAME, sequence_number, "done"),
            // Repeating would hold up the receipts behind it for a day.
            Err(cause @ StoreError::Malformed) => {
                tracing::error!(target: "ikd", function = NAME, sequence_number, %cause, "given up");
            }
            Err(cause @ StoreError::Unavailable(_)) => {
                tracing::warn!(target: "ikd", function = NAME, sequence_number, %cause, "to be repeated");
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = Some(sequence_number);
                response.batch_item_failures.push(failure);
                break;
            }
        }
    }
    response
}

/// Adds the receipt of a redemption to its holder's chain, unless it is there.
async fn record_receipt(app: &App, record: EventRecord) -> Result<(), StoreError> {
    if record.event_name == "REMOVE" {
        return Ok(());
    }
    let qr: QrCode = serde_dynamo::from_item(record.change.new_image)?;
    let Some(redemption) = &qr.redemption else { return Ok(()) };
    for _ in 0..TURNS {
        let (head, has_receipt, integrator) = tokio::try_join!(
            app.store().chain_head(&qr.nik),
            app.store().has_receipt(&qr.nik, &redemption.id),
            app.store().integrator(&redemption.client_id)
        )?;
        if has_receipt {
            return Ok(());
        }
        let name = integrator.map_or_else(|| redemption.client_id.clone(), |integrator| integrator.name);
        let receipt = Receipt::behind(&head, redemption, qr.disclosed_by(redemption), name);
        let kept_until = redemption.redeemed_at + app.settings.rules.receipts_kept;
        if app.store().add_receipt(&qr.nik, &head, &receipt, kept_until).await? {
            return Ok(());
        }
    }
    Err(StoreError::Unavailable("the chain grew faster than it could be read".to_owned()))
}
