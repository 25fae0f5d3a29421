//! `qr_codes`: what a scan asks of the holder, and the one answer. Digits are counted before they are compared, and the question
//! ends once, whoever ends it.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, Update};

use super::failures::unavailable;
use super::item::{attribute, from_item, number, text, write};
use super::{Store, StoreError};
use crate::domain::device::{Session, VerifiedPin};
use crate::domain::qr_code::{QrCode, Redeemed, Redemption};
use crate::domain::question::{DigitTries, Scanned};
use crate::domain::reading::Reading;
use crate::domain::row_digest::RowDigest;
use crate::domain::scan::Scan;
use crate::domain::{Digest, Id};

/// How counting a try at the digits ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitTry {
    Taken,
    /// Another try was counted, or the question ended, since the code was read.
    Overtaken,
}

/// How ending a question ended.
#[derive(Debug)]
pub enum Answered {
    Done,
    /// The question was over: this is how. Nothing, where the code was deleted.
    Before(Option<Scan>),
}

/// How ending a question as its holder allows ended.
#[derive(Debug)]
pub enum Allowed {
    Ended(Answered),
    /// The device was blocked or locked, or its PIN changed or was tried again, since the PIN was verified; or it shows another
    /// code.
    DeviceChanged,
}

/// How noting that a winner was answered ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// By this request, and by none before.
    First,
    Before,
}

/// How a conditional update of a code ended.
enum Updated {
    Done,
    /// The condition failed, on this scan or on none.
    Refused(Option<Scan>),
}

impl Store {
    /// Lets the question come from the registry's row that was read at the scan: the answer to the winner must come from it, too.
    pub async fn ask_from(&self, code: &QrCode<Scanned>, row: &RowDigest) -> Result<(), StoreError> {
        let update = self
            .update_scan(&code.token_hash, &code.state.redemption)
            .update_expression("SET registry_row = :row")
            .condition_expression("redemption.#request = :request")
            .expression_attribute_values(":row", attribute(row)?);
        self.send_scan_update(update).await.map(drop)
    }

    /// Counts a try at the digits before they are compared. Of tries that race from one state, one is taken.
    pub async fn take_digit_try(&self, code: &QrCode<Scanned>, attempt: &Id) -> Result<DigitTry, StoreError> {
        let seen = code.state.digit_tries.count;
        let next = DigitTries { count: seen + 1, attempt: Some(attempt.clone()) };
        let update = self
            .update_scan(&code.token_hash, &code.state.redemption)
            .update_expression("SET digit_tries = :next")
            .condition_expression(
                "redemption.#request = :request AND attribute_not_exists(first_reading) \
                 AND (attribute_not_exists(digit_tries) OR digit_tries.#count = :seen)",
            )
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":next", attribute(&next)?)
            .expression_attribute_values(":seen", number(seen));
        Ok(match self.send_scan_update(update).await? {
            Updated::Done => DigitTry::Taken,
            // The SDK repeated a write that had taken the try.
            Updated::Refused(Some(Scan::Asked(met))) if met.state.digit_tries == next => DigitTry::Taken,
            Updated::Refused(_) => DigitTry::Overtaken,
        })
    }

    /// Gives the try of right digits back, where the PIN was wrong; unless another one was taken since then.
    pub async fn return_digit_try(&self, code: &QrCode<Scanned>, attempt: &Id) -> Result<(), StoreError> {
        let before = &code.state.digit_tries;
        let update = self
            .update_scan(&code.token_hash, &code.state.redemption)
            .update_expression("SET digit_tries = :before")
            .condition_expression("redemption.#request = :request AND digit_tries.attempt = :attempt")
            .expression_attribute_values(":before", attribute(before)?)
            .expression_attribute_values(":attempt", text(attempt.as_str()));
        self.send_scan_update(update).await.map(drop)
    }

    /// Ends a question without disclosure, unless it has ended.
    pub async fn refuse_question(&self, code: &QrCode<Scanned>, ending: &Reading) -> Result<Answered, StoreError> {
        let update = self
            .update_scan(&code.token_hash, &code.state.redemption)
            .update_expression("SET first_reading = :ending")
            .condition_expression("redemption.#request = :request AND attribute_not_exists(first_reading)")
            .expression_attribute_values(":ending", attribute(ending)?);
        Ok(match self.send_scan_update(update).await? {
            Updated::Done => Answered::Done,
            Updated::Refused(met) => Answered::meeting(met, ending),
        })
    }

    /// Ends a question as its holder allows, together with the PIN that confirms it, both or neither: unless the question has
    /// ended, or the device was blocked or locked.
    pub async fn allow_question(
        &self,
        code: &QrCode<Scanned>,
        ending: &Reading,
        pin: &VerifiedPin<'_>,
        session: &Session,
    ) -> Result<Allowed, StoreError> {
        /// The writes of the transaction by their positions; the device's is after it.
        const CODE: usize = 0;

        let update = Update::builder()
            .table_name(&self.tables.qr_codes)
            .key("token_hash", text(code.token_hash.as_str()))
            .update_expression("SET first_reading = :ending")
            .condition_expression(
                "redemption.#request = :request AND attribute_not_exists(first_reading) \
                 AND attribute_not_exists(superseded_at)",
            )
            .expression_attribute_names("#request", "request")
            .expression_attribute_values(":request", text(code.state.redemption.request.as_str()))
            .expression_attribute_values(":ending", attribute(ending)?)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let writes = vec![write!(update, Update, update), self.settle_pin_try_in(pin, session)?];
        Ok(match self.transact(writes).await? {
            Ok(()) => Allowed::Ended(Answered::Done),
            Err(mut refused) if refused.failed(CODE) => {
                let met = refused.found::<QrCode>(CODE)?.and_then(QrCode::into_scan);
                Allowed::Ended(Answered::meeting(met, ending))
            }
            Err(_) => Allowed::DeviceChanged,
        })
    }

    /// Notes that the winner is answered what the holder allowed: the first time it is what the holder's receipt says already.
    pub async fn note_fetch(&self, code: &QrCode<Redeemed>, request: &Id) -> Result<Fetched, StoreError> {
        let update = self
            .update_scan(&code.token_hash, &code.state.redemption)
            .update_expression("SET fetched_by = :by")
            .condition_expression("redemption.#request = :request AND attribute_not_exists(fetched_by)")
            .expression_attribute_values(":by", text(request.as_str()));
        Ok(match self.send_scan_update(update).await? {
            Updated::Done => Fetched::First,
            // The SDK repeated a write that had happened.
            Updated::Refused(Some(Scan::Redeemed(met))) if met.state.fetched_by.as_ref() == Some(request) => {
                Fetched::First
            }
            Updated::Refused(_) => Fetched::Before,
        })
    }

    fn update_scan(&self, token_hash: &Digest, redemption: &Redemption) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.tables.qr_codes)
            .key("token_hash", text(token_hash.as_str()))
            .expression_attribute_names("#request", "request")
            .expression_attribute_values(":request", text(redemption.request.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    async fn send_scan_update(&self, update: UpdateItemFluentBuilder) -> Result<Updated, StoreError> {
        match update.send().await {
            Ok(_) => Ok(Updated::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let met: Option<QrCode> =
                        failed.item.clone().filter(|item| !item.is_empty()).map(from_item).transpose()?;
                    Ok(Updated::Refused(met.and_then(QrCode::into_scan)))
                }
                _ => Err(unavailable(error)),
            },
        }
    }
}

impl Answered {
    /// Whether this very ending was written before its answer was lost, or else how the question has ended.
    fn meeting(met: Option<Scan>, ending: &Reading) -> Self {
        if met.as_ref().and_then(Scan::ending).as_ref() == Some(ending) { Self::Done } else { Self::Before(met) }
    }
}
