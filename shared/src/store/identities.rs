//! `identities`, by NIK: everything that is kept of one person, for the person to see or to have erased.

use jiff::Timestamp;

use super::failures::unavailable;
use super::item::{Item, KEYS_AT_ONCE, Projection, from_item, is_over, text};
use super::{Store, StoreError, keys};
use crate::domain::device::Device;
use crate::domain::nik::Nik;
use crate::domain::registration::Registration;

/// What the service holds of one NIK beside the holder's pointers.
#[derive(Debug, Default)]
pub struct Identity {
    pub devices: Vec<Device>,
    pub registrations: Vec<Registration>,
    /// The key after which the rest follows, where there is more.
    pub next: Option<String>,
}

/// Items of one NIK, and the key after which the rest follows.
struct Page {
    items: Vec<Item>,
    next: Option<String>,
}

impl Store {
    /// The devices that a NIK has and had, oldest first. An index lists them, so one that was activated within the last moments
    /// may be missing; those listed are read strongly consistent.
    pub async fn devices_of(&self, nik: &Nik) -> Result<Vec<Device>, StoreError> {
        Ok(Identity::of(self.all_of(nik, Some(keys::DEVICE)).await?, None)?.devices)
    }

    /// All devices and registrations of a NIK that are still kept. An index lists them, so one that was made within the last
    /// moments may be missing; those listed are read strongly consistent.
    pub async fn whole_identity(&self, nik: &Nik, now: Timestamp) -> Result<Identity, StoreError> {
        let mut items = self.all_of(nik, None).await?;
        items.retain(|item| !is_over(item, now));
        Identity::of(items, None)
    }

    /// Devices and then registrations of a NIK, a hundred at most, after those of the call before, those included whose time
    /// is over.
    pub async fn identity(&self, nik: &Nik, after: Option<&str>) -> Result<Identity, StoreError> {
        let Page { items, next } = self.page_of(nik, None, after).await?;
        Identity::of(items, next)
    }

    /// All items of a NIK whose keys begin so.
    async fn all_of(&self, nik: &Nik, prefix: Option<&str>) -> Result<Vec<Item>, StoreError> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.page_of(nik, prefix, after.as_deref()).await?;
            found.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    async fn page_of(&self, nik: &Nik, prefix: Option<&str>, after: Option<&str>) -> Result<Page, StoreError> {
        let after = after.map(|key| Item::from([("nik".to_owned(), text(nik.as_str())), ("pk".to_owned(), text(key))]));
        let mut query = self
            .client
            .query()
            .table_name(&self.tables.identities)
            .index_name("by_nik")
            .key_condition_expression("nik = :nik")
            .expression_attribute_values(":nik", text(nik.as_str()))
            .set_exclusive_start_key(after)
            .limit(i32::try_from(KEYS_AT_ONCE).unwrap_or(i32::MAX));
        if let Some(prefix) = prefix {
            query = query
                .key_condition_expression("nik = :nik AND begins_with(pk, :prefix)")
                .expression_attribute_values(":prefix", text(prefix));
        }
        let answer = query.send().await.map_err(unavailable)?;
        let next = answer.last_evaluated_key.and_then(|mut key| key.remove("pk")?.as_s().ok().cloned());
        Ok(Page {
            items: self.batch_get(&self.tables.identities, keys_of(answer.items), Projection::default()).await?,
            next,
        })
    }
}

impl Identity {
    fn of(items: Vec<Item>, next: Option<String>) -> Result<Self, StoreError> {
        let mut identity = Self { next, ..Self::default() };
        for item in items {
            let key = item.get("pk").and_then(|key| key.as_s().ok()).cloned().unwrap_or_default();
            if key.starts_with(keys::DEVICE) {
                identity.devices.push(from_item(item)?);
            } else if key.starts_with(keys::REGISTRATION) {
                identity.registrations.push(from_item(item)?);
            }
        }
        identity.devices.sort_by_key(|device| device.activated_at);
        identity.registrations.sort_by_key(|registration| registration.registered_at);
        Ok(identity)
    }
}

/// The keys of what an index lists.
fn keys_of(listed: Option<Vec<Item>>) -> Vec<Item> {
    let key = |mut item: Item| Some(Item::from([("pk".to_owned(), item.remove("pk")?)]));
    listed.unwrap_or_default().into_iter().filter_map(key).collect()
}
