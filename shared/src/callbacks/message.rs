//! A notice as it is sent: Standard Webhooks 1.0.0 (standardwebhooks.com), with symmetric signatures.

use std::fmt::Write;

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use jiff::Timestamp;
use serde_json::json;

use crate::domain::callback::{Callback, CallbackSecret};
use crate::domain::moment::Moment;
use crate::domain::notice::Notice;
use crate::domain::secret::MacKey;

/// What is sent, and the headers that prove by whom and when.
pub struct Message {
    pub body: String,
    pub headers: [(&'static str, String); 4],
}

impl Message {
    /// Writes a notice for an integrator. The id stays the same at each try; time and signatures are those of the try.
    pub fn of(notice: &Notice, callback: &Callback, key: &MacKey, now: Timestamp) -> Self {
        let id = notice.redemption.as_str();
        let body = json!({
            "type": "redemption.ended",
            "timestamp": Moment::from(notice.ended_at),
            "data": { "id": id },
        });
        let body = body.to_string();
        let seconds = now.as_second().to_string();
        let signed = format!("{id}.{seconds}.{body}");
        let mut signatures = String::new();
        for generation in callback.generations() {
            let secret = CallbackSecret::derive(key, &notice.client_id, generation);
            let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose()), signed.as_bytes());
            let separator = if signatures.is_empty() { "" } else { " " };
            // Writing to a string does not fail.
            let _ = write!(signatures, "{separator}v1,{}", BASE64.encode(mac.as_ref()));
        }
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds),
            ("webhook-signature", signatures),
        ];
        Self { body, headers }
    }
}

/// A secret as libraries of Standard Webhooks take it.
pub fn shown_secret(secret: &CallbackSecret) -> String {
    format!("whsec_{}", BASE64.encode(secret.expose()))
}
