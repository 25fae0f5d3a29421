//! Starts the Lambda runtime with `sign-document`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(sign_document::FUNCTION).await
}
