//! Starts the Lambda runtime with `activate`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(activate::FUNCTION).await
}
