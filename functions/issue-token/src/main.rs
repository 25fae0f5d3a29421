//! Starts the Lambda runtime with `issue-token`.

#[global_allocator]
static ALLOCATOR: ikd::Allocator = ikd::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(issue_token::FUNCTION).await
}
