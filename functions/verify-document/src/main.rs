//! Starts the Lambda runtime with `verify-document`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(verify_document::FUNCTION).await
}
