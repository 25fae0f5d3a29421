//! An integrator (*lembaga*): it proves itself by its key, redeems, and verifies the answer.

use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use data_encoding::BASE64URL_NOPAD;
use http::{Method, Request};
use ikd::app::{Clock, Randomness, SystemRandomness};
use ikd::domain::Id;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::api::{self, Api, Reply};
use super::{KeyPair, Signs};

#[derive(Clone)]
pub struct Integrator {
    api: Arc<dyn Api>,
    clock: Arc<dyn Clock>,
    pub client_id: String,
    pub key: KeyPair,
}

impl Integrator {
    pub fn new(api: Arc<dyn Api>, clock: Arc<dyn Clock>, client_id: &str, key: KeyPair) -> Self {
        Self { api, clock, client_id: client_id.to_owned(), key }
    }

    /// Somebody who claims to be this integrator, with another key.
    #[must_use]
    pub fn with_key(&self, key: KeyPair) -> Self {
        Self { key, ..self.clone() }
    }

    /// Asks for an access token with a fresh client assertion.
    pub async fn authenticate(&self) -> Result<Reply> {
        api::send(&*self.api, || self.token_request_of(&self.client_assertion(&self.assertion_claims())?)).await
    }

    /// The claims of a client assertion that is right in everything.
    pub fn assertion_claims(&self) -> Value {
        let mut jti = [0; 16];
        SystemRandomness::default().fill(&mut jti);
        let now = self.clock.now().as_second();
        json!({
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.api.base().as_str().trim_end_matches('/'),
            "jti": Id::from_random(jti),
            "iat": now,
            "exp": now + 60,
        })
    }

    pub fn client_assertion(&self, claims: &Value) -> Result<String> {
        self.key.sign("JWT", claims)
    }

    pub async fn authenticate_with(&self, assertion: &str) -> Result<Reply> {
        self.api.send(self.token_request_of(assertion)?).await
    }

    /// Sends any form to the token endpoint.
    pub async fn token_request(&self, form: &[(&str, &str)]) -> Result<Reply> {
        self.api.send(self.token_form(form)?).await
    }

    fn token_request_of(&self, assertion: &str) -> Result<Request<String>> {
        self.token_form(&[
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
            ("scope", "redeem"),
        ])
    }

    fn token_form(&self, form: &[(&str, &str)]) -> Result<Request<String>> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.api.base().join("/oauth2/token")?.as_str())
            .header("content-type", "application/x-www-form-urlencoded");
        Ok(request.body(body)?)
    }

    /// A token, where nothing else matters.
    pub async fn token(&self) -> Result<String> {
        let reply = self.authenticate().await?;
        reply.member("/access_token").with_context(|| format!("no token: {}", reply.text))
    }

    /// Redeems a scanned QR code.
    pub async fn redeem(&self, token: &str, qr: &str, purpose: &str, idempotency_key: Option<&str>) -> Result<Reply> {
        self.redeem_with(token, &json!({ "token": qr, "purpose": purpose }), idempotency_key).await
    }

    pub async fn redeem_with(&self, token: &str, body: &Value, idempotency_key: Option<&str>) -> Result<Reply> {
        api::send(&*self.api, || {
            let mut request = Request::builder()
                .method(Method::POST)
                .uri(self.api.base().join("/redemptions")?.as_str())
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json");
            if let Some(key) = idempotency_key {
                request = request.header("idempotency-key", key);
            }
            Ok(request.body(body.to_string())?)
        })
        .await
    }

    /// Asks for the result of a scan whose holder is asked, where the scan's answer said.
    pub async fn follow(&self, token: &str, scanned: &Reply) -> Result<Reply> {
        self.fetch(token, scanned.header("location").context("an answer without a location")?).await
    }

    /// Asks for the result of a scan at this path.
    pub async fn fetch(&self, token: &str, path: &str) -> Result<Reply> {
        api::send(&*self.api, || {
            let request =
                Request::get(self.api.base().join(path)?.as_str()).header("authorization", format!("Bearer {token}"));
            Ok(request.body(String::new())?)
        })
        .await
    }

    /// Reads its own registration.
    pub async fn registration(&self, token: &str) -> Result<Reply> {
        let request = Request::get(self.api.base().join("/integrator")?.as_str())
            .header("authorization", format!("Bearer {token}"));
        self.api.send(request.body(String::new())?).await
    }

    /// Verifies an assertion with the published keys alone, and gives what it says.
    pub async fn verify(&self, assertion: &str) -> Result<Value> {
        let header = jsonwebtoken::decode_header(assertion)?;
        let key = self.published_key(header.kid.as_deref()).await?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.set_audience(&[&self.client_id]);
        validation.set_issuer(&[self.api.base().as_str().trim_end_matches('/')]);
        let claims: Value = jsonwebtoken::decode(assertion, &DecodingKey::from_jwk(&key)?, &validation)?.claims;
        if claims["exp"].as_i64().is_none_or(|exp| exp <= self.clock.now().as_second()) {
            bail!("the assertion has expired");
        }
        Ok(claims)
    }

    /// Verifies a holder's signature under a document with the published keys alone, and gives its protected header.
    pub async fn verify_signature(&self, document: &[u8], signature: &str) -> Result<Value> {
        let (header, signature) = signature.split_once("..").context("not a detached JWS")?;
        let read: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes())?)?;
        // RFC 7515, section 4.1.11: a verifier refuses critical members that it does not know.
        ensure!(
            read["alg"] == "ES256" && read["crit"] == json!(["b64"]) && read["b64"] == false,
            "another kind of JWS"
        );
        // Its key may have left the published set since.
        let key_id = read["kid"].as_str();
        let key = match self.published_key(key_id).await {
            Ok(key) => key,
            Err(_) => self.key_at("/.well-known/retired-keys.json", key_id).await?,
        };
        let message = format!("{header}.{}", document_hash(document));
        let key = DecodingKey::from_jwk(&key)?;
        ensure!(
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::ES256)?,
            "the signature does not belong to this document"
        );
        Ok(read)
    }

    /// Asks whether a signature counts and is under this document, as anyone may.
    pub async fn check_signature(&self, id: &str, document: &[u8]) -> Result<Reply> {
        let address = format!("/signatures/{id}?document_hash={}", document_hash(document));
        self.get(&address).await
    }

    /// Checks a printed document by the address that its code holds, as anyone may.
    pub async fn check_document(&self, printed: &Reply) -> Result<Reply> {
        let link = printed.header("link").and_then(|link| link.strip_prefix('<')?.split_once('>'));
        let (address, _) = link.context("a document without address")?;
        api::send(&*self.api, || Ok(Request::get(address).body(String::new())?)).await
    }

    async fn get(&self, path: &str) -> Result<Reply> {
        api::send(&*self.api, || Ok(Request::get(self.api.base().join(path)?.as_str()).body(String::new())?)).await
    }

    async fn published_key(&self, key_id: Option<&str>) -> Result<Jwk> {
        self.key_at("/.well-known/jwks.json", key_id).await
    }

    async fn key_at(&self, path: &str, key_id: Option<&str>) -> Result<Jwk> {
        let keys: JwkSet = serde_json::from_str(&self.get(path).await?.text)?;
        key_id.and_then(|id| keys.find(id).cloned()).context("signed with an unpublished key")
    }
}

/// The SHA-256 of a document, as signatures name it.
pub fn document_hash(document: &[u8]) -> String {
    BASE64URL_NOPAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, document).as_ref())
}
