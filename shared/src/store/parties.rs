//! The parties of a redemption, from `identities`, `residents` and `integrators`: one call reads all three, since
//! preparing and reading a call is most of what a function computes for it.

use super::item::{Item, from_item, read_of, text};
use super::residents::Photo;
use super::{Store, StoreError, keys};
use crate::domain::KeyThumbprint;
use crate::domain::device::Device;
use crate::domain::integrator::Integrator;
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;

/// Each as the store has it now, or nothing where it is gone.
#[derive(Debug)]
pub struct Parties {
    /// The phone that showed the QR code.
    pub device: Option<Device>,
    /// Whose phone it is.
    pub resident: Option<Resident>,
    /// Who redeemed the code.
    pub integrator: Option<Integrator>,
}

impl Store {
    pub async fn parties(
        &self,
        device: &KeyThumbprint,
        nik: &Nik,
        photo: Photo,
        client_id: &str,
    ) -> Result<Parties, StoreError> {
        let tables = &self.tables;
        let one = |name: &str, value: &str| vec![Item::from([(name.to_owned(), text(value))])];
        let reads = [
            (tables.identities.clone(), read_of(one("pk", &keys::device(device)), &[])?),
            (tables.residents.clone(), read_of(one("nik", nik.as_str()), photo.attributes())?),
            (tables.integrators.clone(), read_of(one("client_id", client_id), &[])?),
        ];
        let mut found = self.batch_get_from(reads.into()).await?;
        let mut take = |table: &str| found.remove(table).and_then(|mut items| items.pop());
        Ok(Parties {
            device: take(&tables.identities).map(from_item).transpose()?,
            resident: take(&tables.residents).map(from_item).transpose()?,
            integrator: take(&tables.integrators).map(from_item).transpose()?,
        })
    }
}
