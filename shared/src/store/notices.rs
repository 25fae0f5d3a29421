//! `notices`: what integrators are to be told. Each stays until it is taken, or forgotten by TTL. The stream hands it out when it is
//! put, and each time that it is due again.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::Timestamp;

use super::failures::unavailable;
use super::item::{attribute, from_item, number, seconds, text, to_item};
use super::{Store, StoreError, Written};
use crate::domain::notice::{Notice, NoticeState};

impl Store {
    /// Puts a notice, unless it is there.
    pub async fn put_notice(&self, notice: &Notice) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.tables.notices)
            .set_item(Some(to_item(notice, None)?))
            .condition_expression("attribute_not_exists(redemption)");
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(unavailable(error)),
            },
        }
    }

    /// Forgets a notice that was taken, or that nobody wants.
    pub async fn forget_notice(&self, notice: &Notice) -> Result<(), StoreError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.tables.notices)
            .key("client_id", text(&notice.client_id))
            .key("redemption", text(notice.redemption.as_str()));
        delete.send().await.map_err(unavailable)?;
        Ok(())
    }

    /// The notices of a shard that are due, the longest first; up to `limit` of them. One that cannot be read hides no other.
    pub async fn due_notices(
        &self,
        shard: u8,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<Result<Notice, StoreError>>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.notices)
            .index_name("due")
            .key_condition_expression("#shard = :shard AND due_at <= :now")
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":now", seconds(now))
            .limit(limit);
        let found = query.send().await.map_err(unavailable)?.items.unwrap_or_default();
        Ok(found.into_iter().map(from_item).collect())
    }

    /// Moves a notice that is due on, unless it was taken or moved on meanwhile.
    pub async fn move_notice_on(&self, notice: &Notice, next: &NoticeState) -> Result<Written, StoreError> {
        let NoticeState::Waiting { tries: seen, .. } = notice.state else { return Ok(Written::Overtaken) };
        let update = self
            .client
            .update_item()
            .table_name(&self.tables.notices)
            .key("client_id", text(&notice.client_id))
            .key("redemption", text(notice.redemption.as_str()))
            .condition_expression("#state = :waiting AND tries = :seen")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":waiting", text("waiting"))
            .expression_attribute_values(":seen", number(seen));
        let update = match next {
            NoticeState::Waiting { tries, due_at, .. } => update
                .update_expression("SET tries = :tries, due_at = :due")
                .expression_attribute_values(":tries", number(tries))
                .expression_attribute_values(":due", seconds(*due_at)),
            NoticeState::GivenUp { given_up_at } => update
                .update_expression("SET #state = :given_up, given_up_at = :at REMOVE tries, due_at, #shard")
                .expression_attribute_names("#shard", "shard")
                .expression_attribute_values(":given_up", text("given-up"))
                .expression_attribute_values(":at", attribute(given_up_at)?),
        };
        match update.send().await {
            Ok(_) => Ok(Written::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let met: Option<Notice> =
                        failed.item.clone().filter(|item| !item.is_empty()).map(from_item).transpose()?;
                    // The SDK repeated a write that had happened.
                    let is_done = met.is_some_and(|met| met.state == *next);
                    Ok(if is_done { Written::Done } else { Written::Overtaken })
                }
                _ => Err(unavailable(error)),
            },
        }
    }
}
