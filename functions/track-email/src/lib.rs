//! track-email: SES reports in events what became of an activation e-mail, and check-status shows it.

mod declaration;

use std::collections::BTreeMap;

use ikd::app::{App, Outcome};
use ikd::domain::Id;
use ikd::domain::activation::Delivery;
use ikd::events::Function;
use ikd::mail::tags;
use ikd::store::StoreError;
use serde::Deserialize;
use serde_json::Value;

pub const FUNCTION: Function = Function::new(&declaration::DECLARATION, |app, event| Box::pin(track_email(app, event)));

const NAME: &str = declaration::DECLARATION.name;

/// What is read of an SES event from EventBridge; addresses and subjects are not.
#[derive(Debug, Deserialize)]
struct MailEvent {
    detail: Detail,
}

#[derive(Debug, Deserialize)]
struct Detail {
    #[serde(rename = "eventType")]
    event_type: String,
    mail: Mail,
    #[serde(default)]
    bounce: Bounce,
}

/// Why a mail came back.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
    bounce_sub_type: String,
}

#[derive(Debug, Deserialize)]
struct Mail {
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

/// Records one event. Events arrive late, twice and in any order; a mail's state only moves forward. An event that
/// cannot be recorded now is an error, so that Lambda repeats it.
async fn track_email(app: &App, event: Value) -> Result<(), StoreError> {
    let Ok(MailEvent { detail: Detail { event_type, mail, bounce } }) = MailEvent::deserialize(event) else {
        tracing::error!(target: "ikd", function = NAME, "not an event of an e-mail");
        return Ok(());
    };
    let Some(delivery) = delivery(&event_type, &bounce) else {
        tracing::info!(target: "ikd", function = NAME, event_type, "nothing to record");
        return Ok(());
    };
    let Some((registration, generation)) = order(&mail.tags) else {
        tracing::error!(target: "ikd", function = NAME, event_type, "an e-mail of nobody");
        return Ok(());
    };
    let recorded = app.store().record_delivery(&registration, generation, delivery).await;
    app.write_metrics(NAME, Outcome { dependency_failed: recorded.is_err(), ..Outcome::default() });
    recorded?;
    tracing::info!(target: "ikd", function = NAME, event_type, "recorded");
    Ok(())
}

/// What an event means for its mail (Amazon SES Developer Guide, contents of event data).
fn delivery(event_type: &str, bounce: &Bounce) -> Option<Delivery> {
    match event_type {
        "Send" => Some(Delivery::Sent),
        "Reject" => Some(Delivery::Refused),
        "Delivery" => Some(Delivery::Delivered),
        "Bounce" => Some(Delivery::of_bounce(&bounce.bounce_type, &bounce.bounce_sub_type)),
        "Complaint" => Some(Delivery::Complained),
        _ => None,
    }
}

/// The registration and the generation of the code that a mail brings, from the tags it was sent with.
fn order(tags: &BTreeMap<String, Vec<String>>) -> Option<(Id, u32)> {
    let tag = |name: &str| tags.get(name)?.first();
    Some((Id::parse(tag(tags::REGISTRATION)?)?, tag(tags::GENERATION)?.parse().ok()?))
}
