//! Starts the Lambda runtime with `register`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(register::FUNCTION).await
}
