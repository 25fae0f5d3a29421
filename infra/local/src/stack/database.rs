//! The embedded DynamoDB, with its tables as the deployment template declares them.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use aws_sdk_dynamodb::Client;
use dynoxide::ImportOptions;
use ikd::domain::integrator::Integrator;
use ikd::domain::resident::Resident;
use operator_base::aws::sdk_config;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The local tables' prefix, where a deployment has its stack's name.
pub const PREFIX: &str = "ikd-local-";

/// A DynamoDB of our own.
#[derive(Clone)]
pub struct Database {
    engine: dynoxide::Database,
    /// Where it is served, and the SDK's client of it.
    served: Option<(String, Client)>,
    /// Whether created tables get the streams that the template gives them.
    streams: bool,
}

impl Database {
    /// A database in a file. It survives the end of its process, and not always a power failure: the engine commits each item by
    /// itself, even those of one batch, and would wait for the disk each time.
    pub fn open(path: &Path) -> Result<Self> {
        let path = path.to_str().context("the database's path is not UTF-8")?;
        let engine = dynoxide::Database::new(path).map_err(failed)?;
        engine.enable_bulk_loading().map_err(failed)?;
        Ok(Self { engine, served: None, streams: true })
    }

    /// A database that is gone with its test.
    pub fn in_memory() -> Result<Self> {
        Ok(Self { engine: dynoxide::Database::memory().map_err(failed)?, served: None, streams: true })
    }

    /// Leaves out the tables' streams. This engine keeps a stream's records for ever and reads all of them to number
    /// the next one, so that writing becomes slower with each.
    #[must_use]
    pub fn without_streams(self) -> Self {
        Self { streams: false, ..self }
    }

    /// Serves DynamoDB's API on a port; 0 takes any.
    pub async fn serve(&mut self, port: u16) -> Result<JoinHandle<()>> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let client = Client::new(&sdk_config(&endpoint));
        self.served = Some((endpoint, client));
        let engine = self.engine.clone();
        Ok(tokio::spawn(async move {
            if let Err(error) = dynoxide::server::serve_with_shutdown(listener, engine, std::future::pending()).await {
                eprintln!("The database has stopped: {error}");
            }
        }))
    }

    /// The SDK's client of this database.
    pub fn client(&self) -> Result<&Client> {
        Ok(&self.served()?.1)
    }

    /// Where DynamoDB's API is served.
    pub fn endpoint(&self) -> Result<&str> {
        Ok(&self.served()?.0)
    }

    fn served(&self) -> Result<&(String, Client)> {
        self.served.as_ref().context("the database is not served yet")
    }

    /// The engine itself, for its stream records and its TTL sweep.
    pub fn engine(&self) -> &dynoxide::Database {
        &self.engine
    }

    /// Creates the tables of a SAM template, keys, indexes, streams and TTL attributes included. What is there stays.
    pub fn create_tables(&self, template: &Path) -> Result<()> {
        let template = std::fs::read_to_string(template).context("the template cannot be read")?;
        for table in tables_of(&template)? {
            let name = table["TableName"].as_str().context("a table without name")?.to_owned();
            let ttl = table["TimeToLiveSpecification"].clone();
            let mut create = table;
            create["BillingMode"] = json!("PAY_PER_REQUEST");
            let members = create.as_object_mut().context("a table is no mapping")?;
            if !self.streams {
                members.remove("StreamSpecification");
            } else if let Some(stream) = members.get_mut("StreamSpecification") {
                stream["StreamEnabled"] = json!(true);
            }
            members.retain(|member, _| {
                let known = [
                    "TableName",
                    "KeySchema",
                    "AttributeDefinitions",
                    "GlobalSecondaryIndexes",
                    "BillingMode",
                    "StreamSpecification",
                ];
                known.contains(&member.as_str())
            });
            let exists = self.engine.get_table_metadata(&name).map_err(failed)?.is_some();
            if exists {
                continue;
            }
            let created = self.engine.create_table(serde_json::from_value(create)?);
            created.map_err(failed).with_context(|| format!("table {name} cannot be created"))?;
            if !ttl.is_null() {
                let update = json!({ "TableName": name, "TimeToLiveSpecification": ttl });
                self.engine.update_time_to_live(serde_json::from_value(update)?).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Writes residents into the registry.
    pub async fn seed(&self, residents: &[Resident]) -> Result<()> {
        for resident in residents {
            self.put("residents", resident).await?;
        }
        Ok(())
    }

    /// Writes many items at once, all or none, past DynamoDB's API. Streams do not record them.
    pub fn import(&self, table: &str, items: &[serde_dynamo::Item]) -> Result<()> {
        let items = serde_json::from_value(serde_json::to_value(items)?)?;
        self.engine.import_items(&format!("{PREFIX}{table}"), items, ImportOptions::default()).map_err(failed)?;
        Ok(())
    }

    /// Registers an integrator, as ops would.
    pub async fn register(&self, integrator: &Integrator) -> Result<()> {
        self.put("integrators", integrator).await
    }

    /// Deletes what TTL says, every few minutes; on AWS this takes hours.
    pub fn sweep(&self) -> JoinHandle<()> {
        let engine = self.engine.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_mins(5)).await;
                let engine = engine.clone();
                let swept = tokio::task::spawn_blocking(move || engine.sweep_ttl()).await;
                if let Ok(Err(error)) = swept {
                    eprintln!("The TTL sweep failed: {error}");
                }
            }
        })
    }

    async fn put<T: Serialize>(&self, table: &str, entity: &T) -> Result<()> {
        let item = serde_dynamo::to_item(entity)?;
        let put = self.client()?.put_item().table_name(format!("{PREFIX}{table}")).set_item(Some(item));
        put.send().await.with_context(|| format!("{table} cannot be written"))?;
        Ok(())
    }
}

/// The `AWS::DynamoDB::Table` resources of a template, named as the local stack names them.
fn tables_of(template: &str) -> Result<Vec<Value>> {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(template).context("the template is not YAML")?;
    let resources = template.get("Resources").and_then(|resources| resources.as_mapping());
    let tables = resources
        .context("the template has no resources")?
        .values()
        .filter(|resource| resource.get("Type").and_then(|kind| kind.as_str()) == Some("AWS::DynamoDB::Table"));
    tables
        .map(|table| {
            let mut properties = without_tags(table.get("Properties").context("a table without properties")?)?;
            let name = properties["TableName"].as_str().context("a table without a TableName")?;
            let name = name.rsplit('-').next().unwrap_or_default();
            properties["TableName"] = json!(format!("{PREFIX}{name}"));
            Ok(properties)
        })
        .collect()
}

/// YAML as JSON; of `!Sub` and the like, only the argument is kept.
fn without_tags(value: &serde_yaml_ng::Value) -> Result<Value> {
    use serde_yaml_ng::Value as Yaml;
    Ok(match value {
        Yaml::Tagged(tagged) => without_tags(&tagged.value)?,
        Yaml::Sequence(items) => items.iter().map(without_tags).collect::<Result<Vec<_>>>()?.into(),
        Yaml::Mapping(members) => {
            let members = members.iter().map(|(name, value)| {
                let name = name.as_str().context("a member's name is no text")?;
                Ok((name.to_owned(), without_tags(value)?))
            });
            Value::Object(members.collect::<Result<_>>()?)
        }
        scalar => serde_json::to_value(scalar)?,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands errors over by value")]
fn failed(error: dynoxide::DynoxideError) -> anyhow::Error {
    anyhow!("the database refuses: {error}")
}
