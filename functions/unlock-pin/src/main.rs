//! Starts the Lambda runtime with `unlock-pin`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(unlock_pin::FUNCTION).await
}
