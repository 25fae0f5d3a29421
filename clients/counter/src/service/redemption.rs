//! One request about an attempt, and what became of it.

use std::time::Duration;

use ::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::{Language, Received, Service, ServiceError};
use crate::problem::Refusal;
use crate::scanned::ScannedCode;

/// What became of a request.
pub(crate) enum Asked {
    Disclosed(Box<Disclosure>),
    /// The holder is asked, and has not answered yet.
    Pending(Pending),
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

/// A question to the holder, as the service says it to the counter.
#[derive(Deserialize)]
pub(crate) struct Pending {
    pub redemption_id: String,
    /// What the clerk says and the holder types.
    pub digits: String,
    pub answer_until: Timestamp,
    /// Where to ask for the answer. Without it, the redemption is sent again, which does the same.
    #[serde(skip)]
    pub address: Option<Url>,
    #[serde(skip)]
    pub after: Option<Duration>,
}

impl Service {
    /// Asks once about an attempt: for the first time, or whenever it is not known where its answer will be.
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
        self.read_answer(self.send_with_token(request, language).await)
    }

    /// Asks once for the holder's answer. The code is used up by then, whatever becomes of this request.
    pub(crate) async fn fetch(&self, address: Url, language: Language) -> Asked {
        self.read_answer(self.send_with_token(self.http.get(address), language).await)
    }

    fn read_answer(&self, received: Result<Received, ServiceError>) -> Asked {
        let read = received.and_then(|received| match received.status {
            StatusCode::ACCEPTED => self.pending(&received).map(Asked::Pending),
            _ => received.json("the redemption").map(Asked::Disclosed),
        });
        read.unwrap_or_else(|error| Asked::without_answer(error, true))
    }

    fn pending(&self, received: &Received) -> Result<Pending, ServiceError> {
        const UNREADABLE: ServiceError = ServiceError::Unexpected("the question to the holder");

        let pending: Pending = serde_json::from_slice(&received.body).map_err(|_| UNREADABLE)?;
        let are_digits = pending.digits.len() == 2 && pending.digits.bytes().all(|digit| digit.is_ascii_digit());
        if !are_digits {
            return Err(UNREADABLE);
        }
        let address = received.location.as_deref().and_then(|location| self.own_address(location));
        Ok(Pending { address, after: received.retry_after.map(Duration::from_secs), ..pending })
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
