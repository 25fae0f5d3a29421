//! `qr_codes`: minted, superseded, and redeemed at most once by one conditional write.
//!
//! The package `qr-model` (tests/model) models these conditions and those of [`super::devices`] and checks every
//! interleaving of them; a change here needs a change there.

use aws_sdk_dynamodb::config::Config;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure, Update};
use jiff::{SignedDuration, Timestamp};

use super::challenges::{Use, UsedProof};
use super::failures::unavailable;
use super::item::{attribute, from_item, number, seconds, text, to_item, write};
use super::{Store, StoreError, keys};
use crate::domain::Digest;
use crate::domain::device::{Active, Device, DeviceStatus, LiveQrCode, Session};
use crate::domain::qr_code::{QrCode, QrToken, Redeemed, Redemption};
use crate::domain::reading::{Given, Reading};
use crate::domain::row_digest::RowDigest;
use crate::domain::scan::RedemptionOutcome;

/// The clocks of two instances differ by less than this.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(30);

/// How minting ended.
#[derive(Debug)]
pub enum Minted {
    Done,
    /// The device changed since it was read: blocked, locked, or minting elsewhere. This is its present state.
    Overtaken(Option<Box<Device>>),
    /// The request's proof was used by another request.
    Replayed,
}

/// Which answer to a winner is recorded.
#[derive(Clone, Copy, Debug)]
pub enum RecordedTurn<'a> {
    /// The first one, where it is not the presumed one; with the registry's row that it comes from, where that is another one
    /// than presumed.
    First { registry_row: Option<&'a RowDigest> },
    /// One that the winner asked for again, which it may do `max` times.
    Again { max: u32 },
}

/// How the write ended that records an answer to a winner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    Done,
    /// The winner has asked again as often as it may.
    TooOften,
    /// The code was deleted in the meantime.
    Gone,
    /// The device was blocked in the meantime: no claim may be disclosed.
    DeviceBlocked,
}

impl Store {
    /// Makes `qr` the device's one live code: the device points to it, it exists, and the one before is superseded,
    /// all in one transaction, so that no crash leaves two codes alive or none known. It uses the request's proof up, too.
    pub async fn mint(
        &self,
        device: &Device<Active>,
        session: &Session,
        qr: &QrCode,
        proof: &UsedProof,
        now: Timestamp,
    ) -> Result<Minted, StoreError> {
        /// The writes of the transaction by their positions; the new code's is between them.
        const PROOF: usize = 0;
        const DEVICE: usize = 1;
        const PREVIOUS_CODE: usize = 3;

        // A clock that is behind ours may still accept a code that is dead for us.
        let mut previous = device.state.qr_code.as_ref().filter(|previous| previous.expires_at + CLOCKS_DIFFER > now);
        loop {
            let mut writes =
                vec![self.mark_proof(proof)?, self.point_device_to(device, session, qr)?, self.put_qr(qr)?];
            if let Some(previous) = previous {
                writes.push(self.supersede(previous, now)?);
            }
            let Err(mut refused) = self.transact(writes).await? else { return Ok(Minted::Done) };
            match proof.met(&mut refused, PROOF)? {
                Some(Use::Again) => return Ok(Minted::Replayed),
                Some(Use::First) => return Ok(Minted::Done),
                None => {}
            }
            if refused.failed(DEVICE) {
                return Ok(Minted::Overtaken(refused.found(DEVICE)?.map(Box::new)));
            }
            if !refused.failed(PREVIOUS_CODE) {
                return Err(StoreError::Unavailable("a token of 160 random bits exists already".to_owned()));
            }
            // It is gone already, deleted by a clock that is ahead of ours.
            previous = None;
        }
    }

    /// Redeems. The SDK must not repeat this write: its repetition would carry the old `:now` and could redeem a code
    /// that has died in the meantime. The caller repeats it with the new time, under the same redemption id.
    ///
    /// This one write decides: it happens if the code exists, is younger than its lifetime, was neither
    /// redeemed nor superseded, and shares a claim with what the attempt is allowed. `kept_until` moves the TTL on: until then
    /// the winner can ask again.
    pub async fn redeem(
        &self,
        token: &QrToken,
        attempt: &Redemption,
        kept_until: Timestamp,
    ) -> Result<RedemptionOutcome, StoreError> {
        let now = attempt.redeemed_at;
        let mut update = self
            .client
            .update_item()
            .table_name(&self.tables.qr_codes)
            .key("token_hash", text(token.hash().as_str()))
            .update_expression("SET redemption = :attempt, expires_at = :kept_until")
            .expression_attribute_values(":attempt", attribute(attempt)?)
            .expression_attribute_values(":kept_until", seconds(kept_until))
            .expression_attribute_values(":now", seconds(now))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut shared = Vec::new();
        for (index, claim) in attempt.allowed.iter().enumerate() {
            shared.push(format!("contains(claims, :claim{index})"));
            update = update.expression_attribute_values(format!(":claim{index}"), text(claim.name()));
        }
        if shared.is_empty() {
            shared.push("attribute_not_exists(token_hash)".to_owned());
        }
        let answer = update
            .condition_expression(format!(
                "attribute_exists(token_hash) AND expires_at > :now AND attribute_not_exists(redemption) \
                 AND attribute_not_exists(superseded_at) AND ({})",
                shared.join(" OR ")
            ))
            .customize()
            .config_override(Config::builder().retry_config(RetryConfig::disabled()))
            .send()
            .await;
        match answer {
            Ok(updated) => {
                let scanned: QrCode = from_item(updated.attributes.unwrap_or_default())?;
                scanned.into_scan().map(RedemptionOutcome::Won).ok_or(StoreError::Malformed)
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let found = failed.item.clone().filter(|item| !item.is_empty()).map(from_item).transpose()?;
                    Ok(RedemptionOutcome::of_refused(found, attempt, now))
                }
                _ => Err(unavailable(error)),
            },
        }
    }

    /// A QR code, as the store has it now.
    pub async fn qr_code(&self, token_hash: &Digest) -> Result<Option<QrCode>, StoreError> {
        self.get(&self.tables.qr_codes, ("token_hash", token_hash.as_str())).await
    }

    /// Records an answer to a winner before it is given. One that discloses claims is recorded only while the device is active.
    pub async fn record_reading(
        &self,
        code: &QrCode<Redeemed>,
        reading: &Reading,
        turn: RecordedTurn<'_>,
    ) -> Result<Recorded, StoreError> {
        /// The writes of the transaction by their positions; the check of the device is after it.
        const CODE: usize = 0;

        let update = Update::builder()
            .table_name(&self.tables.qr_codes)
            .key("token_hash", text(code.token_hash.as_str()))
            .expression_attribute_values(":reading", attribute(reading)?)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update = match turn {
            RecordedTurn::First { registry_row } => {
                let update = update
                    .condition_expression("redemption.#request = :request")
                    .expression_attribute_names("#request", "request")
                    .expression_attribute_values(":request", text(code.state.redemption.request.as_str()));
                match registry_row {
                    Some(row) => update
                        .update_expression("SET first_reading = :reading, registry_row = :row")
                        .expression_attribute_values(":row", attribute(row)?),
                    None => update.update_expression("SET first_reading = :reading"),
                }
            }
            RecordedTurn::Again { max } => update
                .update_expression("SET last_reading = :reading ADD repeats :one")
                .condition_expression(
                    "redemption.id = :redemption AND (attribute_not_exists(repeats) OR repeats < :max)",
                )
                .expression_attribute_values(":one", number(1))
                .expression_attribute_values(":redemption", text(code.state.redemption.id.as_str()))
                .expression_attribute_values(":max", number(max)),
        };
        let mut writes = vec![write!(update, Update, update)];
        if let Given::Claims { .. } = reading.given {
            writes.push(self.check_active(&code.device)?);
        }
        Ok(match self.transact(writes).await? {
            Ok(()) => Recorded::Done,
            Err(mut refused) if refused.failed(CODE) => match (refused.found::<QrCode>(CODE)?, turn) {
                (Some(_), RecordedTurn::Again { .. }) => Recorded::TooOften,
                // The redemption of a code never changes.
                (Some(_), RecordedTurn::First { .. }) => return Err(StoreError::Malformed),
                (None, _) => Recorded::Gone,
            },
            Err(_) => Recorded::DeviceBlocked,
        })
    }

    /// Only an active device in its session, whose live code is still the one that was read.
    fn point_device_to(
        &self,
        device: &Device<Active>,
        session: &Session,
        qr: &QrCode,
    ) -> Result<aws_sdk_dynamodb::types::TransactWriteItem, StoreError> {
        let live = LiveQrCode { token_hash: qr.token_hash.clone(), expires_at: qr.expires_at };
        let mut update = Update::builder()
            .table_name(&self.tables.identities)
            .key("pk", text(keys::device(&device.key)))
            .update_expression("SET qr_code = :live")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#session", "session")
            .expression_attribute_values(":active", attribute(&DeviceStatus::Active)?)
            .expression_attribute_values(":session", text(session.id.as_str()))
            .expression_attribute_values(":live", attribute(&live)?)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let unchanged = match &device.state.qr_code {
            Some(previous) => {
                update = update.expression_attribute_values(":previous", text(previous.token_hash.as_str()));
                "qr_code.token_hash = :previous"
            }
            None => "attribute_not_exists(qr_code)",
        };
        let condition = format!("#status = :active AND #session.id = :session AND {unchanged}");
        Ok(write!(update, Update, update.condition_expression(condition)))
    }

    fn put_qr(&self, qr: &QrCode) -> Result<aws_sdk_dynamodb::types::TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.tables.qr_codes)
            .set_item(Some(to_item(qr, None)?))
            .condition_expression("attribute_not_exists(token_hash)");
        Ok(write!(put, Put, put))
    }

    /// Marks the code before as superseded. A redeemed one keeps its redemption, for its winner to read again.
    fn supersede(
        &self,
        previous: &LiveQrCode,
        now: Timestamp,
    ) -> Result<aws_sdk_dynamodb::types::TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.tables.qr_codes)
            .key("token_hash", text(previous.token_hash.as_str()))
            .update_expression("SET superseded_at = :now")
            .condition_expression("attribute_exists(token_hash)")
            .expression_attribute_values(":now", attribute(&now)?);
        Ok(write!(update, Update, update))
    }
}
