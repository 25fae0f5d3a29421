//! Starts the Lambda runtime with `finish-erasure`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    ikd::streams::run(finish_erasure::FUNCTION).await
}
