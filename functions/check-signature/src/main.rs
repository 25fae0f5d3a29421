//! Starts the Lambda runtime with `check-signature`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(check_signature::FUNCTION).await
}
