//! Repeats single writes that met a running transaction on the same item.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::retry::ErrorKind;

/// DynamoDB refuses a single write to an item inside a running transaction (`TransactionConflictException`). It passes
/// within milliseconds, and the SDK does not repeat it by itself.
#[derive(Debug)]
pub struct RepeatConflicts;

impl ClassifyRetry for RepeatConflicts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err).and_then(|error| error.as_operation_error());
        let code = error.and_then(|error| {
            let of_update = error.downcast_ref::<UpdateItemError>().and_then(ProvideErrorMetadata::code);
            of_update.or_else(|| error.downcast_ref::<PutItemError>().and_then(ProvideErrorMetadata::code))
        });
        if code == Some("TransactionConflictException") {
            RetryAction::retryable_error(ErrorKind::ThrottlingError)
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "RepeatConflicts"
    }
}
