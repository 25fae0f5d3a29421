//! The embedded DynamoDB, or an account of another one, with the tables that the deployment template declares.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use dynoxide::ImportOptions;
use ikd::domain::integrator::Integrator;
use ikd::domain::resident::Resident;
use operator_base::aws::{sdk_config, sdk_config_as};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::dynamodb::{Account, Operation};

/// The local tables' prefix, where a deployment has its stack's name.
pub const PREFIX: &str = "ikd-local-";

/// A DynamoDB with the service's tables.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    /// Where it is served, and the SDK's client of it.
    served: Option<Served>,
    /// Whether created tables get the streams that the template gives them.
    streams: bool,
    /// Whether they get its TTL attributes.
    expiry: bool,
}

/// Who keeps the tables.
#[derive(Clone)]
enum Engine {
    /// Dynoxide, in this process.
    Embedded(dynoxide::Database),
    /// Another process.
    Elsewhere(Account),
}

#[derive(Clone)]
struct Served {
    endpoint: String,
    config: SdkConfig,
    client: Client,
}

impl Served {
    fn at(endpoint: String, config: SdkConfig) -> Self {
        let client = Client::new(&config);
        Self { endpoint, config, client }
    }
}

impl Database {
    /// A database in a file. It survives the end of its process, and not always a power failure: the engine commits each item by
    /// itself, even those of one batch, and would wait for the disk each time.
    pub fn open(path: &Path) -> Result<Self> {
        let path = path.to_str().context("the database's path is not UTF-8")?;
        let engine = dynoxide::Database::new(path).map_err(failed)?;
        engine.enable_bulk_loading().map_err(failed)?;
        Ok(Self::embedded_in(engine))
    }

    /// A database that is gone with its test.
    pub fn in_memory() -> Result<Self> {
        Ok(Self::embedded_in(dynoxide::Database::memory().map_err(failed)?))
    }

    fn embedded_in(engine: dynoxide::Database) -> Self {
        Self { engine: Engine::Embedded(engine), served: None, streams: true, expiry: true }
    }

    /// An account of an engine that another process serves, by its access key. Its tables get no TTL attributes: the engine
    /// would delete by the machine's clock, and tests have a clock of their own.
    pub fn elsewhere(endpoint: &str, access_key: &str) -> Self {
        let served = Served::at(endpoint.to_owned(), sdk_config_as(endpoint, access_key));
        let engine = Engine::Elsewhere(Account::new(endpoint, access_key));
        Self { engine, served: Some(served), streams: true, expiry: false }
    }

    /// Leaves out the tables' streams. This engine keeps a stream's records for ever and reads all of them to number
    /// the next one, so that writing becomes slower with each.
    #[must_use]
    pub fn without_streams(self) -> Self {
        Self { streams: false, ..self }
    }

    /// Serves DynamoDB's API on a port; 0 takes any. An error if another process serves it already.
    pub async fn serve(&mut self, port: u16) -> Result<JoinHandle<()>> {
        let engine = self.embedded()?.clone();
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let config = sdk_config(&endpoint);
        self.served = Some(Served::at(endpoint, config));
        Ok(tokio::spawn(async move {
            if let Err(error) = dynoxide::server::serve_with_shutdown(listener, engine, std::future::pending()).await {
                eprintln!("The database has stopped: {error}");
            }
        }))
    }

    /// The SDK's client of this database.
    pub fn client(&self) -> Result<&Client> {
        Ok(&self.served()?.client)
    }

    /// What the SDK's other clients of it are made from.
    pub fn config(&self) -> Result<&SdkConfig> {
        Ok(&self.served()?.config)
    }

    /// Where DynamoDB's API is served.
    pub fn endpoint(&self) -> Result<&str> {
        Ok(&self.served()?.endpoint)
    }

    fn served(&self) -> Result<&Served> {
        self.served.as_ref().context("the database is not served yet")
    }

    /// The access key of its account. An embedded database has one account, and takes any.
    pub fn access_key(&self) -> &str {
        match &self.engine {
            Engine::Embedded(_) => "local",
            Engine::Elsewhere(account) => account.access_key(),
        }
    }

    /// The engine itself, for what DynamoDB's API does not offer. An error if it is in another process.
    pub fn embedded(&self) -> Result<&dynoxide::Database> {
        match &self.engine {
            Engine::Embedded(engine) => Ok(engine),
            Engine::Elsewhere(_) => Err(anyhow!("the database is in another process")),
        }
    }

    /// One call of DynamoDB's API, past the SDK and whatever lies between it and the database. It blocks the thread.
    pub fn call(&self, operation: Operation, request: Value) -> Result<Value> {
        match &self.engine {
            Engine::Embedded(engine) => embedded_call(engine, operation, request),
            Engine::Elsewhere(account) => {
                account.ask_blocking(operation, request)?.map_err(|refusal| anyhow!("the database refuses: {refusal}"))
            }
        }
    }

    /// Every item of a table, in DynamoDB's JSON.
    pub fn items(&self, table: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut scan = json!({ "TableName": format!("{PREFIX}{table}"), "ConsistentRead": true });
        loop {
            let mut page = self.call(Operation::Scan, scan.clone())?;
            items.extend(page["Items"].as_array_mut().map(std::mem::take).unwrap_or_default());
            match page["LastEvaluatedKey"].take() {
                Value::Null => return Ok(items),
                last => scan["ExclusiveStartKey"] = last,
            }
        }
    }

    /// Creates the tables of a SAM template, keys, indexes, streams and TTL attributes included. What is there stays.
    pub fn create_tables(&self, template: &Path) -> Result<()> {
        let template = std::fs::read_to_string(template).context("the template cannot be read")?;
        let existing = self.call(Operation::ListTables, json!({}))?["TableNames"].take();
        for table in tables_of(&template)? {
            let is_there = existing.as_array().is_some_and(|names| names.contains(&table["TableName"]));
            if !is_there {
                self.create_table(table)?;
            }
        }
        Ok(())
    }

    /// Creates one table from a template's properties of it.
    fn create_table(&self, properties: Value) -> Result<()> {
        const KNOWN: [&str; 6] = [
            "TableName",
            "KeySchema",
            "AttributeDefinitions",
            "GlobalSecondaryIndexes",
            "BillingMode",
            "StreamSpecification",
        ];

        let name = properties["TableName"].as_str().context("a table without name")?.to_owned();
        let ttl = properties["TimeToLiveSpecification"].clone();
        let mut create = properties;
        create["BillingMode"] = json!("PAY_PER_REQUEST");
        let members = create.as_object_mut().context("a table is no mapping")?;
        if !self.streams {
            members.remove("StreamSpecification");
        } else if let Some(stream) = members.get_mut("StreamSpecification") {
            stream["StreamEnabled"] = json!(true);
        }
        members.retain(|member, _| KNOWN.contains(&member.as_str()));
        self.call(Operation::CreateTable, create).with_context(|| format!("table {name} cannot be created"))?;
        if self.expiry && !ttl.is_null() {
            let update = json!({ "TableName": name, "TimeToLiveSpecification": ttl });
            self.call(Operation::UpdateTimeToLive, update)?;
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
        self.embedded()?.import_items(&format!("{PREFIX}{table}"), items, ImportOptions::default()).map_err(failed)?;
        Ok(())
    }

    /// Registers an integrator, as ops would.
    pub async fn register(&self, integrator: &Integrator) -> Result<()> {
        self.put("integrators", integrator).await
    }

    /// Deletes what TTL says, every few minutes; on AWS this takes hours. Only the embedded engine has to be asked for it.
    pub fn sweep(&self) -> Result<JoinHandle<()>> {
        let engine = self.embedded()?.clone();
        Ok(tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_mins(5)).await;
                let engine = engine.clone();
                let swept = tokio::task::spawn_blocking(move || engine.sweep_ttl()).await;
                if let Ok(Err(error)) = swept {
                    eprintln!("The TTL sweep failed: {error}");
                }
            }
        }))
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

/// The embedded engine's own functions, by the operations that they are.
fn embedded_call(engine: &dynoxide::Database, operation: Operation, request: Value) -> Result<Value> {
    use serde_json::from_value as read;
    match operation {
        Operation::CreateTable => answer(engine.create_table(read(request)?)),
        Operation::DeleteTable => answer(engine.delete_table(read(request)?)),
        Operation::DescribeTable => answer(engine.describe_table(read(request)?)),
        Operation::ListTables => answer(engine.list_tables(read(request)?)),
        Operation::UpdateTimeToLive => answer(engine.update_time_to_live(read(request)?)),
        Operation::DescribeTimeToLive => answer(engine.describe_time_to_live(read(request)?)),
        Operation::PutItem => answer(engine.put_item(read(request)?)),
        Operation::GetItem => answer(engine.get_item(read(request)?)),
        Operation::UpdateItem => answer(engine.update_item(read(request)?)),
        Operation::DeleteItem => answer(engine.delete_item(read(request)?)),
        Operation::Query => answer(engine.query(read(request)?)),
        Operation::Scan => answer(engine.scan(read(request)?)),
        Operation::BatchGetItem => answer(engine.batch_get_item(read(request)?)),
        Operation::BatchWriteItem => answer(engine.batch_write_item(read(request)?)),
        Operation::TransactGetItems => answer(engine.transact_get_items(read(request)?)),
        Operation::TransactWriteItems => answer(engine.transact_write_items(read(request)?)),
        Operation::ListStreams => answer(engine.list_streams(read(request)?)),
        Operation::DescribeStream => answer(engine.describe_stream(read(request)?)),
        Operation::GetShardIterator => answer(engine.get_shard_iterator(read(request)?)),
        Operation::GetRecords => answer(engine.get_records(read(request)?)),
    }
}

fn answer<T: Serialize>(answered: dynoxide::Result<T>) -> Result<Value> {
    Ok(serde_json::to_value(answered.map_err(failed)?)?)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands errors over by value")]
fn failed(error: dynoxide::DynoxideError) -> anyhow::Error {
    anyhow!("the database refuses: {error}")
}
