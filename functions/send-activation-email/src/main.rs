//! Starts the Lambda runtime with `send-activation-email`.

#[global_allocator]
static ALLOCATOR: ikd::Allocator = ikd::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    ikd::streams::run(send_activation_email::FUNCTION).await
}
