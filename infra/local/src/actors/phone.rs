//! A resident's phone: it holds the device key and proves it with every request (RFC 9449).

use std::sync::Arc;

use anyhow::{Context, Result};
use data_encoding::BASE64;
use http::{Method, Request};
use ikd::app::{Clock, Randomness, SystemRandomness};
use ikd::domain::Id;
use ikd::tokens::dpop;
use serde_json::{Value, json};

use super::api::{self, Api, Reply};
use super::{KeyPair, Signs};

/// A phone with the app on it.
#[derive(Clone)]
pub struct Phone {
    api: Arc<dyn Api>,
    clock: Arc<dyn Clock>,
    pub key: KeyPair,
}

/// A session that a login opened.
#[derive(Clone, Debug)]
pub struct PhoneSession {
    pub access_token: String,
}

/// A QR code as the phone shows it.
#[derive(Clone, Debug)]
pub struct Minted {
    pub token: String,
}

impl PhoneSession {
    pub fn of(reply: &Reply) -> Result<Self> {
        let access_token = reply.member("/access_token").with_context(|| format!("no session: {}", reply.text))?;
        Ok(Self { access_token })
    }
}

impl Minted {
    pub fn of(reply: &Reply) -> Result<Self> {
        Ok(Self { token: reply.member("/token").with_context(|| format!("no QR code: {}", reply.text))? })
    }
}

impl Phone {
    /// A new phone, with a new key.
    pub fn new(api: Arc<dyn Api>, clock: Arc<dyn Clock>) -> Result<Self> {
        Ok(Self { api, clock, key: KeyPair::generate()? })
    }

    /// The same phone with another key.
    #[must_use]
    pub fn with_key(&self, key: KeyPair) -> Self {
        Self { key, ..self.clone() }
    }

    /// The same phone on another network.
    #[must_use]
    pub fn speaking_to(&self, api: Arc<dyn Api>) -> Self {
        Self { api, ..self.clone() }
    }

    /// *Daftar* and *Ambil Foto*.
    pub async fn register(&self, nik: &str, email: &str, phone_number: &str, selfie: &[u8]) -> Result<Reply> {
        let body = json!({ "nik": nik, "email": email, "phone_number": phone_number, "selfie": BASE64.encode(selfie) });
        self.register_with(&body).await
    }

    /// *Daftar* with any body.
    pub async fn register_with(&self, body: &Value) -> Result<Reply> {
        self.send(Method::POST, "/registrations", None, Some(body)).await
    }

    /// *Cek Status*.
    pub async fn check_status(&self, registration: &str) -> Result<Reply> {
        self.send(Method::GET, &format!("/registrations/{registration}"), None, None).await
    }

    pub async fn ask_for_another_email(&self, registration: &str) -> Result<Reply> {
        self.send(Method::POST, &format!("/registrations/{registration}/activation-emails"), None, None).await
    }

    /// *Masuk*.
    pub async fn log_in(&self, pin: &str) -> Result<Reply> {
        self.send(Method::POST, "/sessions", None, Some(&json!({ "pin": pin }))).await
    }

    /// *Ubah PIN*.
    pub async fn change_pin(&self, session: &PhoneSession, old: &str, new: &str) -> Result<Reply> {
        let body = json!({ "old_pin": old, "new_pin": new, "new_pin_repeated": new });
        self.send(Method::PUT, "/pin", Some(session), Some(&body)).await
    }

    /// *KTP Digital*.
    pub async fn mint(&self, session: &PhoneSession, body: &Value) -> Result<Reply> {
        self.send(Method::POST, "/qr-codes", Some(session), Some(body)).await
    }

    /// What became of the code that is shown.
    pub async fn check_qr(&self, session: &PhoneSession) -> Result<Reply> {
        self.send(Method::GET, "/qr-codes/current", Some(session), None).await
    }

    /// *Setuju* or *Tolak*.
    pub async fn answer_scan(&self, session: &PhoneSession, body: &Value) -> Result<Reply> {
        self.send(Method::POST, "/qr-codes/current/answer", Some(session), Some(body)).await
    }

    /// The lock button.
    pub async fn lock(&self, session: &PhoneSession) -> Result<Reply> {
        self.send(Method::DELETE, "/sessions/current", Some(session), None).await
    }

    /// *Tanda Tangan Elektronik*.
    pub async fn sign(&self, session: &PhoneSession, document_hash: &str, pin: &str) -> Result<Reply> {
        let body = json!({ "document_hash": document_hash, "pin": pin });
        self.send(Method::POST, "/me/signatures", Some(session), Some(&body)).await
    }

    pub async fn block_itself(&self, session: &PhoneSession, reason: &str) -> Result<Reply> {
        self.send(Method::POST, "/me/device-blocks", Some(session), Some(&json!({ "reason": reason }))).await
    }

    /// Ends the digital identity.
    pub async fn erase(&self, session: &PhoneSession, pin: &str) -> Result<Reply> {
        self.send(Method::POST, "/me/erasures", Some(session), Some(&json!({ "pin": pin }))).await
    }

    /// The same, as clients ask for it that send a body with DELETE.
    pub async fn erase_by_delete(&self, session: &PhoneSession, pin: &str) -> Result<Reply> {
        self.send(Method::DELETE, "/me", Some(session), Some(&json!({ "pin": pin }))).await
    }

    /// Asks for a document in a format, as `application/pdf`.
    pub async fn fetch(&self, session: &PhoneSession, path: &str, accept: &str) -> Result<Reply> {
        api::send(&*self.api, || {
            let proof = self.proof(&Method::GET, path, Some(session))?;
            let mut request = self.request(Method::GET, path, Some(session), Some(&proof), None)?;
            request.headers_mut().insert(http::header::ACCEPT, accept.parse()?);
            Ok(request)
        })
        .await
    }

    /// Sends any request with a fresh proof.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        session: Option<&PhoneSession>,
        body: Option<&Value>,
    ) -> Result<Reply> {
        api::send(&*self.api, || {
            let proof = self.proof(&method, path, session)?;
            self.request(method.clone(), path, session, Some(&proof), body)
        })
        .await
    }

    /// Sends any request with a proof that the caller made.
    pub async fn send_with_proof(
        &self,
        method: Method,
        path: &str,
        session: Option<&PhoneSession>,
        proof: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Reply> {
        self.api.send(self.request(method, path, session, proof, body)?).await
    }

    /// A DPoP proof for one request.
    pub fn proof(&self, method: &Method, path: &str, session: Option<&PhoneSession>) -> Result<String> {
        let mut jti = [0; 16];
        SystemRandomness::default().fill(&mut jti);
        let mut claims = json!({
            "jti": Id::from_random(jti),
            "htm": method.as_str(),
            "htu": self.api.base().join(path)?.as_str(),
            "iat": self.clock.now().as_second(),
        });
        if let Some(session) = session {
            claims["ath"] = json!(dpop::access_token_hash(&session.access_token));
        }
        self.key.sign_showing_key("dpop+jwt", &claims)
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        session: Option<&PhoneSession>,
        proof: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Request<String>> {
        let mut request = Request::builder().method(method).uri(self.api.base().join(path)?.as_str());
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        if let Some(session) = session {
            request = request.header("authorization", format!("DPoP {}", session.access_token));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        Ok(request.body(body.map(Value::to_string).unwrap_or_default())?)
    }
}
