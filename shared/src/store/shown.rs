//! What a holder's screen shows, from `residents`, `receipts`, `qr_codes` and `integrators`, read in one call with the device, from `identities`. A block that
//! was answered before that call is always seen. One that is answered while the call runs may not be.

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::item::{Item, Projection, from_item, read_of, text};
use super::residents::Photo;
use super::{Store, StoreError, keys};
use crate::domain::device::Device;
use crate::domain::integrator::Integrator;
use crate::domain::nik::Nik;
use crate::domain::qr_code::QrCode;
use crate::domain::receipt::ChainHead;
use crate::domain::resident::Resident;
use crate::domain::{Digest, KeyThumbprint};

/// Something to show, and the device that it would be shown on.
#[derive(Debug)]
pub struct Shown<T> {
    pub content: T,
    pub device: Option<Device>,
}

impl Store {
    /// A resident's row.
    pub async fn shown_resident(
        &self,
        nik: &Nik,
        photo: Photo,
        device: &KeyThumbprint,
    ) -> Result<Shown<Option<Resident>>, StoreError> {
        let row = read_of(vec![key_of(&[("nik", nik.as_str())])], photo.projection())?;
        let Shown { mut content, device } = self.read_with(&self.tables.residents, row, device).await?;
        Ok(Shown { content: content.pop().map(from_item).transpose()?, device })
    }

    /// The head of a holder's chain of receipts.
    pub async fn shown_chain_head(&self, nik: &Nik, device: &KeyThumbprint) -> Result<Shown<ChainHead>, StoreError> {
        let head = key_of(&[("holder", nik.as_str()), ("position", keys::CHAIN_HEAD)]);
        let head = read_of(vec![head], Projection::default())?;
        let Shown { mut content, device } = self.read_with(&self.tables.receipts, head, device).await?;
        let head = content.pop().map(from_item).transpose()?;
        Ok(Shown { content: head.unwrap_or_else(ChainHead::of_nothing), device })
    }

    /// A QR code.
    pub async fn shown_qr_code(
        &self,
        token_hash: &Digest,
        device: &KeyThumbprint,
    ) -> Result<Shown<Option<QrCode>>, StoreError> {
        let code = read_of(vec![key_of(&[("token_hash", token_hash.as_str())])], Projection::default())?;
        let Shown { mut content, device } = self.read_with(&self.tables.qr_codes, code, device).await?;
        Ok(Shown { content: content.pop().map(from_item).transpose()?, device })
    }

    /// An integrator, as it is registered.
    pub async fn shown_integrator(
        &self,
        client_id: &str,
        device: &KeyThumbprint,
    ) -> Result<Shown<Option<Integrator>>, StoreError> {
        let integrator = read_of(vec![key_of(&[("client_id", client_id)])], Projection::default())?;
        let Shown { mut content, device } = self.read_with(&self.tables.integrators, integrator, device).await?;
        Ok(Shown { content: content.pop().map(from_item).transpose()?, device })
    }

    /// Reads items of one table, and the device. What DynamoDB leaves over is read later, so that the device is read once more.
    pub(super) async fn read_with(
        &self,
        table: &str,
        items: KeysAndAttributes,
        device: &KeyThumbprint,
    ) -> Result<Shown<Vec<Item>>, StoreError> {
        let device_read = read_of(vec![key_of(&[("pk", &keys::device(device))])], Projection::default())?;
        let reads = [(table.to_owned(), items), (self.tables.identities.clone(), device_read)];
        let mut batch = self.batch_get_from(reads.into()).await?;
        let content = batch.items.remove(table).unwrap_or_default();
        let device = if batch.in_one_call {
            let found = batch.items.remove(&self.tables.identities).unwrap_or_default().pop();
            found.map(from_item).transpose()?
        } else {
            self.device(device).await?
        };
        Ok(Shown { content, device })
    }
}

pub(super) fn key_of(attributes: &[(&str, &str)]) -> Item {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), text(*value))).collect()
}
