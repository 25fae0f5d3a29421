//! Starts the Lambda runtime with `block-device`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(block_device::FUNCTION).await
}
