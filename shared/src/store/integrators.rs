//! `integrators`: who may redeem, kept by ops.

use super::{Store, StoreError};
use crate::domain::integrator::Integrator;

impl Store {
    pub async fn integrator(&self, client_id: &str) -> Result<Option<Integrator>, StoreError> {
        self.get(&self.tables.integrators, ("client_id", client_id)).await
    }
}
