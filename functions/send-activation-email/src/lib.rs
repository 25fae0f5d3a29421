//! send-activation-email: the outbox's stream becomes e-mails, each order in its turn, repeated until it is done.

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use ikd::app::{App, Need};
use ikd::domain::registration::{Delivery, Stage};
use ikd::mail::activation_email::Occasion;
use ikd::mail::{MailError, Tags, activation_email};
use ikd::store::StoreError;
use ikd::store::outbox::ActivationEmailOrder;

pub const NAME: &str = "send-activation-email";

/// The parts of the app that this function is given.
pub const NEEDS: &[Need] = &[Need::Store, Need::Seal, Need::ActivationCodes, Need::Mail];

/// Why an order was not done.
#[derive(Debug, thiserror::Error)]
enum Undone {
    /// It may be done later.
    #[error("{0}")]
    Yet(String),
    /// It will never be done: repeating it would hold up the orders behind it for a day.
    #[error("{0}")]
    Ever(String),
}

/// Works through a batch. At the first order that cannot be done now it stops and reports it, so that the stream
/// comes back with that order and those behind it; those before it are done.
pub async fn send_activation_emails(app: &App, event: Event) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    for record in event.records {
        if record.event_name != "INSERT" {
            continue;
        }
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        match send(app, record).await {
            Ok(()) => tracing::info!(target: "ikd", function = NAME, sequence_number, "done"),
            Err(Undone::Ever(cause)) => {
                tracing::error!(target: "ikd", function = NAME, sequence_number, cause, "given up");
            }
            Err(Undone::Yet(cause)) => {
                tracing::warn!(target: "ikd", function = NAME, sequence_number, cause, "to be repeated");
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = Some(sequence_number);
                response.batch_item_failures.push(failure);
                break;
            }
        }
    }
    response
}

/// Sends one order's e-mail, unless that was done before or nobody needs it any more.
///
/// A crash between sending and recording sends again: the same code, since it is derived and not drawn.
async fn send(app: &App, record: EventRecord) -> Result<(), Undone> {
    let order: ActivationEmailOrder =
        serde_dynamo::from_item(record.change.new_image).map_err(|_| Undone::Ever("not an order".to_owned()))?;
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

    let code = registration.activation_code(app.activation_codes()).ok_or_else(unwritable)?;
    let link = app.seal().link(&registration.id, order.generation).ok_or_else(unwritable)?;
    let settings = &app.settings;
    let occasion = if activation.is_of_pin_reset() { Occasion::PinReset } else { Occasion::Approval };
    let (url, until, office) = (&settings.public_url, activation.expires_at, &settings.office_contact);
    let message = activation_email::write(occasion, &code, &link, url, until, office).map_err(|_| unwritable())?;
    let tags = Tags { registration: &registration.id, generation: order.generation };
    let delivery = match app.mailer().send(&registration.email, &message, tags).await {
        Ok(()) => Delivery::Sent,
        // Repeating would not help; the resident and the office see it in check-status and correct the address.
        Err(MailError::Refused(_)) => Delivery::Refused,
        Err(error @ MailError::Unavailable(_)) => return Err(Undone::Yet(error.to_string())),
    };
    app.store().record_delivery(&registration.id, order.generation, delivery).await?;
    Ok(())
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Yet(error.to_string()),
            StoreError::Malformed => Self::Ever(error.to_string()),
        }
    }
}

fn unwritable() -> Undone {
    Undone::Ever("the e-mail cannot be written".to_owned())
}
