//! What SES publishes on AWS: the fate of each e-mail, as events that reach track-email. It is between the functions
//! and the mailbox, which has no events.
//!
//! Addresses of SES's mailbox simulator behave as they do there: `bounce@simulator.amazonses.com` sends back,
//! `complaint@simulator.amazonses.com` complains (with any label, as `bounce+1@…`); every other mail is delivered.

use std::time::Duration;

use anyhow::Result;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use super::Ports;

/// Between the functions and the mailbox.
#[derive(Clone)]
struct Between {
    http: reqwest::Client,
    mailbox: Url,
    function: Url,
}

/// Starts to take mails for a stack; gives the address to send them to.
pub async fn start(ports: Ports) -> Result<(String, JoinHandle<()>)> {
    const PATH: &str = "/v2/email/outbound-emails";

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let between = Between {
        http: reqwest::Client::builder().timeout(Duration::from_mins(1)).build()?,
        mailbox: Url::parse(&format!("http://127.0.0.1:{}{PATH}", ports.mailbox))?,
        function: ports.invocation_url("track-email")?,
    };
    let routes = axum::Router::new().route(PATH, post(take)).with_state(between);
    let serving = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            eprintln!("E-mails cannot be taken any more: {error}");
        }
    });
    Ok((address, serving))
}

/// Hands a mail to the mailbox, and once it is accepted, publishes its fate.
async fn take(State(between): State<Between>, headers: HeaderMap, message: Bytes) -> impl IntoResponse {
    let mut sent = between.http.post(between.mailbox.clone()).body(message.clone());
    // The mailbox wants a signature, valid or not.
    for name in [header::CONTENT_TYPE, header::AUTHORIZATION] {
        if let Some(value) = headers.get(&name) {
            sent = sent.header(name, value);
        }
    }
    let answered = match sent.send().await {
        Ok(answer) => (answer.status(), answer.bytes().await.unwrap_or_default()),
        Err(error) => {
            eprintln!("The mailbox does not answer: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, Bytes::from_static(b"{}"))
        }
    };
    if answered.0.is_success()
        && let Ok(message) = serde_json::from_slice::<Value>(&message)
    {
        tokio::spawn(async move { publish(&between, &message).await });
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    (answered.0, headers, answered.1)
}

/// Publishes what SES would, where the mail names a configuration set. Like Lambda's own queue, it repeats twice.
async fn publish(between: &Between, message: &Value) {
    if message["ConfigurationSetName"].as_str().is_none() {
        return;
    }
    for event in published(message) {
        for _ in 0..3 {
            let sent = between.http.post(between.function.clone()).json(&event).send().await;
            if sent.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Everything that SES publishes of a mail that it accepted.
pub fn published(message: &Value) -> Vec<Value> {
    [vec![event("Send", message)], fate(message)].concat()
}

/// What becomes of a mail, by the address that it goes to; SES's own simulator has the same ones.
fn fate(message: &Value) -> Vec<Value> {
    let address = message["Destination"]["ToAddresses"][0].as_str().unwrap_or_default();
    let simulated = match address.split_once('@') {
        Some((name, "simulator.amazonses.com")) => name.split('+').next(),
        _ => None,
    };
    match simulated {
        Some("bounce") => vec![event("Bounce", message)],
        Some("complaint") => vec![event("Complaint", message)],
        // The automatic answer of somebody who is out of the office comes back like a mail that bounced.
        Some("ooto") => vec![event("Delivery", message), bounce("Transient", "General", message)],
        _ => vec![event("Delivery", message)],
    }
}

/// An event of SES as EventBridge hands it on, of a mail as it was sent.
pub fn event(event_type: &str, message: &Value) -> Value {
    let mut tags = json!({});
    for tag in message["EmailTags"].as_array().into_iter().flatten() {
        tags[tag["Name"].as_str().unwrap_or_default()] = json!([tag["Value"]]);
    }
    let mut event = json!({
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Email Event",
        "source": "aws.ses",
        "account": "000000000000",
        "time": "2026-11-22T05:00:00Z",
        "region": "ap-southeast-3",
        "resources": [],
        "detail": {
            "eventType": event_type,
            "mail": {
                "source": message["FromEmailAddress"],
                "destination": message["Destination"]["ToAddresses"],
                "tags": tags,
            },
        },
    });
    if event_type == "Bounce" {
        event["detail"]["bounce"] = json!({ "bounceType": "Permanent", "bounceSubType": "General" });
    }
    event
}

/// The event of a mail that came back, and why.
pub fn bounce(bounce_type: &str, sub_type: &str, message: &Value) -> Value {
    let mut event = event("Bounce", message);
    event["detail"]["bounce"] = json!({ "bounceType": bounce_type, "bounceSubType": sub_type });
    event
}
