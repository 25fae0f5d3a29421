//! `residents`: the population registry, read and never written.

use super::failures::unavailable;
use super::item::{Item, KEYS_AT_ONCE, from_item, projection, text};
use super::{Store, StoreError};
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;

/// Whether the photograph is read, too: it is most of a resident's bytes, and rarely asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photo {
    With,
    Without,
}

impl Photo {
    /// The attributes to read; none means all.
    pub(super) fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::With => &[],
            Self::Without => &ALL_BUT_PHOTO,
        }
    }
}

/// Everything but the photograph.
const ALL_BUT_PHOTO: [&str; 18] = [
    "nik",
    "family_card_number",
    "relation",
    "name",
    "gender",
    "birthplace",
    "birthdate",
    "address",
    "marital_status",
    "religion",
    "blood_type",
    "occupation",
    "recorded",
    "municipality",
    "deceased",
    "updated_at",
    "civil_record",
    "documents",
];

impl Store {
    pub async fn resident(&self, nik: &Nik, photo: Photo) -> Result<Option<Resident>, StoreError> {
        let (expression, names) = projection(photo.attributes());
        let answer = self
            .client
            .get_item()
            .table_name(&self.tables.residents)
            .key("nik", text(nik.as_str()))
            .set_projection_expression(expression)
            .set_expression_attribute_names(names)
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        answer.item.map(from_item).transpose()
    }

    /// The members on one family card, deceased and moved ones included, without photographs, in the card's order.
    pub async fn family(&self, family_card_number: &str) -> Result<Vec<Resident>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.residents)
            .index_name("by_family_card")
            .key_condition_expression("family_card_number = :card")
            .expression_attribute_values(":card", text(family_card_number))
            .into_paginator()
            .send();
        let mut members: Vec<Resident> = Vec::new();
        while let Some(page) = pages.next().await {
            let found = page.map_err(unavailable)?.items.unwrap_or_default().into_iter();
            let keys = found.filter_map(|mut item| Some(Item::from([("nik".to_owned(), item.remove("nik")?)])));
            let keys: Vec<Item> = keys.collect();
            for some in keys.chunks(KEYS_AT_ONCE) {
                let items = self.batch_get(&self.tables.residents, some.to_vec(), Photo::Without.attributes()).await?;
                members.extend(items.into_iter().map(from_item).collect::<Result<Vec<_>, _>>()?);
            }
        }
        members.sort_by_key(|member| (member.relation, member.birthdate));
        Ok(members)
    }
}
