//! `identities`, items `waiting#NIK`: the registrations of one NIK that no officer has opened, so that their number has a limit.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{Item, KEYS_AT_ONCE, Projection, attribute, from_item, number, seconds, text, to_item, write};
use super::{Attempts, Store, StoreError, Written, keys};
use crate::domain::Id;
use crate::domain::nik::Nik;
use crate::domain::registration::{Registration, Status};

/// The registrations of one NIK, oldest first. One that an officer opened or decided is taken off when its turn comes to be
/// replaced.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Waiting {
    /// Raised by each registration: names the state that was read.
    version: u32,
    registrations: Vec<Entry>,
    /// When the newest registration is forgotten (TTL), and with it this list.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    expires_at: Timestamp,
}

#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    id: Id,
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    expires_at: Timestamp,
}

impl Store {
    /// Stores a new registration with its selfie, both or neither. If more than `max` registrations of its NIK then wait for an
    /// officer to open them, the oldest of them are erased with the same write.
    pub async fn create_registration(
        &self,
        registration: &Registration,
        selfie: &[u8],
        max: usize,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(expires_at) = registration.expires_at() else { return Err(StoreError::Malformed) };
        let entry = Entry { id: registration.id.clone(), expires_at };
        let mut attempts = Attempts::up_to(5);
        loop {
            let key = keys::waiting(&registration.nik);
            let seen: Option<Waiting> = self.get(&self.tables.identities, ("pk", &key)).await?;
            let mut waiting = seen.clone().unwrap_or_default();
            waiting.registrations.retain(|entry| entry.expires_at > now);
            waiting.registrations.push(entry.clone());
            let creating = Creating { registration, selfie, seen: seen.map(|seen| seen.version), waiting };
            if self.push_out_and_create(creating, max).await? == Written::Done {
                return Ok(());
            }
            if !attempts.wait_for_next().await {
                return Err(StoreError::Unavailable(
                    "registrations of one NIK came faster than they are stored".to_owned(),
                ));
            }
        }
    }

    /// The registrations on the list of a NIK, read strongly consistent: also one that was made just now, which no index has yet.
    pub async fn waiting_registrations(&self, nik: &Nik) -> Result<Vec<Registration>, StoreError> {
        let key = |key: String| Item::from([("pk".to_owned(), text(key))]);
        // `BatchGetItem` also for the one item: it is the right that reading the registrations below needs.
        let list =
            self.batch_get(&self.tables.identities, vec![key(keys::waiting(nik))], Projection::default()).await?.pop();
        let list: Waiting = list.map(from_item).transpose()?.unwrap_or_default();
        let listed: Vec<Item> = list.registrations.iter().map(|entry| key(keys::registration(&entry.id))).collect();
        let mut found = Vec::new();
        for some in listed.chunks(KEYS_AT_ONCE) {
            found.extend(self.batch_get(&self.tables.identities, some.to_vec(), Projection::default()).await?);
        }
        found.into_iter().map(from_item).collect()
    }

    /// Forgets the list of a NIK whose registrations are erased. It stays if one of them ends after `last_end`: that one came
    /// later.
    pub async fn forget_waiting(&self, nik: &Nik, last_end: Timestamp) -> Result<(), StoreError> {
        let delete = Delete::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::waiting(nik)))
            .condition_expression("expires_at <= :last_end")
            .expression_attribute_values(":last_end", seconds(last_end));
        // A refused condition says that there is nothing to forget.
        let _ = self.transact(vec![write!(delete, Delete, delete)]).await?;
        Ok(())
    }

    /// Writes a registration, its selfie and its list. It is overtaken where another registration changed the list.
    async fn push_out_and_create(&self, creating: Creating<'_>, max: usize) -> Result<Written, StoreError> {
        /// The writes of the transaction by their positions; each registration that is replaced is two more.
        const LIST: usize = 2;
        const FIRST_PUSHED_OUT: usize = 3;

        let Creating { registration, selfie, seen, mut waiting } = creating;
        loop {
            let too_many = waiting.registrations.len().saturating_sub(max);
            let (pushed_out, kept) = waiting.registrations.split_at(too_many);
            let mut writes = vec![
                self.put_registration(registration)?,
                self.put_selfie(registration, selfie)?,
                self.put_waiting(registration, seen, kept)?,
            ];
            for entry in pushed_out {
                writes.push(self.push_out(&entry.id)?);
                writes.push(self.erase_selfie(&entry.id)?);
            }
            let Err(refused) = self.transact(writes).await? else { return Ok(Written::Done) };
            if refused.failed(LIST) {
                return Ok(Written::Overtaken);
            }
            // An officer has opened or decided those: they stay, and make no room.
            let stay: Vec<Id> = pushed_out
                .iter()
                .enumerate()
                .filter(|(number, _)| refused.failed(FIRST_PUSHED_OUT + 2 * number))
                .map(|(_, entry)| entry.id.clone())
                .collect();
            if stay.is_empty() {
                return Err(StoreError::Unavailable("an id of 128 random bits exists already".to_owned()));
            }
            waiting.registrations.retain(|entry| !stay.contains(&entry.id));
        }
    }

    fn put_registration(&self, registration: &Registration) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.tables.identities)
            .set_item(Some(to_item(registration, Some(("pk", keys::registration(&registration.id))))?))
            .condition_expression("attribute_not_exists(pk)");
        Ok(write!(put, Put, put))
    }

    fn put_waiting(
        &self,
        registration: &Registration,
        seen: Option<u32>,
        kept: &[Entry],
    ) -> Result<TransactWriteItem, StoreError> {
        let waiting = Waiting {
            version: seen.unwrap_or_default().wrapping_add(1),
            registrations: kept.to_vec(),
            expires_at: kept.iter().map(|entry| entry.expires_at).max().unwrap_or_default(),
        };
        let put = Put::builder()
            .table_name(&self.tables.identities)
            .set_item(Some(to_item(&waiting, Some(("pk", keys::waiting(&registration.nik))))?));
        let put = match seen {
            Some(version) => {
                put.condition_expression("version = :seen").expression_attribute_values(":seen", number(version))
            }
            None => put.condition_expression("attribute_not_exists(pk)"),
        };
        Ok(write!(put, Put, put))
    }

    /// Erases a registration that waits and that no officer has opened. One that is gone is no hindrance.
    fn push_out(&self, id: &Id) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::registration(id)))
            .condition_expression(
                "attribute_not_exists(pk) OR (#status = :pending AND attribute_not_exists(opened_at))",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":pending", attribute(&Status::Pending)?);
        Ok(write!(delete, Delete, delete))
    }
}

/// What creating a registration writes.
struct Creating<'a> {
    registration: &'a Registration,
    selfie: &'a [u8],
    /// The version of the list that was read, if there was one.
    seen: Option<u32>,
    /// The list with the new registration at its end.
    waiting: Waiting,
}
