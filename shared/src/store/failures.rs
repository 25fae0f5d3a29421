//! DynamoDB's failures as ours, in words that hold nothing of what was sent or received.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// The database could not do its part. The caller may try again; nothing is half-written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No answer, or one that says to try later.
    #[error("DynamoDB is unavailable: {0}")]
    Unavailable(String),
    /// An item that the code cannot read or write: a defect, or a hand-made row. Serde's own words would repeat it.
    #[error("an item does not have the expected form")]
    Malformed,
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(_: serde_dynamo::Error) -> Self {
        Self::Malformed
    }
}

/// What failed in a call to AWS: the service's error code, or where the call got stuck.
pub fn sdk_failure<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ServiceError(error) => error.err().code().unwrap_or("an error without code").to_owned(),
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "no connection in time".to_owned(),
        SdkError::DispatchFailure(_) => "no connection".to_owned(),
        SdkError::ResponseError(_) => "an answer that cannot be read".to_owned(),
        _ => "a request that cannot be made".to_owned(),
    }
}

pub(super) fn unavailable<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> StoreError {
    let failure = sdk_failure(&error);
    drop(error);
    StoreError::Unavailable(failure)
}
