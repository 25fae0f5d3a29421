//! The parties of a redemption, from `identities`, `residents` and `integrators`: one call reads all three as they are at
//! one moment. So nobody's data is read after the device was blocked.

use super::item::{Projection, from_item, get_of};
use super::residents::Photo;
use super::{Store, StoreError, keys};
use crate::domain::KeyThumbprint;
use crate::domain::device::Device;
use crate::domain::integrator::Integrator;
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;

/// Each as the store has it at one moment, or nothing where it does not exist.
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
        let reads = [
            get_of(&tables.identities, ("pk", &keys::device(device)), Projection::default())?,
            get_of(&tables.residents, ("nik", nik.as_str()), photo.projection())?,
            get_of(&tables.integrators, ("client_id", client_id), Projection::default())?,
        ];
        let [device, resident, integrator] = self.get_at_once(reads).await?;
        Ok(Parties {
            device: device.map(from_item).transpose()?,
            resident: resident.map(from_item).transpose()?,
            integrator: integrator.map(from_item).transpose()?,
        })
    }
}
