//! The registry's table in batches: which digests it holds, and puts that are repeated until they are accepted.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use ikd::aws::describe_failure;
use ikd::domain::Digest;
use ikd::domain::nik::Nik;
use ikd::domain::resident::Resident;

use super::Backoff;

/// Keys that one BatchGetItem takes.
pub const READ_BATCH: usize = 100;

/// Items that one BatchWriteItem takes.
pub const WRITE_BATCH: usize = 25;

/// The attribute of a row's digest. No function reads it: it is no member of a resident.
const DIGEST: &str = "import_digest";

type Item = HashMap<String, AttributeValue>;

/// The table of residents.
#[derive(Clone)]
pub struct Table {
    pub client: Client,
    pub name: String,
    pub backoff: Backoff,
}

/// A row as the table holds it.
pub struct Stored {
    nik: Nik,
    digest: Digest,
    resident: Resident,
}

impl Stored {
    /// Identifies what a row says. The version changes when the form of rows changes, so that all are written again.
    pub fn new(mut resident: Resident) -> Result<Self> {
        const VERSION: &[u8] = b"resident 1";

        let photo = std::mem::take(&mut resident.photo);
        let json = serde_json::to_vec(&resident)?;
        let digest = Digest::of(&[VERSION, &json, &photo]);
        resident.photo = photo;
        Ok(Self { nik: resident.nik.clone(), digest, resident })
    }

    /// Whether the table holds it already.
    pub fn is_in(&self, digests: &HashMap<String, String>) -> bool {
        digests.get(self.nik.as_str()).is_some_and(|digest| digest == self.digest.as_str())
    }

    pub fn nik(&self) -> &Nik {
        &self.nik
    }

    fn put(&self) -> Result<WriteRequest> {
        let mut item: Item = serde_dynamo::to_item(&self.resident)?;
        item.insert(DIGEST.to_owned(), AttributeValue::S(self.digest.as_str().to_owned()));
        Ok(WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build()?).build())
    }
}

impl Table {
    /// The digests of the rows that the table holds, by NIK; at most [`READ_BATCH`] are asked for.
    pub async fn digests(&self, rows: &[Stored]) -> Result<HashMap<String, String>> {
        let key = |row: &Stored| Item::from([("nik".to_owned(), AttributeValue::S(row.nik.as_str().to_owned()))]);
        let asked = KeysAndAttributes::builder().projection_expression(format!("nik, {DIGEST}")).consistent_read(true);
        let mut left = Some(asked.set_keys(Some(rows.iter().map(key).collect())).build()?);
        let (mut digests, mut attempt) = (HashMap::new(), 1);
        while let Some(asked) = left.take() {
            let before = asked.keys().len();
            match self.client.batch_get_item().request_items(&self.name, asked.clone()).send().await {
                Ok(answer) => {
                    let items = answer.responses.and_then(|mut tables| tables.remove(&self.name)).unwrap_or_default();
                    let pairs = items.into_iter().filter_map(|item| Some((text(&item, "nik")?, text(&item, DIGEST)?)));
                    digests.extend(pairs);
                    left = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.name));
                }
                Err(error) => {
                    self.ensure_passes(&error)?;
                    left = Some(asked);
                }
            }
            let achieved = left.as_ref().is_some_and(|left| left.keys().len() < before);
            attempt = if achieved { 1 } else { attempt };
            if left.is_some() {
                attempt = self.wait(attempt).await?;
            }
        }
        Ok(digests)
    }

    /// Puts rows with different NIK, at most [`WRITE_BATCH`]. A put that happens twice does no harm.
    pub async fn put(&self, rows: &[Stored]) -> Result<()> {
        let mut left: Vec<WriteRequest> = rows.iter().map(Stored::put).collect::<Result<_>>()?;
        let mut attempt = 1;
        while !left.is_empty() {
            let before = left.len();
            match self.client.batch_write_item().request_items(&self.name, left.clone()).send().await {
                Ok(answer) => {
                    let unprocessed = answer.unprocessed_items.and_then(|mut tables| tables.remove(&self.name));
                    left = unprocessed.unwrap_or_default();
                }
                Err(error) => self.ensure_passes(&error)?,
            }
            attempt = if left.len() < before { 1 } else { attempt };
            if !left.is_empty() {
                attempt = self.wait(attempt).await?;
            }
        }
        Ok(())
    }

    /// Waits after an attempt that left something over; gives the number of the next.
    async fn wait(&self, attempt: u32) -> Result<u32> {
        if attempt >= self.backoff.attempts {
            bail!("{} did not take anything in {attempt} attempts.", self.name);
        }
        tokio::time::sleep(self.backoff.delay(attempt)).await;
        Ok(attempt + 1)
    }

    /// Fails where no repetition helps, as with a table that does not exist.
    fn ensure_passes<E: ProvideErrorMetadata, R>(&self, error: &SdkError<E, R>) -> Result<()> {
        const PASSING: [&str; 5] = [
            "ProvisionedThroughputExceededException",
            "ThrottlingException",
            "RequestLimitExceeded",
            "InternalServerError",
            "ServiceUnavailable",
        ];

        let passes = match error {
            SdkError::ServiceError(error) => error.err().code().is_some_and(|code| PASSING.contains(&code)),
            SdkError::ConstructionFailure(_) => false,
            _ => true,
        };
        if passes {
            Ok(())
        } else {
            Err(anyhow::anyhow!(describe_failure(error))).context(format!("{} cannot be used", self.name))
        }
    }
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}
