//! What event source mappings do on AWS: read a table's stream and invoke its function, in order, until done.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use super::Ports;
use super::database::{Database, PREFIX};
use super::dynamodb::Operation;

/// A table's stream and the function that it calls.
#[derive(Clone, Copy, Debug)]
pub struct Mapping {
    pub table: &'static str,
    pub function: &'static str,
}

/// The event source mapping of every step that declares to follow a table's stream.
pub fn mappings() -> impl Iterator<Item = Mapping> {
    catalogue::streams().map(|(step, stream)| Mapping { table: stream.table.suffix(), function: step.name })
}

/// Records of one invocation, at most.
const BATCH: usize = 10;

/// A running mapping; dropping this ends it.
pub struct Pump {
    task: JoinHandle<()>,
    /// How often the stream was found to be worked off.
    rests: watch::Receiver<u64>,
}

impl Pump {
    /// Waits until whatever is in the stream now is worked off.
    pub async fn rest(&mut self) -> Result<()> {
        // It may have looked just before the last record came, so the second look counts.
        let enough = *self.rests.borrow() + 2;
        self.rests.wait_for(|rests| *rests >= enough).await?;
        Ok(())
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts to pump, from the oldest record on: the function knows what was done before.
pub fn start(mapping: Mapping, database: Database, ports: Ports) -> Result<Pump> {
    let address = ports.invocation_url(mapping.function)?;
    let http = reqwest::Client::builder().timeout(Duration::from_mins(1)).build()?;
    let (resting, rests) = watch::channel(0);
    let task = tokio::spawn(async move {
        let mut position = None;
        loop {
            match pump(mapping, &database, &http, &address, &mut position).await {
                Ok(true) => {}
                Ok(false) => {
                    resting.send_modify(|rests| *rests += 1);
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => {
                    eprintln!("The stream of {} waits: {error:#}", mapping.table);
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
            }
        }
    });
    Ok(Pump { task, rests })
}

/// Reads and hands on one batch; whether there was one. The position moves only past records that are done.
async fn pump(
    mapping: Mapping,
    database: &Database,
    http: &reqwest::Client,
    address: &Url,
    position: &mut Option<String>,
) -> Result<bool> {
    let records = read(database, mapping.table, position.as_deref())?;
    if records.is_empty() {
        return Ok(false);
    }
    let answer = http.post(address.clone()).json(&json!({ "Records": records })).send().await?;
    if !answer.status().is_success() {
        bail!("{} answered {}", mapping.function, answer.status());
    }
    let failures: Value = answer.json().await?;
    let failed = failures["batchItemFailures"][0]["itemIdentifier"].as_str();
    let done = match failed {
        Some(failed) => records.iter().take_while(|record| sequence_number(record) != Some(failed)).count(),
        None => records.len(),
    };
    if let Some(last) = done.checked_sub(1).and_then(|last| records.get(last)) {
        *position = sequence_number(last).map(str::to_owned);
    }
    if failed.is_some() {
        bail!("a record could not be worked off and is repeated");
    }
    Ok(true)
}

/// The first records of a table's stream after a position.
pub fn read(database: &Database, table: &str, after: Option<&str>) -> Result<Vec<Value>> {
    let table = format!("{PREFIX}{table}");
    let streams = database.call(Operation::ListStreams, json!({ "TableName": table }))?;
    let arn = streams["Streams"][0]["StreamArn"].as_str().with_context(|| format!("{table} has no stream"))?;
    let described = database.call(Operation::DescribeStream, json!({ "StreamArn": arn }))?;
    let mut records = Vec::new();
    for shard in described["StreamDescription"]["Shards"].as_array().into_iter().flatten() {
        let kind = if after.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" };
        let mut ask = json!({ "StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": kind });
        if let Some(after) = after {
            ask["SequenceNumber"] = json!(after);
        }
        let iterator = database.call(Operation::GetShardIterator, ask)?["ShardIterator"].take();
        ensure!(iterator.is_string(), "a shard without an end");
        let mut read = database.call(Operation::GetRecords, json!({ "ShardIterator": iterator, "Limit": BATCH }))?;
        records.extend(read["Records"].as_array_mut().map(std::mem::take).unwrap_or_default());
    }
    Ok(records)
}

/// All records of a table's stream.
pub fn read_all(database: &Database, table: &str) -> Result<Vec<Value>> {
    let mut records: Vec<Value> = Vec::new();
    loop {
        let more = read(database, table, records.last().and_then(sequence_number))?;
        if more.is_empty() {
            return Ok(records);
        }
        records.extend(more);
    }
}

/// Where a record is in its stream.
pub fn sequence_number(record: &Value) -> Option<&str> {
    record["dynamodb"]["SequenceNumber"].as_str()
}
