//! An officers' issuer that signs with RS256, the one algorithm that API Gateway's authorizer takes.

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use axum::routing::get;
use axum::{Json, Router};
use data_encoding::BASE64;
use ikd::app::{Clock, SystemClock};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::stack::issuer::{AUDIENCE, OFFICER_ROLE};

const KEY_ID: &str = "officers";

/// Serves discovery and keys for as long as it lives.
pub struct RsaIssuer {
    key: EncodingKey,
    address: String,
    serving: JoinHandle<()>,
}

impl RsaIssuer {
    /// Takes any port, with a new key.
    pub async fn start() -> Result<Self> {
        let key = new_key()?;
        let mut public = Jwk::from_encoding_key(&key, Algorithm::RS256)?;
        public.common.key_id = Some(KEY_ID.to_owned());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let discovery = json!({ "issuer": address, "jwks_uri": format!("{address}/jwks.json") });
        let keys = json!({ "keys": [public] });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(async || Json(discovery)))
            .route("/jwks.json", get(async || Json(keys)));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("The officers' issuer has stopped: {error}");
            }
        });
        Ok(Self { key, address, serving })
    }

    /// Its own address, as its tokens name it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A token of an officer, for an hour: longer than anything that is done here.
    pub fn token(&self, subject: &str) -> Result<String> {
        let now = SystemClock.now().as_second();
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(KEY_ID.to_owned());
        let claims = json!({
            "iss": self.address,
            "aud": AUDIENCE,
            "sub": subject,
            "roles": [OFFICER_ROLE],
            "iat": now,
            "exp": now + 3_600,
        });
        Ok(jsonwebtoken::encode(&header, &claims, &self.key)?)
    }
}

impl Drop for RsaIssuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn new_key() -> Result<EncodingKey> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|error| anyhow!("an RSA key cannot be made: {error}"))?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|error| anyhow!("an RSA key cannot be written: {error}"))?;
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64.encode(der.as_ref()));
    EncodingKey::from_rsa_pem(pem.as_bytes()).context("not an RSA key")
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::jwk::JwkSet;
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::Value;

    use super::*;

    #[tokio::test]
    async fn tokens_verify_with_the_keys_that_discovery_leads_to() {
        let issuer = RsaIssuer::start().await.unwrap();
        let get = async |address: String| reqwest::get(address).await.unwrap();
        let discovery: Value =
            get(format!("{}/.well-known/openid-configuration", issuer.address())).await.json().await.unwrap();
        assert_eq!(discovery["issuer"], issuer.address());
        let keys: JwkSet = get(discovery["jwks_uri"].as_str().unwrap().to_owned()).await.json().await.unwrap();
        let token = issuer.token("petugas-1").unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.alg, Algorithm::RS256);
        let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[AUDIENCE]);
        let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims;
        assert_eq!(claims["roles"], json!([OFFICER_ROLE]));
    }
}
