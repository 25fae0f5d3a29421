//! `residents`: the population registry, read and never written.

use super::failures::unavailable;
use super::item::{from_item, text};
use super::{Store, StoreError};
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;

/// Whether the photograph is read, too: it is most of a resident's bytes, and rarely asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photo {
    With,
    Without,
}

/// Everything but the photograph.
const ALL_BUT_PHOTO: [&str; 11] = [
    "nik",
    "family_card_number",
    "name",
    "gender",
    "birthplace",
    "birthdate",
    "address",
    "marital_status",
    "recorded",
    "municipality",
    "deceased",
];

impl Store {
    pub async fn resident(&self, nik: &Nik, photo: Photo) -> Result<Option<Resident>, StoreError> {
        let mut get = self
            .client
            .get_item()
            .table_name(&self.tables.residents)
            .key("nik", text(nik.as_str()))
            .consistent_read(true);
        if photo == Photo::Without {
            // Some of the names are DynamoDB's own words and need a placeholder; so all have one.
            for name in ALL_BUT_PHOTO {
                get = get.expression_attribute_names(format!("#{name}"), name);
            }
            get = get.projection_expression(ALL_BUT_PHOTO.map(|name| format!("#{name}")).join(", "));
        }
        get.send().await.map_err(unavailable)?.item.map(from_item).transpose()
    }
}
