//! Starts the Lambda runtime with `publish-keys`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(publish_keys::FUNCTION).await
}
