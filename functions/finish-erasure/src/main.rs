//! Starts the Lambda runtime with `finish-erasure`.

#[global_allocator]
static ALLOCATOR: ikd::Allocator = ikd::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    ikd::streams::run(finish_erasure::FUNCTION).await
}
