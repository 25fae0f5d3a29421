//! Starts the Lambda runtime with `look-up-resident`.

#[global_allocator]
static ALLOCATOR: ikd::Allocator = ikd::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(look_up_resident::FUNCTION).await
}
