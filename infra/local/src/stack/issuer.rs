//! The officers' OpenID Connect issuer on this machine: a program of its own (`infra/local/issuer`) for the stack, and a small one
//! within the process for tests and benchmarks, which also signs what no issuer would.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use ikd::aws::https;
use ikd::tokens::officer::{OfficerIssuer, OfficerVerifier};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::actors::{KeyPair, Signs};

/// The audience of officers' tokens.
pub const AUDIENCE: &str = "ikd-office";

/// The name of the officers' console at the issuer.
pub const CLIENT: &str = "ikd-office";

/// The role that makes an officer.
pub const OFFICER_ROLE: &str = "petugas";

/// An issuer within this process, which vouches for anybody.
#[derive(Clone)]
pub struct Issuer {
    key: Arc<KeyPair>,
    /// Where others find it.
    address: String,
    times_asked: Arc<AtomicUsize>,
}

/// The issuer's address on a port.
pub fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Whether the issuer on a port answers.
pub async fn is_ready(port: u16) -> bool {
    let discovery = reqwest::get(format!("{}/.well-known/openid-configuration", address(port))).await;
    discovery.is_ok_and(|answer| answer.status().is_success())
}

/// Verifies the tokens of the issuer at an address, as a function does.
pub fn verifier(address: String) -> OfficerVerifier {
    const TIMEOUT: Duration = Duration::from_secs(2);

    let issuer = OfficerIssuer {
        issuer: address,
        audience: AUDIENCE.to_owned(),
        role_claim: "roles".to_owned(),
        role: OFFICER_ROLE.to_owned(),
    };
    OfficerVerifier::new(issuer, https::connector(TIMEOUT), TIMEOUT)
}

impl Issuer {
    /// Takes a port, any for 0, and serves on it.
    pub async fn start(key: KeyPair, port: u16) -> Result<(Self, JoinHandle<()>)> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = address(listener.local_addr()?.port());
        Self::serve(key, listener, address)
    }

    /// Serves on a listener and names another address as its own: that of something in front of it.
    pub fn serve(key: KeyPair, listener: TcpListener, address: String) -> Result<(Self, JoinHandle<()>)> {
        let issuer = Self { key: Arc::new(key), address, times_asked: Arc::default() };
        let routes = issuer.routes();
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("The officers' issuer has stopped: {error}");
            }
        });
        Ok((issuer, serving))
    }

    /// Its own address, as its tokens name it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Verifies its tokens, as a function does.
    pub fn verifier(&self) -> OfficerVerifier {
        verifier(self.address.clone())
    }

    fn routes(&self) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks.json", get(keys))
            .with_state(self.clone())
    }

    /// A token of an officer, for ten minutes from `now`.
    pub fn token(&self, subject: &str, role: &str, now: Timestamp) -> Result<String> {
        self.sign(&self.claims(subject, role, now))
    }

    /// The claims of a token that is right in everything.
    pub fn claims(&self, subject: &str, role: &str, now: Timestamp) -> Value {
        json!({
            "iss": self.address,
            "aud": AUDIENCE,
            "sub": subject,
            "roles": [role],
            "iat": now.as_second(),
            "exp": now.as_second() + 600,
        })
    }

    /// How often somebody asked for the keys.
    pub fn times_asked(&self) -> usize {
        self.times_asked.load(Ordering::SeqCst)
    }

    /// The key that its tokens are signed with.
    pub fn key(&self) -> &KeyPair {
        &self.key
    }

    pub fn sign(&self, claims: &Value) -> Result<String> {
        self.key.sign("JWT", claims)
    }
}

async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    let address = issuer.address;
    Json(json!({ "issuer": address, "jwks_uri": format!("{address}/jwks.json") }))
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    issuer.times_asked.fetch_add(1, Ordering::SeqCst);
    Json(json!({ "keys": [issuer.key.public()] }))
}
