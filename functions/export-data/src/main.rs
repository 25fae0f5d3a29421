//! Starts the Lambda runtime with `export-data`.

#[global_allocator]
static ALLOCATOR: ikd::Allocator = ikd::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    ikd::http::run(export_data::FUNCTION).await
}
