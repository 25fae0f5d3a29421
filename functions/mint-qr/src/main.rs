//! Starts the Lambda runtime with `mint-qr`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(mint_qr::FUNCTION).await
}
