//! send-activation-email: turns the outbox's stream into e-mails, order by order, each repeated until it is done.

mod declaration;

use ikd::app::{App, Counter};
use ikd::domain::activation::{Cause, Delivery};
use ikd::domain::decision::Approval;
use ikd::mail::activation_email::Occasion;
use ikd::mail::{MailError, Tags, activation_email};
use ikd::store::outbox::ActivationEmailOrder;
use ikd::streams::{EventRecord, Function, NotDone};

pub const FUNCTION: Function = Function::new(&declaration::DECLARATION, |app, record| Box::pin(send(app, record)));

/// Sends one order's e-mail, unless that was done before or nobody needs it any more.
///
/// After a crash between sending and recording it sends again: the same code, since it is derived, not random.
async fn send(app: &App, record: EventRecord) -> Result<(), NotDone> {
    if record.event_name != "INSERT" {
        return Ok(());
    }
    let order: ActivationEmailOrder =
        serde_dynamo::from_item(record.change.new_image).map_err(|_| NotDone::GiveUp("not an order".to_owned()))?;
    let Some(registration) = app.store().registration(&order.registration, app.now()).await? else { return Ok(()) };
    let Some(Approval { activation, .. }) = registration.approval() else { return Ok(()) };
    if activation.generation != order.generation || activation.delivery != Delivery::Queued {
        return Ok(());
    }
    let holder = app.store().holder(&registration.nik).await?;
    let worth_sending = activation.expires_at > app.now() + activation_email::MIN_VALIDITY;
    if registration.awaiting_code(&holder).is_none() || !worth_sending {
        return Ok(());
    }

    let code = activation.code(app.activation_codes(), &registration.id);
    let link = app.seal().link(&registration.id, order.generation).ok_or_else(unwritable)?;
    let settings = &app.settings;
    let occasion = match activation.cause {
        Cause::Approval => Occasion::Approval,
        Cause::PinReset { .. } => Occasion::PinReset,
    };
    let (url, office) = (&settings.public_url, &settings.office);
    let (ends, zone) = (activation.expires_at, settings.zone);
    let message = activation_email::write(occasion, &code, &link, url, ends, zone, office).map_err(|_| unwritable())?;
    let tags = Tags { registration: &registration.id, generation: order.generation };
    let delivery = match app.mailer().send(&registration.email, &message, tags).await {
        Ok(()) => Delivery::Sent,
        // Repeating would not help; the resident and the office see it in check-status and correct the address.
        Err(MailError::Refused(_)) => {
            app.count(Counter::RefusedEmail);
            Delivery::Refused
        }
        Err(error @ MailError::Unavailable(_)) => return Err(NotDone::Retry(error.to_string())),
    };
    app.store().record_delivery(&registration.id, order.generation, delivery).await?;
    Ok(())
}

fn unwritable() -> NotDone {
    NotDone::GiveUp("the e-mail cannot be written".to_owned())
}
