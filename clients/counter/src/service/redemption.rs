//! One request to redeem, and what became of it.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Language, Service, ServiceError};
use crate::problem::Refusal;
use crate::scanned::ScannedCode;

/// What became of a request.
pub(crate) enum Asked {
    Disclosed(Box<Disclosure>),
    Refused(Refusal),
    /// Nobody knows whether the code is used up by now. Asking again with the same key tells, and does no harm. `sent` is false if
    /// the redemption has certainly not arrived.
    Open {
        sent: bool,
        after: Option<Duration>,
    },
}

/// What the service discloses.
#[derive(Deserialize)]
pub(crate) struct Disclosure {
    pub redemption_id: String,
    pub redeemed_at: Timestamp,
    pub purpose: String,
    pub claims: Map<String, Value>,
    pub assertion: String,
}

impl Service {
    /// Asks once about an attempt.
    pub(crate) async fn redeem(
        &self,
        code: &ScannedCode,
        idempotency_key: &str,
        purpose: &str,
        language: Language,
    ) -> Asked {
        let url = match self.address("/redemptions") {
            Ok(url) => url,
            Err(error) => return Asked::without_answer(error, false),
        };
        // What fails before there is a token has sent no code.
        if let Err(error) = self.token().await {
            return Asked::without_answer(error, false);
        }
        let body = json!({ "token": code.expose(), "purpose": purpose });
        let request = self.http.post(url).header("Idempotency-Key", idempotency_key).json(&body);
        let received = self.send_with_token(request, language).await;
        match received.and_then(|received| received.json("the redemption")) {
            Ok(disclosure) => Asked::Disclosed(disclosure),
            Err(error) => Asked::without_answer(error, true),
        }
    }
}

impl Asked {
    /// What an error means, by whether the code was on its way.
    fn without_answer(error: ServiceError, on_its_way: bool) -> Self {
        match error {
            ServiceError::Refused(refusal) => Self::Refused(refusal),
            ServiceError::Later { after, .. } => Self::Open { sent: on_its_way, after },
            ServiceError::NoAnswer { sent, .. } => Self::Open { sent: sent && on_its_way, after: None },
            ServiceError::Unexpected(_) | ServiceError::NotHttps => Self::Open { sent: on_its_way, after: None },
        }
    }
}
