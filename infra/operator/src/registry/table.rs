//! The registry's table in batches: what it holds of some rows, and puts that are repeated until they are accepted.

use std::collections::HashMap;

use anyhow::{Result, ensure};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, Select, WriteRequest};
use ikd::aws::describe_failure;
use ikd::domain::Digest;
use ikd::domain::resident::Resident;
use ikd::store::Attempts;
use serde::Serialize;

/// Keys that one BatchGetItem takes.
pub const READ_BATCH: usize = 100;

/// Items that one BatchWriteItem takes.
pub const WRITE_BATCH: usize = 25;

/// The attribute of a row's digest. No function reads it: it is no member of a resident.
const DIGEST: &str = "import_digest";

/// The index that has every row, and nothing of it but its keys.
const INDEX: &str = "by_family_card";

/// Attempts in a row without any progress, before giving up after one to two minutes.
const ATTEMPTS: u32 = 16;

type Item = HashMap<String, AttributeValue>;

/// The table of residents.
#[derive(Clone)]
pub struct Table {
    pub client: Client,
    pub name: String,
}

/// A row of the file as the table is to hold it, with the digest of what it says.
pub struct ImportRow {
    resident: Resident,
    digest: Digest,
}

/// A line of a file for DynamoDB's import from S3.
#[derive(Serialize)]
struct Line {
    #[serde(rename = "Item")]
    item: serde_dynamo::Item,
}

/// What the table holds of a resident: the digest of the row, and what decides whether they may have a digital identity.
pub struct Held {
    digest: Option<String>,
    deceased: Option<bool>,
    recorded: Option<bool>,
    municipality: Option<String>,
}

/// How far a row lets its resident have a digital identity here; a later one lets them do more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Dead, or of another municipality: not at all.
    Gone,
    /// They may use one that they have, and get no new one.
    NotRecorded,
    Recorded,
}

impl Standing {
    fn of(is_gone: bool, is_recorded: bool) -> Self {
        match (is_gone, is_recorded) {
            (true, _) => Self::Gone,
            (false, false) => Self::NotRecorded,
            (false, true) => Self::Recorded,
        }
    }
}

impl ImportRow {
    /// The version changes when the form of rows changes, so that all are written again.
    pub fn new(mut resident: Resident) -> Result<Self> {
        const VERSION: &[u8] = b"resident 1";

        let photo = std::mem::take(&mut resident.photo);
        let json = serde_json::to_vec(&resident)?;
        let digest = Digest::of(&[VERSION, &json, &photo]);
        resident.photo = photo;
        Ok(Self { resident, digest })
    }

    pub fn nik(&self) -> &str {
        self.resident.nik.as_str()
    }

    pub fn says_the_same_as(&self, held: &Held) -> bool {
        held.digest.as_deref() == Some(self.digest.as_str())
    }

    /// Whether the row takes the digital identity away from a resident: they become deceased or not recorded, or move away.
    /// Who had none to lose loses none, and a row that puts a wrong one right takes nothing away.
    pub fn takes_away_from(&self, held: &Held, municipality: &str) -> bool {
        Standing::of(self.resident.gone(municipality).is_some(), self.resident.recorded) < held.standing(municipality)
    }

    /// The row as DynamoDB's import from S3 reads it, with the end of its line.
    pub fn line(&self) -> Result<Vec<u8>> {
        let mut line = serde_json::to_vec(&Line { item: self.item()?.into() })?;
        line.push(b'\n');
        Ok(line)
    }

    fn put(&self) -> Result<WriteRequest> {
        let put = PutRequest::builder().set_item(Some(self.item()?)).build()?;
        Ok(WriteRequest::builder().put_request(put).build())
    }

    fn item(&self) -> Result<Item> {
        let mut item: Item = serde_dynamo::to_item(&self.resident)?;
        item.insert(DIGEST.to_owned(), AttributeValue::S(self.digest.as_str().to_owned()));
        Ok(item)
    }
}

impl Held {
    const ATTRIBUTES: [&str; 5] = ["nik", DIGEST, "deceased", "recorded", "municipality"];

    /// With the NIK of the row.
    fn of(item: &Item) -> Option<(String, Self)> {
        let flag = |name: &str| item.get(name)?.as_bool().ok().copied();
        let held = Self {
            digest: text(item, DIGEST),
            deceased: flag("deceased"),
            recorded: flag("recorded"),
            municipality: text(item, "municipality"),
        };
        Some((text(item, "nik")?, held))
    }

    /// A row that lacks one of these cannot be read by functions, and so lets nobody do anything.
    fn standing(&self, municipality: &str) -> Standing {
        let lives_here = self.deceased == Some(false) && self.municipality.as_deref() == Some(municipality);
        Standing::of(!lives_here, self.recorded == Some(true))
    }
}

impl Table {
    /// How many residents the table has. DynamoDB's own number can be six hours old, and is 0 for a new table; so the items of
    /// an index, which are short, are counted.
    pub async fn residents(&self) -> Result<u64> {
        let count = self.client.scan().table_name(&self.name).index_name(INDEX).select(Select::Count);
        let (mut pages, mut residents) = (count.into_paginator().send(), 0_u64);
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.unusable(&error))?;
            residents += u64::try_from(page.count).unwrap_or_default();
        }
        Ok(residents)
    }

    /// What the table holds of some rows, by NIK; at most [`READ_BATCH`] are asked for.
    pub async fn held(&self, rows: &[ImportRow]) -> Result<HashMap<String, Held>> {
        let key = |row: &ImportRow| Item::from([("nik".to_owned(), AttributeValue::S(row.nik().to_owned()))]);
        let placeholders = Held::ATTRIBUTES.map(|name| format!("#{name}"));
        let names = placeholders.iter().cloned().zip(Held::ATTRIBUTES.map(str::to_owned));
        let asked = KeysAndAttributes::builder()
            .projection_expression(placeholders.join(", "))
            .set_expression_attribute_names(Some(names.collect()))
            .consistent_read(true);
        let mut left = Some(asked.set_keys(Some(rows.iter().map(key).collect())).build()?);
        let (mut found, mut attempts) = (HashMap::new(), Attempts::up_to(ATTEMPTS));
        while let Some(asked) = left.take() {
            let before = asked.keys().len();
            match self.client.batch_get_item().request_items(&self.name, asked.clone()).send().await {
                Ok(answer) => {
                    let items = answer.responses.and_then(|mut tables| tables.remove(&self.name)).unwrap_or_default();
                    found.extend(items.iter().filter_map(Held::of));
                    left = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.name));
                }
                Err(error) => {
                    self.ensure_temporary(&error)?;
                    left = Some(asked);
                }
            }
            if let Some(left) = &left {
                self.wait(&mut attempts, left.keys().len() < before).await?;
            }
        }
        Ok(found)
    }

    /// Puts rows with different NIK, at most [`WRITE_BATCH`]. A put that happens twice does no harm.
    pub async fn put(&self, rows: &[ImportRow]) -> Result<()> {
        let mut left: Vec<WriteRequest> = rows.iter().map(ImportRow::put).collect::<Result<_>>()?;
        let mut attempts = Attempts::up_to(ATTEMPTS);
        while !left.is_empty() {
            let before = left.len();
            match self.client.batch_write_item().request_items(&self.name, left.clone()).send().await {
                Ok(answer) => {
                    let unprocessed = answer.unprocessed_items.and_then(|mut tables| tables.remove(&self.name));
                    left = unprocessed.unwrap_or_default();
                }
                Err(error) => self.ensure_temporary(&error)?,
            }
            if !left.is_empty() {
                self.wait(&mut attempts, left.len() < before).await?;
            }
        }
        Ok(())
    }

    /// Waits after an attempt that left something over.
    async fn wait(&self, attempts: &mut Attempts, has_progressed: bool) -> Result<()> {
        if has_progressed {
            attempts.start_again();
        }
        ensure!(attempts.wait_for_next().await, "{} did not take anything in {ATTEMPTS} attempts.", self.name);
        Ok(())
    }

    /// Fails where no repetition helps, as with a table that does not exist.
    fn ensure_temporary<E: ProvideErrorMetadata, R>(&self, error: &SdkError<E, R>) -> Result<()> {
        const TEMPORARY: [&str; 5] = [
            "ProvisionedThroughputExceededException",
            "ThrottlingException",
            "RequestLimitExceeded",
            "InternalServerError",
            "ServiceUnavailable",
        ];

        let is_temporary = match error {
            SdkError::ServiceError(error) => error.err().code().is_some_and(|code| TEMPORARY.contains(&code)),
            SdkError::ConstructionFailure(_) => false,
            _ => true,
        };
        if is_temporary { Ok(()) } else { Err(self.unusable(error)) }
    }

    fn unusable<E: ProvideErrorMetadata, R>(&self, error: &SdkError<E, R>) -> anyhow::Error {
        anyhow::anyhow!(describe_failure(error)).context(format!("{} cannot be used", self.name))
    }
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}
