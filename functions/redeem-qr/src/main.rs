//! Starts the Lambda runtime with `redeem-qr`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(redeem_qr::FUNCTION).await
}
