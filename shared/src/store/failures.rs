//! DynamoDB's failures as ours, in words that hold nothing of what was sent or received.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::aws::describe_failure;

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

pub(super) fn unavailable<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> StoreError {
    let failure = describe_failure(&error);
    drop(error);
    StoreError::Unavailable(failure)
}
