//! Dead letters: batches of stream records that were given up. A letter names stream, shard and sequence numbers, not the
//! records; the stream keeps those for 24 hours.

use std::fmt;

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_sqs::types::Message;
use ikd::domain::notice::{Notice, NoticeState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Deployment, Plan};

/// What Lambda writes (AWS Lambda Developer Guide, "retain discarded records for a DynamoDB event source").
#[derive(Deserialize)]
struct Letter {
    #[serde(rename = "requestContext")]
    context: RequestContext,
    #[serde(rename = "DDBStreamBatchInfo")]
    batch: Batch,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    function_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    stream_arn: String,
    shard_id: String,
    start_sequence_number: String,
    end_sequence_number: String,
    batch_size: usize,
}

/// What was given up.
#[derive(Debug, Serialize)]
pub struct GivenUp {
    /// Of streams, by function.
    pub records: Vec<Records>,
    /// Of integrators that did not take them.
    pub notices: Vec<NotTaken>,
}

/// A batch of records, which `replay-dead-letters` hands on again.
#[derive(Debug, Serialize)]
pub struct Records {
    pub function: String,
    pub number: usize,
    pub shard: String,
    pub from: String,
}

/// A notice that no try brought to its integrator. Its redemption can be asked for no more.
#[derive(Debug, Serialize)]
pub struct NotTaken {
    pub client_id: String,
    pub redemption: String,
    pub ended_at: Timestamp,
    pub given_up_at: Timestamp,
}

/// Looks for everything that was given up.
pub async fn given_up(deployment: &Deployment, queue_url: &str) -> Result<GivenUp> {
    let letters = receive(deployment, queue_url).await?;
    let records = letters.into_iter().map(|(_, Letter { context, batch })| Records {
        function: context.function_arn,
        number: batch.batch_size,
        shard: batch.shard_id,
        from: batch.start_sequence_number,
    });
    Ok(GivenUp { records: records.collect(), notices: notices(deployment).await? })
}

async fn notices(deployment: &Deployment) -> Result<Vec<NotTaken>> {
    let scan = deployment
        .clients
        .dynamodb
        .scan()
        .table_name(deployment.table("notices"))
        .filter_expression("#state = :given_up")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":given_up", AttributeValue::S("given-up".to_owned()));
    let mut pages = scan.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(item) = pages.next().await {
        let notice: Notice = serde_dynamo::from_item(item.context("the notices cannot be read")?)?;
        let NoticeState::GivenUp { given_up_at } = notice.state else { continue };
        let Notice { client_id, redemption, ended_at, .. } = notice;
        found.push(NotTaken { client_id, redemption: redemption.as_str().to_owned(), ended_at, given_up_at });
    }
    found.sort_by(|one, other| (&one.client_id, one.ended_at).cmp(&(&other.client_id, other.ended_at)));
    Ok(found)
}

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Records { function, number, shard, from } in &self.records {
            writeln!(f, "{number} records from {from} of {shard}, for {function}")?;
        }
        for NotTaken { client_id, redemption, ended_at, given_up_at } in &self.notices {
            writeln!(f, "notice to {client_id}: {redemption} ended at {ended_at}, given up at {given_up_at}")?;
        }
        write!(f, "batches of records: {}, notices: {}", self.records.len(), self.notices.len())
    }
}

/// Finds the letters of a queue; each is to be handed on and deleted.
pub async fn replay<'a>(deployment: &'a Deployment, queue_url: &str) -> Result<Plan<'a>> {
    let letters = receive(deployment, queue_url).await?;
    let changes = letters.iter().map(|(_, letter)| {
        let Batch { shard_id, start_sequence_number, batch_size, .. } = &letter.batch;
        format!("{batch_size} records from {start_sequence_number} of {shard_id} go to {}", letter.context.function_arn)
    });
    let changes = changes.collect();
    let queue = queue_url.to_owned();
    let change = move || -> super::Change<'a> { Box::pin(hand_on(deployment, queue, letters)) };
    Ok(Plan { subject: queue_url.to_owned(), changes, change: Box::new(change) })
}

/// Reads what waits. Nothing stays hidden: an operator who only looks must not keep letters from one who hands them on,
/// and handing one on twice does no harm.
async fn receive(deployment: &Deployment, queue_url: &str) -> Result<Vec<(Message, Letter)>> {
    const MAX_MESSAGES: usize = 1_000;
    const HIDDEN_MEANWHILE_SECONDS: i32 = 300;
    /// Waiting asks all of a queue's servers; not waiting asks some.
    const WAITED_SECONDS: i32 = 1;

    let queues = &deployment.clients.queues;
    let mut messages = Vec::new();
    while messages.len() < MAX_MESSAGES {
        let receive = queues
            .receive_message()
            .queue_url(queue_url)
            .max_number_of_messages(10)
            .wait_time_seconds(WAITED_SECONDS)
            .visibility_timeout(HIDDEN_MEANWHILE_SECONDS);
        let received = receive.send().await.context("the queue cannot be read")?.messages.unwrap_or_default();
        if received.is_empty() {
            break;
        }
        messages.extend(received);
    }
    for message in &messages {
        let show = queues.change_message_visibility().queue_url(queue_url).visibility_timeout(0);
        let shown = show.set_receipt_handle(message.receipt_handle.clone()).send().await;
        shown.context("a letter that was read stays hidden for five minutes")?;
    }
    let letters = messages.into_iter().map(|message| {
        let letter = serde_json::from_str(message.body.as_deref().unwrap_or_default());
        Ok((message, letter.context("a message of the queue is no dead letter of a stream")?))
    });
    letters.collect()
}

/// Hands every letter on. One that cannot be done does not hold up the others, and stays in the queue.
async fn hand_on(deployment: &Deployment, queue_url: String, letters: Vec<(Message, Letter)>) -> Result<Value> {
    let mut done = 0;
    let mut left = Vec::new();
    for (message, letter) in letters {
        match replay_one(deployment, &letter).await {
            Ok(()) => {
                let receipt = message.receipt_handle.context("a message without handle")?;
                let delete = deployment.clients.queues.delete_message().queue_url(&queue_url).receipt_handle(receipt);
                delete.send().await.context("a letter that is done cannot be deleted")?;
                done += 1;
            }
            Err(error) => left.push(format!("{}: {error:#}", letter.batch.start_sequence_number)),
        }
    }
    ensure!(left.is_empty(), "{done} letters are done; these wait on:\n{}", left.join("\n"));
    Ok(json!({ "letters": done }))
}

/// Hands the records on, in batches as large as the letter's was. There may be others between them, which the mapping's
/// filter keeps from the function and this does not. Functions ignore them.
async fn replay_one(deployment: &Deployment, letter: &Letter) -> Result<()> {
    let records = records(deployment, &letter.batch).await?;
    for batch in records.chunks(letter.batch.batch_size.max(1)) {
        invoke(deployment, &letter.context.function_arn, batch).await?;
    }
    Ok(())
}

async fn invoke(deployment: &Deployment, function: &str, records: &[Value]) -> Result<()> {
    let payload = json!({ "Records": records }).to_string();
    let invoke = deployment.clients.functions.invoke().function_name(function).payload(Blob::new(payload));
    let answer = invoke.send().await.context("the function cannot be called")?;
    ensure!(answer.function_error.is_none(), "the function failed");
    let answer = answer.payload.map(Blob::into_inner).unwrap_or_default();
    let answer: Value = serde_json::from_slice(&answer).context("the function's answer is no JSON")?;
    let failures = answer["batchItemFailures"].as_array().context("the function does not tell what failed")?;
    ensure!(failures.is_empty(), "the function could not do it this time, either: its log says why");
    Ok(())
}

/// A letter's records, as Lambda hands them on: all of them, or an error.
async fn records(deployment: &Deployment, batch: &Batch) -> Result<Vec<Value>> {
    /// A stream may answer with nothing although more comes.
    const EMPTY_ANSWERS: u32 = 20;

    let streams = &deployment.clients.streams;
    let iterator = streams
        .get_shard_iterator()
        .stream_arn(&batch.stream_arn)
        .shard_id(&batch.shard_id)
        .shard_iterator_type(ShardIteratorType::AtSequenceNumber)
        .sequence_number(&batch.start_sequence_number);
    let iterator = iterator.send().await.map_err(|error| match error.into_service_error() {
        gone if gone.is_trimmed_data_access_exception() || gone.is_resource_not_found_exception() => {
            anyhow::anyhow!("the stream has forgotten the records: see DeadLettersAlarm in docs/operations.md")
        }
        other => anyhow::Error::new(other).context("the stream cannot be read"),
    })?;
    let mut next = iterator.shard_iterator;
    let mut found = Vec::new();
    let mut empty = 0;
    while let Some(iterator) = next.filter(|_| empty < EMPTY_ANSWERS) {
        let read = streams.get_records().shard_iterator(iterator).send().await.context("the stream cannot be read")?;
        let records = read.records.unwrap_or_default();
        empty = if records.is_empty() { empty + 1 } else { 0 };
        for record in records {
            let number = record.dynamodb.as_ref().and_then(|change| change.sequence_number.clone());
            let number = number.context("a record without sequence number")?;
            let is_last = number == batch.end_sequence_number;
            found.push(as_event(record)?);
            if is_last {
                return Ok(found);
            }
        }
        next = read.next_shard_iterator;
    }
    bail!("the stream ends before {}: {} records are there", batch.end_sequence_number, found.len())
}

/// A record as an event source mapping writes it.
fn as_event(record: Record) -> Result<Value> {
    let change = record.dynamodb.context("a record without change")?;
    let image = |image: Option<std::collections::HashMap<String, aws_sdk_dynamodbstreams::types::AttributeValue>>| {
        image.map(|item| serde_json::to_value(serde_dynamo::Item::from(item)))
    };
    Ok(json!({
        "eventID": record.event_id,
        "eventName": record.event_name.map(|name| name.as_str().to_owned()),
        "eventSource": "aws:dynamodb",
        "eventVersion": record.event_version,
        "awsRegion": record.aws_region,
        "dynamodb": {
            "ApproximateCreationDateTime": change.approximate_creation_date_time.map(|at| at.secs()),
            "Keys": image(change.keys).transpose()?.unwrap_or_else(|| json!({})),
            "NewImage": image(change.new_image).transpose()?.unwrap_or_else(|| json!({})),
            "OldImage": image(change.old_image).transpose()?.unwrap_or_else(|| json!({})),
            "SequenceNumber": change.sequence_number,
            "SizeBytes": change.size_bytes,
            "StreamViewType": change.stream_view_type.map(|view| view.as_str().to_owned()),
        },
    }))
}
