//! Starts the Lambda runtime with `login`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(login::FUNCTION).await
}
