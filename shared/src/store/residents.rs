//! `residents`: the population registry, read and never written.

use super::{Store, StoreError};
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;

impl Store {
    pub async fn resident(&self, nik: &Nik) -> Result<Option<Resident>, StoreError> {
        self.get(&self.tables.residents, ("nik", nik.as_str())).await
    }
}
