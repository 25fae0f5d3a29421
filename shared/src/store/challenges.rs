//! `challenges`: what may be used once (DPoP proofs, client assertions, captchas) and what is counted (wrong captchas).

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::failures::unavailable;
use super::item::{Refused, from_item, number, seconds, text, to_item, write};
use super::{Store, StoreError};
use crate::domain::{Digest, Id};

/// Something that counts once. Only its digest is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once {
    DpopProof,
    ClientAssertion,
    Captcha,
}

/// A DPoP proof that a step's transaction uses up, together with what it is used for.
#[derive(Clone, Debug)]
pub struct UsedProof {
    /// Names the proof.
    pub digest: Digest,
    /// Names the request that uses it.
    pub attempt: Id,
    /// From when on the proof is too old anyway.
    pub expires_at: Timestamp,
}

/// Whether it was used for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    First,
    Again,
}

/// Whether a captcha's answer may be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptchaTry {
    Taken,
    /// This captcha was answered before, rightly or wrongly, by another attempt.
    UsedBefore,
    /// Too many wrong answers for this link; the counter starts again at the given time.
    TooMany(Timestamp),
}

/// How many wrong captchas a link may get in which time.
#[derive(Clone, Copy, Debug)]
pub struct CaptchaLimit {
    pub wrong: u32,
    pub window: SignedDuration,
}

#[derive(Serialize, Deserialize)]
struct Mark {
    /// Names the attempt, so that the SDK's repetition of a write is not taken for a second use.
    attempt: Id,
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    expires_at: Timestamp,
}

impl Once {
    fn key(self, value: &Digest) -> String {
        let kind = match self {
            Self::DpopProof => "dpop-proof",
            Self::ClientAssertion => "client-assertion",
            Self::Captcha => "captcha",
        };
        format!("{kind}#{}", value.as_str())
    }
}

impl UsedProof {
    /// Who had used the proof, where that refused the write of a transaction: this request itself, by an earlier copy of the
    /// same transaction, or another one.
    pub(super) fn met(&self, refused: &mut Refused, write: usize) -> Result<Option<Use>, StoreError> {
        if !refused.failed(write) {
            return Ok(None);
        }
        let found: Option<Mark> = refused.found(write)?;
        let own = found.is_some_and(|mark| mark.attempt == self.attempt);
        Ok(Some(if own { Use::First } else { Use::Again }))
    }
}

impl CaptchaLimit {
    fn window_end(&self, now: Timestamp) -> Timestamp {
        let window = self.window.as_secs().max(1);
        let end = (now.as_second().div_euclid(window) + 1) * window;
        Timestamp::from_second(end).unwrap_or(now)
    }

    fn key(&self, link: &Digest, now: Timestamp) -> String {
        format!("wrong-captchas#{}#{}", link.as_str(), self.window_end(now).as_second())
    }
}

impl Store {
    /// Marks a value as used until it would be refused for its age anyway.
    pub async fn use_once(
        &self,
        once: Once,
        value: &Digest,
        attempt: &Id,
        expires_at: Timestamp,
    ) -> Result<Use, StoreError> {
        let mark = Mark { attempt: attempt.clone(), expires_at };
        let answer = self
            .client
            .put_item()
            .table_name(&self.tables.challenges)
            .set_item(Some(to_item(&mark, Some(("id", once.key(value))))?))
            .condition_expression("attribute_not_exists(id)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Use::First),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let found: Option<Mark> = failed.item.clone().map(from_item).transpose()?;
                    let own = found.is_some_and(|mark| mark.attempt == *attempt);
                    Ok(if own { Use::First } else { Use::Again })
                }
                _ => Err(unavailable(error)),
            },
        }
    }

    /// A part of a transaction: a proof is used for the first time.
    pub(super) fn mark_proof(&self, proof: &UsedProof) -> Result<TransactWriteItem, StoreError> {
        let mark = Mark { attempt: proof.attempt.clone(), expires_at: proof.expires_at };
        let put = Put::builder()
            .table_name(&self.tables.challenges)
            .set_item(Some(to_item(&mark, Some(("id", Once::DpopProof.key(&proof.digest))))?))
            .condition_expression("attribute_not_exists(id)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(write!(put, Put, put))
    }

    /// Uses up a captcha and takes one of the link's tries, both before the answer is checked. The same attempt may come again, and
    /// is counted again.
    pub async fn take_captcha_try(
        &self,
        captcha: &Digest,
        link: &Digest,
        limit: &CaptchaLimit,
        attempt: &Id,
        now: Timestamp,
    ) -> Result<CaptchaTry, StoreError> {
        /// The write of the transaction that counts, by its position; the captcha's is before it.
        const COUNT: usize = 1;

        let window_end = limit.window_end(now);
        let mark = Mark { attempt: attempt.clone(), expires_at: window_end + SignedDuration::from_hours(1) };
        let item = to_item(&mark, Some(("id", Once::Captcha.key(captcha))))?;
        let writes = vec![
            write!(
                put,
                Put,
                Put::builder()
                    .table_name(&self.tables.challenges)
                    .set_item(Some(item))
                    .condition_expression("attribute_not_exists(id) OR attempt = :attempt")
                    .expression_attribute_values(":attempt", text(attempt.as_str()))
            ),
            write!(
                update,
                Update,
                Update::builder()
                    .table_name(&self.tables.challenges)
                    .key("id", text(limit.key(link, now)))
                    .update_expression("ADD tries :one SET expires_at = :end")
                    .condition_expression("attribute_not_exists(tries) OR tries < :limit")
                    .expression_attribute_values(":one", number(1))
                    .expression_attribute_values(":limit", number(limit.wrong))
                    .expression_attribute_values(":end", seconds(window_end))
            ),
        ];
        Ok(match self.transact(writes).await? {
            Ok(()) => CaptchaTry::Taken,
            Err(refused) if refused.failed(COUNT) => CaptchaTry::TooMany(window_end),
            Err(_) => CaptchaTry::UsedBefore,
        })
    }

    /// Gives the try back after a right answer; only wrong ones count.
    pub async fn return_captcha_try(
        &self,
        link: &Digest,
        limit: &CaptchaLimit,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let update = Update::builder()
            .table_name(&self.tables.challenges)
            .key("id", text(limit.key(link, now)))
            .update_expression("ADD tries :minus_one SET expires_at = :end")
            .expression_attribute_values(":minus_one", number(-1))
            .expression_attribute_values(":end", seconds(limit.window_end(now)));
        // A transaction, since the SDK's repetition of it counts once.
        self.transact(vec![write!(update, Update, update)]).await?.map_err(|_| StoreError::Malformed)
    }
}
