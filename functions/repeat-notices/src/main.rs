//! Starts the Lambda runtime with `repeat-notices`.

#[global_allocator]
static ALLOCATOR: ikd::Allocator = ikd::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    ikd::events::run(repeat_notices::FUNCTION).await
}
