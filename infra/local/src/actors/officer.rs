//! An officer (*petugas*) at the counter, with a token of the officers' issuer.

use std::sync::Arc;

use anyhow::Result;
use http::{Method, Request};
use serde_json::{Value, json};

use super::api::{self, Api, Reply};

#[derive(Clone)]
pub struct Officer {
    api: Arc<dyn Api>,
    token: String,
}

impl Officer {
    pub fn new(api: Arc<dyn Api>, token: String) -> Self {
        Self { api, token }
    }

    /// *Pindai QR Code*: scans the ticket and looks at the applicant.
    pub async fn scan(&self, ticket: &str) -> Result<Reply> {
        self.send(Method::GET, &format!("/registrations/by-ticket/{ticket}"), None).await
    }

    pub async fn approve(&self, ticket: &str) -> Result<Reply> {
        self.decide(ticket, &json!({ "verdict": "approve" })).await
    }

    pub async fn approve_replacing_device(&self, ticket: &str) -> Result<Reply> {
        self.decide(ticket, &json!({ "verdict": "approve", "replace_device": true })).await
    }

    pub async fn reject(&self, ticket: &str, reason: &str) -> Result<Reply> {
        self.decide(ticket, &json!({ "verdict": "reject", "reason": reason })).await
    }

    /// Decides with any body.
    pub async fn decide(&self, ticket: &str, body: &Value) -> Result<Reply> {
        self.send(Method::POST, &format!("/registrations/by-ticket/{ticket}/decision"), Some(body)).await
    }

    pub async fn send_another_email(&self, registration: &str, body: Option<&Value>) -> Result<Reply> {
        self.send(Method::POST, &format!("/registrations/{registration}/activation-emails"), body).await
    }

    /// The same by NIK, for the registration that waits.
    pub async fn send_another_email_to(&self, nik: &str, email: Option<&str>) -> Result<Reply> {
        self.send(Method::POST, "/activation-emails", Some(&json!({ "nik": nik, "email": email }))).await
    }

    pub async fn block(&self, nik: &str, reason: &str) -> Result<Reply> {
        self.send(Method::POST, "/device-blocks", Some(&json!({ "nik": nik, "reason": reason }))).await
    }

    /// Blocks or reports a device with any body.
    pub async fn report(&self, body: &Value) -> Result<Reply> {
        self.send(Method::POST, "/device-blocks", Some(body)).await
    }

    /// Sees whom a NIK means, with the phones and what waits.
    pub async fn look_up(&self, nik: &str) -> Result<Reply> {
        self.send(Method::POST, "/resident-lookups", Some(&json!({ "nik": nik }))).await
    }

    /// Lifts the lock of wrong PINs.
    pub async fn unlock(&self, nik: &str) -> Result<Reply> {
        self.send(Method::POST, "/pin-unlocks", Some(&json!({ "nik": nik }))).await
    }

    /// Has a new code sent to a holder who forgot the PIN.
    pub async fn reset_pin(&self, nik: &str, email: Option<&str>) -> Result<Reply> {
        self.send(Method::POST, "/pin-resets", Some(&json!({ "nik": nik, "email": email }))).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Reply> {
        api::send(&*self.api, || {
            let mut request = Request::builder()
                .method(method.clone())
                .uri(self.api.base().join(path)?.as_str())
                .header("authorization", format!("Bearer {}", self.token));
            if body.is_some() {
                request = request.header("content-type", "application/json");
            }
            Ok(request.body(body.map(Value::to_string).unwrap_or_default())?)
        })
        .await
    }
}
