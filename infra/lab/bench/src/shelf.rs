//! Where made-up people are stored: in the embedded database, past its API, or in the tables of a deployment.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use local::stack::database::Database;
use serde_dynamo::Item;

/// A place for items.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Stores items in a table, which is named without its prefix.
    async fn put(&self, table: &'static str, items: Vec<Item>) -> Result<()>;
}

#[async_trait]
impl Shelf for Database {
    async fn put(&self, table: &'static str, items: Vec<Item>) -> Result<()> {
        let database = self.clone();
        tokio::task::spawn_blocking(move || database.import(table, &items)).await?
    }
}

/// The tables of a deployment.
pub struct Tables {
    pub client: Client,
    /// What the tables' names begin with.
    pub prefix: String,
}

#[async_trait]
impl Shelf for Tables {
    async fn put(&self, table: &'static str, items: Vec<Item>) -> Result<()> {
        /// DynamoDB takes no more in one call.
        const AT_ONCE: usize = 25;

        let table = format!("{}{table}", self.prefix);
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let requests = items.by_ref().take(AT_ONCE).map(write).collect::<Result<Vec<_>>>()?;
            let written = self.client.batch_write_item().request_items(&table, requests).send().await;
            let left = written.with_context(|| format!("{table} cannot be written"))?.unprocessed_items;
            if left.is_some_and(|left| !left.is_empty()) {
                bail!("{table} has not taken all items");
            }
        }
        Ok(())
    }
}

fn write(item: Item) -> Result<WriteRequest> {
    let attributes: HashMap<String, AttributeValue> = item.into();
    Ok(WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(attributes)).build()?).build())
}
