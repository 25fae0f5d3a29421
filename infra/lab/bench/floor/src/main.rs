//! The floor: a function that writes one small item and answers. What a step takes beyond it is its own work.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn};

#[global_allocator]
static ALLOCATOR: ikd::Allocator = ikd::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "the floor has no configuration but this")]
    let prefix = std::env::var("IKD_TABLE_PREFIX")?;
    let table = format!("{prefix}challenges");
    let client = Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
    let (table, client) = (&table, &client);
    lambda_http::run(service_fn(move |request: Request| async move { write(client, table, &request).await })).await
}

async fn write(client: &Client, table: &str, request: &Request) -> Result<Response<Body>, Error> {
    let id = request.lambda_context_ref().map(|context| context.request_id.clone()).unwrap_or_default();
    let put = client.put_item().table_name(table);
    put.item("id", AttributeValue::S(id)).item("expires_at", AttributeValue::N("0".to_owned())).send().await?;
    Ok(Response::new(Body::Text("{}".to_owned())))
}
