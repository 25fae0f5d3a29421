//! `residents`: the population registry, read and never written.

use std::sync::LazyLock;

use super::failures::unavailable;
use super::item::{Item, KEYS_AT_ONCE, Projection, from_item, read_of, text};
use super::shown::Shown;
use super::{Store, StoreError};
use crate::domain::KeyThumbprint;
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;

/// Whether the photograph is read, too: it is most of a resident's bytes, and rarely asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photo {
    With,
    Without,
}

impl Photo {
    /// The attributes to read.
    pub(super) fn projection(self) -> Projection {
        static WITHOUT: LazyLock<Projection> = LazyLock::new(|| Projection::to(&ALL_BUT_PHOTO));

        match self {
            Self::With => Projection::default(),
            Self::Without => WITHOUT.clone(),
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
        let Projection { expression, names } = photo.projection();
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
        self.members(&self.on_card(family_card_number).await?).await
    }

    async fn members(&self, keys: &[Item]) -> Result<Vec<Resident>, StoreError> {
        let mut members = Vec::new();
        for some in keys.chunks(KEYS_AT_ONCE) {
            members.extend(self.batch_get(&self.tables.residents, some.to_vec(), Photo::Without.projection()).await?);
        }
        in_the_cards_order(members)
    }

    /// The same, with the device that they would be shown on.
    pub async fn shown_family(
        &self,
        family_card_number: &str,
        device: &KeyThumbprint,
    ) -> Result<Shown<Vec<Resident>>, StoreError> {
        let keys = self.on_card(family_card_number).await?;
        // The device's is one more.
        if keys.is_empty() || keys.len() >= KEYS_AT_ONCE {
            let content = self.members(&keys).await?;
            return Ok(Shown { content, device: self.device(device).await? });
        }
        let members = read_of(keys, Photo::Without.projection())?;
        let Shown { content, device } = self.read_with(&self.tables.residents, members, device).await?;
        Ok(Shown { content: in_the_cards_order(content)?, device })
    }

    /// The keys of the rows on one family card.
    async fn on_card(&self, family_card_number: &str) -> Result<Vec<Item>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.residents)
            .index_name("by_family_card")
            .key_condition_expression("family_card_number = :card")
            .expression_attribute_values(":card", text(family_card_number))
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let found = page.map_err(unavailable)?.items.unwrap_or_default().into_iter();
            keys.extend(found.filter_map(|mut item| Some(Item::from([("nik".to_owned(), item.remove("nik")?)]))));
        }
        Ok(keys)
    }
}

fn in_the_cards_order(members: Vec<Item>) -> Result<Vec<Resident>, StoreError> {
    let mut members: Vec<Resident> = members.into_iter().map(from_item).collect::<Result<_, _>>()?;
    members.sort_by_key(|member| (member.relation, member.birthdate));
    Ok(members)
}
