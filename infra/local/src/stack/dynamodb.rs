//! DynamoDB's API in its own JSON, without the SDK: what the stack and the tests ask a database for themselves.

use std::fmt::{self, Display, Formatter};
use std::sync::LazyLock;
use std::sync::mpsc;

use anyhow::{Context, Result};
use reqwest::Client;
use serde_json::Value;
use tokio::runtime::{self, Runtime};

/// An operation of DynamoDB or of its streams, by the name that AWS gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    CreateTable,
    DeleteTable,
    DescribeTable,
    ListTables,
    UpdateTimeToLive,
    DescribeTimeToLive,
    PutItem,
    GetItem,
    UpdateItem,
    DeleteItem,
    Query,
    Scan,
    BatchGetItem,
    BatchWriteItem,
    TransactGetItems,
    TransactWriteItems,
    ListStreams,
    DescribeStream,
    GetShardIterator,
    GetRecords,
}

impl Operation {
    /// What the header `X-Amz-Target` says.
    fn target(self) -> String {
        let api = match self {
            Self::ListStreams | Self::DescribeStream | Self::GetShardIterator | Self::GetRecords => {
                "DynamoDBStreams_20120810"
            }
            _ => "DynamoDB_20120810",
        };
        format!("{api}.{self:?}")
    }
}

/// Why DynamoDB refuses a call: the whole body of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub Value);

impl Refusal {
    /// The exception's name, without the namespace.
    pub fn code(&self) -> &str {
        let code = self.0["__type"].as_str().unwrap_or_default();
        code.rsplit('#').next().unwrap_or_default()
    }

    /// What the answer says of it.
    pub fn message(&self) -> &str {
        ["message", "Message"].into_iter().find_map(|name| self.0[name].as_str()).unwrap_or_default()
    }
}

impl Display for Refusal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code(), self.message())
    }
}

/// An account of a DynamoDB that is served somewhere.
#[derive(Clone, Debug)]
pub struct Account {
    endpoint: String,
    /// The access key. An engine that separates accounts reads the account's number from it.
    access_key: String,
}

impl Account {
    /// The account with an access key, at an endpoint.
    pub fn new(endpoint: &str, access_key: &str) -> Self {
        Self { endpoint: endpoint.trim_end_matches('/').to_owned(), access_key: access_key.to_owned() }
    }

    /// The access key that names the account.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// Asks, and waits for the answer. The outer error says that there was none.
    pub async fn ask(&self, http: &Client, operation: Operation, request: &Value) -> Result<Result<Value, Refusal>> {
        // Engines read from it who asks. None of those here checks signatures.
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/ap-southeast-3/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
            self.access_key
        );
        let sent = http
            .post(format!("{}/", self.endpoint))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", operation.target())
            .header("x-amz-date", "20260101T000000Z")
            .header("authorization", authorization)
            .body(request.to_string())
            .send();
        let answer = sent.await.with_context(|| format!("the database does not answer {operation:?}"))?;
        let succeeded = answer.status().is_success();
        let body: Value = serde_json::from_slice(&answer.bytes().await?)
            .with_context(|| format!("the database's answer to {operation:?} is not JSON"))?;
        Ok(if succeeded { Ok(body) } else { Err(Refusal(body)) })
    }

    /// The same, for callers that cannot await: it blocks the thread until the answer is there.
    pub fn ask_blocking(&self, operation: Operation, request: Value) -> Result<Result<Value, Refusal>> {
        static BESIDE: LazyLock<Result<(Runtime, Client)>> = LazyLock::new(|| {
            let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
            Ok((runtime, client()?))
        });

        let (runtime, http) = BESIDE.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?;
        let (answer, answered) = mpsc::channel();
        let account = self.clone();
        runtime.spawn(async move {
            // Nobody waits any more if the asking thread has ended.
            drop(answer.send(account.ask(http, operation, &request).await));
        });
        answered.recv().context("the call has ended without an answer")?
    }
}

/// An HTTP client for databases on this machine, which have no TLS: reading the system's certificates would take longer
/// than most calls.
pub fn client() -> Result<Client> {
    Ok(Client::builder().tls_certs_only([]).build()?)
}
