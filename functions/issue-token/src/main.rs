//! Starts the Lambda runtime with `issue-token`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(issue_token::FUNCTION).await
}
