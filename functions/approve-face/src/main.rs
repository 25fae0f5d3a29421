//! Starts the Lambda runtime with `approve-face`.

#[global_allocator]
static ALLOCATOR: ikd::Allocator = ikd::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(approve_face::FUNCTION).await
}
