//! Starts the Lambda runtime with `send-activation-email`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    ikd::streams::run(send_activation_email::FUNCTION).await
}
