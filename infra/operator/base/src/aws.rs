//! How AWS is reached: its own endpoints with the credentials of the environment, or one local endpoint.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};

/// An SDK configuration for an endpoint; without one, for AWS itself.
pub async fn config(endpoint: Option<&str>) -> SdkConfig {
    match endpoint {
        Some(endpoint) => sdk_config(endpoint),
        None => aws_config::load_defaults(BehaviorVersion::latest()).await,
    }
}

/// An SDK configuration for one local endpoint.
pub fn sdk_config(endpoint: &str) -> SdkConfig {
    sdk_config_as(endpoint, "local")
}

/// The same, with an access key by which the endpoint separates accounts.
pub fn sdk_config_as(endpoint: &str, access_key: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-southeast-3"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            access_key,
            "local",
            None,
            None,
            "local stack",
        )))
        // Without TLS there are no root certificates to load.
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .build()
}
