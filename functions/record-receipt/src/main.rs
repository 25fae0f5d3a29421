//! Starts the Lambda runtime with `record-receipt`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    ikd::streams::run(record_receipt::FUNCTION).await
}
