//! `signatures`: what holders signed, by a name that anyone may ask for.

use aws_sdk_dynamodb::types::Put;
use jiff::Timestamp;

use super::failures::unavailable;
use super::item::{from_item, text, to_item, write};
use super::{Store, StoreError, Written};
use crate::domain::Id;
use crate::domain::device::VerifiedPin;
use crate::domain::nik::Nik;
use crate::domain::signature::Signature;

impl Store {
    /// Records a signature together with the PIN that confirms it, both or neither.
    pub async fn record_signature(&self, pin: &VerifiedPin<'_>, signature: &Signature) -> Result<Written, StoreError> {
        let put = Put::builder()
            .table_name(&self.tables.signatures)
            .set_item(Some(to_item(signature, None)?))
            .condition_expression("attribute_not_exists(id)");
        let writes = vec![self.settle_pin_try(pin)?, write!(put, Put, put)];
        self.write_unless_overtaken(writes).await
    }

    /// A signature, as long as it is kept.
    pub async fn signature(&self, id: &Id, now: Timestamp) -> Result<Option<Signature>, StoreError> {
        let signature: Option<Signature> = self.get(&self.tables.signatures, ("id", id.as_str())).await?;
        Ok(signature.filter(|signature| signature.expires_at > now))
    }

    /// What a holder signed, in no order, a thousand at most, and whether there is more. One made within the last
    /// moments may be missing: an index lists them.
    pub async fn signatures_of(&self, nik: &Nik) -> Result<(Vec<Signature>, bool), StoreError> {
        const MAX: i32 = 1_000;

        let answer = self
            .client
            .query()
            .table_name(&self.tables.signatures)
            .index_name("by_holder")
            .key_condition_expression("nik = :nik")
            .expression_attribute_values(":nik", text(nik.as_str()))
            .limit(MAX)
            .send()
            .await
            .map_err(unavailable)?;
        let has_more = answer.last_evaluated_key.is_some();
        let signatures = answer.items.unwrap_or_default().into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok((signatures, has_more))
    }
}
