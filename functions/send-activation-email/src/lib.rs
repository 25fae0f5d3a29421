//! send-activation-email: the outbox's stream becomes e-mails, each order in its turn, repeated until it is done.

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use ikd::app::{App, Need};
use ikd::domain::registration::{Delivery, Stage};
use ikd::mail::{MailError, activation_email};
use ikd::store::outbox::ActivationEmailOrder;

/// The parts of the app that this function is given.
pub const NEEDS: &[Need] = &[Need::Store, Need::Seal, Need::ActivationCodes, Need::Mail];

/// Why an order is not done yet.
#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error("not an order: {0}")]
    NotAnOrder(#[from] serde_dynamo::Error),
    #[error(transparent)]
    Store(#[from] ikd::store::StoreError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("the e-mail cannot be written")]
    Unwritable,
}

/// Works through a batch. At the first order that cannot be done now it stops and reports it, so that the stream
/// comes back with that order and those behind it; those before it are done.
pub async fn send_activation_emails(app: &App, event: Event) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    for record in event.records {
        if record.event_name != "INSERT" {
            continue;
        }
        let number = record.change.sequence_number.clone().unwrap_or_default();
        let outcome = send(app, record).await;
        tracing::info!(
            target: "ikd",
            function = "send-activation-email",
            sequence_number = number,
            outcome = if outcome.is_ok() { "done" } else { "to be repeated" },
            cause = outcome.as_ref().err().map(ToString::to_string),
            "worked on an order"
        );
        if outcome.is_err() {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(number);
            response.batch_item_failures.push(failure);
            break;
        }
    }
    response
}

/// Sends one order's e-mail, unless that was done before or nobody needs it any more.
///
/// A crash between sending and recording sends again: the same code, since it is derived and not drawn.
async fn send(app: &App, record: EventRecord) -> Result<(), Undone> {
    let order: ActivationEmailOrder = serde_dynamo::from_item(record.change.new_image)?;
    let Some(registration) = app.store().registration(&order.registration, app.now()).await? else { return Ok(()) };
    let Some(activation) = &registration.activation else { return Ok(()) };
    if activation.generation != order.generation || activation.delivery != Delivery::Queued {
        return Ok(());
    }
    let holder = app.store().holder(&registration.nik).await?;
    let worth_sending = activation.expires_at > app.now() + activation_email::LEAST_VALIDITY;
    if registration.stage(&holder) != Stage::Approved || !worth_sending {
        return Ok(());
    }

    let code = registration.activation_code(app.activation_codes()).ok_or(Undone::Unwritable)?;
    let link = app.seal().link(&registration.id, order.generation).ok_or(Undone::Unwritable)?;
    let settings = &app.settings;
    let message =
        activation_email::write(&code, &link, &settings.public_url, activation.expires_at, &settings.office_contact)
            .map_err(|_| Undone::Unwritable)?;
    let delivery = match app.mailer().send(&registration.email, &message).await {
        Ok(()) => Delivery::Sent,
        // Repeating would not help; the resident and the office see it in check-status and correct the address.
        Err(MailError::Refused(_)) => Delivery::Refused,
        Err(error @ MailError::Unavailable(_)) => return Err(error.into()),
    };
    app.store().record_delivery(&registration.id, order.generation, delivery).await?;
    Ok(())
}
