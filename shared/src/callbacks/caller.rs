//! Calls an integrator back.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_runtime_api::client::dns::ResolveDns;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;

use super::addresses::PublicOnly;
use super::message::Message;
use crate::domain::callback::Callback;
use crate::domain::notice::Notice;
use crate::domain::secret::MacKey;

/// How long an integrator may take to answer, connecting included.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long connecting may take: looking the name up, TCP and TLS.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// Who calls.
const USER_AGENT: &str = concat!("identitas-digital/", env!("CARGO_PKG_VERSION"));

/// Sends notices.
pub struct Caller {
    http: SharedHttpConnector,
    /// What integrators' secrets are derived from.
    key: MacKey,
}

/// Why a notice was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    #[error("the address cannot be called")]
    Address,
    #[error("no connection within three seconds")]
    Connection,
    #[error("no answer within five seconds")]
    Late,
    /// Another status than 2xx. Redirections are not followed: they could lead anywhere.
    #[error("status {0}")]
    Status(u16),
}

impl Caller {
    /// What carries notices: to public addresses alone, and through no proxy, which would look names up by itself.
    pub fn connector() -> SharedHttpConnector {
        Self::connector_by(PublicOnly, None)
    }

    /// The same, where somebody else looks names up and vouches for who answers, in place of the system.
    pub fn connector_by(resolver: impl ResolveDns + Clone + 'static, trust: Option<TlsContext>) -> SharedHttpConnector {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_WITHIN).build();
        let connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .connector_settings(settings)
            // Between two notices a function sleeps, and its connections end without its knowing.
            .pool_max_idle_per_host(0)
            .proxy_config(ProxyConfig::disabled());
        let connector = match trust {
            Some(trust) => connector.tls_context(trust),
            None => connector,
        };
        SharedHttpConnector::new(connector.build_with_resolver(resolver))
    }

    pub const fn new(http: SharedHttpConnector, key: MacKey) -> Self {
        Self { http, key }
    }

    /// Sends a notice once. Of the answer, only the status is read.
    pub async fn tell(&self, callback: &Callback, notice: &Notice, now: Timestamp) -> Result<(), NotTaken> {
        let Message { body, headers } = Message::of(notice, callback, &self.key, now);
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(|_| NotTaken::Address)?;
        request.set_uri(callback.url.as_str()).map_err(|_| NotTaken::Address)?;
        request.headers_mut().try_insert("user-agent", USER_AGENT).map_err(|_| NotTaken::Address)?;
        for (name, value) in headers {
            request.headers_mut().try_insert(name, value).map_err(|_| NotTaken::Address)?;
        }
        let answered = tokio::time::timeout(PATIENCE, self.http.call(request)).await.map_err(|_| NotTaken::Late)?;
        match answered.map_err(|_| NotTaken::Connection)?.status().as_u16() {
            200..=299 => Ok(()),
            status => Err(NotTaken::Status(status)),
        }
    }
}
