//! Starts the Lambda runtime with `track-email`.

#[global_allocator]
static ALLOCATOR: ikd::Allocator = ikd::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    ikd::events::run(track_email::FUNCTION).await
}
