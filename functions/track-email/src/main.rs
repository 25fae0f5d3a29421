//! Starts the Lambda runtime with `track-email`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    ikd::events::run(track_email::FUNCTION).await
}
