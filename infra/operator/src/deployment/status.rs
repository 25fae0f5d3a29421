//! What an operator looks at first.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_sqs::types::QueueAttributeName;
use ikd::domain::integrator::Integrator;
use ikd::store::Tables;
use serde::Serialize;
use serde_json::Value;

use super::Deployment;

/// How a deployment is.
#[derive(Debug, Serialize)]
pub struct Status {
    pub stack: String,
    pub tables: BTreeMap<String, Table>,
    /// Whether each registered integrator is enabled.
    pub integrators: BTreeMap<String, bool>,
    /// Dead letters that wait, where the queue was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_letters: Option<u64>,
    /// The keys that are published, where the address was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_keys: Option<Vec<String>>,
}

/// A table; DynamoDB counts its items every six hours.
#[derive(Debug, Serialize)]
pub struct Table {
    pub status: String,
    pub items: i64,
}

/// Looks at everything that was named.
pub async fn of(deployment: &Deployment, queue_url: Option<&str>, public_url: Option<&str>) -> Result<Status> {
    let mut tables = BTreeMap::new();
    for table in names(deployment.tables()) {
        let describe = deployment.clients.dynamodb.describe_table().table_name(&table);
        let described = match describe.send().await.map_err(aws_sdk_dynamodb::error::SdkError::into_service_error) {
            Ok(described) => described.table,
            Err(error) if error.is_resource_not_found_exception() => None,
            Err(error) => return Err(anyhow::Error::new(error).context("the tables cannot be looked at")),
        };
        let status = described.as_ref().and_then(|table| table.table_status.as_ref());
        let status = status.map_or("MISSING", |status| status.as_str()).to_owned();
        let items = described.and_then(|table| table.item_count).unwrap_or_default();
        let name = table.strip_prefix(&deployment.table("")).unwrap_or(&table).to_owned();
        tables.insert(name, Table { status, items });
    }
    let dead_letters = match queue_url {
        Some(queue_url) => Some(waiting(deployment, queue_url).await?),
        None => None,
    };
    let published_keys = match public_url {
        Some(public_url) => Some(published(public_url).await?),
        None => None,
    };
    let integrators = integrators(deployment).await?;
    Ok(Status { stack: deployment.stack.clone(), tables, integrators, dead_letters, published_keys })
}

/// Every table by its name.
fn names(tables: Tables) -> [String; 12] {
    let Tables {
        residents,
        identities,
        selfies,
        qr_codes,
        challenges,
        outbox,
        receipts,
        signatures,
        documents,
        erasures,
        integrators,
        notices,
    } = tables;
    [
        residents,
        identities,
        selfies,
        qr_codes,
        challenges,
        outbox,
        receipts,
        signatures,
        documents,
        erasures,
        integrators,
        notices,
    ]
}

async fn integrators(deployment: &Deployment) -> Result<BTreeMap<String, bool>> {
    let scan = deployment.clients.dynamodb.scan().table_name(deployment.table("integrators"));
    let mut pages = scan.into_paginator().items().send();
    let mut integrators = BTreeMap::new();
    while let Some(item) = pages.next().await {
        let integrator: Integrator = serde_dynamo::from_item(item.context("the integrators cannot be read")?)?;
        integrators.insert(integrator.client_id, integrator.enabled);
    }
    Ok(integrators)
}

async fn waiting(deployment: &Deployment, queue_url: &str) -> Result<u64> {
    let name = QueueAttributeName::ApproximateNumberOfMessages;
    let asked = deployment.clients.queues.get_queue_attributes().queue_url(queue_url).attribute_names(name.clone());
    let attributes = asked.send().await.context("the queue cannot be looked at")?.attributes.unwrap_or_default();
    Ok(attributes.get(&name).context("the queue does not say how many wait")?.parse()?)
}

async fn published(public_url: &str) -> Result<Vec<String>> {
    let address = format!("{}/.well-known/jwks.json", public_url.trim_end_matches('/'));
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let answer = client.get(&address).send().await.and_then(reqwest::Response::error_for_status);
    let keys: Value = answer.with_context(|| format!("{address} does not answer"))?.json().await?;
    let keys = keys["keys"].as_array().context("no keys are published")?;
    Ok(keys.iter().filter_map(|key| key["kid"].as_str()).map(str::to_owned).collect())
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.stack)?;
        for (name, table) in &self.tables {
            writeln!(formatter, "  table {name:<14} {:<10} {:>12} items", table.status, table.items)?;
        }
        for (client_id, enabled) in &self.integrators {
            writeln!(formatter, "  integrator {client_id}: {}", if *enabled { "enabled" } else { "disabled" })?;
        }
        if let Some(waiting) = self.dead_letters {
            writeln!(formatter, "  {waiting} dead letters")?;
        }
        if let Some(keys) = &self.published_keys {
            writeln!(formatter, "  published keys: {}", keys.join(", "))?;
        }
        Ok(())
    }
}
