//! `documents`: that one was issued, of which kind and when; never for whom.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::failures::unavailable;
use super::item::to_item;
use super::{Store, StoreError};
use crate::domain::Id;
use crate::domain::document::IssuedDocument;

impl Store {
    /// Records a document before it is handed out. Doing so twice is harmless.
    pub async fn record_document(&self, document: &IssuedDocument) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.tables.documents);
        put.set_item(Some(to_item(document, None)?)).send().await.map_err(unavailable)?;
        Ok(())
    }

    /// A document that was issued, as long as that is kept.
    pub async fn issued_document(&self, id: &Id, now: Timestamp) -> Result<Option<IssuedDocument>, StoreError> {
        let document: Option<IssuedDocument> = self.get(&self.tables.documents, ("id", id.as_str())).await?;
        Ok(document.filter(|document| document.expires_at > now))
    }

    /// Forgets a document that was issued. Operators alone may.
    pub async fn forget_document(&self, id: &Id) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.tables.documents);
        let key = AttributeValue::S(id.as_str().to_owned());
        delete.key("id", key).send().await.map_err(unavailable)?;
        Ok(())
    }
}
