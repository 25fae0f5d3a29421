//! One connector for all that goes out, to AWS and to the officers' issuer. Its TLS configuration, with all certificate
//! authorities of the system, is made once. A client of the SDK that is left to itself makes one when it is built and another
//! one for its first call.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};

/// A connector as the SDK would make one. It bounds the time that connecting takes; how long an answer may take is up
/// to the caller. Its connections live as long as the runtime that they were opened on.
pub fn connector(connect_within: Duration) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(connect_within).build();
    let connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .connector_settings(settings)
        .proxy_config(ProxyConfig::from_env())
        .build();
    SharedHttpConnector::new(connector)
}

/// The connector as clients of the SDK want it. What their configuration says of connecting and reading does not change it.
pub(crate) fn client(connector: &SharedHttpConnector) -> SharedHttpClient {
    let connector = connector.clone();
    http_client_fn(move |_, _| connector.clone())
}
