//! What the functions behind DynamoDB's streams share: a batch is processed in order, and what cannot be done now is
//! reported, so that the stream repeats it and what follows it.

use std::pin::Pin;

use aws_lambda_events::event::streams::DynamoDbBatchItemFailure;

pub use aws_lambda_events::event::dynamodb::{Event, EventRecord};
pub use aws_lambda_events::event::streams::DynamoDbEventResponse;

use declaration::{Stream, Trigger};
use futures::future::join_all;
use lambda_runtime::{Error, LambdaEvent, service_fn};

use crate::app::{App, Outcome};
use crate::function;
use crate::store::StoreError;

/// The work that a record asks for.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<(), NotDone>> + Send + 'a>>;

/// Why a record's work was not done.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// It may work later: the stream repeats the record.
    #[error("{0}")]
    Retry(String),
    /// It will never work: retrying would hold up the records behind it for a day.
    #[error("{0}")]
    GiveUp(String),
}

impl From<StoreError> for NotDone {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Retry(error.to_string()),
            StoreError::Malformed => Self::GiveUp(error.to_string()),
        }
    }
}

/// What a function behind a stream does with one record.
pub type Step = for<'a> fn(&'a App, EventRecord) -> Work<'a>;

/// A function that a table's stream calls.
pub type Function = function::Function<Step>;

/// Starts the runtime with one function. An invalid configuration ends it, with one sentence that says why.
pub async fn run(function: Function) -> Result<(), Error> {
    let app = App::start(function.name(), function.builders).await?;
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| async move {
        Ok::<_, Error>(work_through(app, &function, event.payload).await)
    }))
    .await
}

/// Works through a batch, as its function declares. Where records wait for one another, it stops at the first whose work cannot be
/// done now and reports that one; those before it are done. Otherwise it reports each of them.
pub async fn work_through(app: &App, function: &Function, event: Event) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    let is_in_order = !matches!(function.declaration.trigger, Trigger::Stream(Stream { in_order: false, .. }));
    if is_in_order {
        for record in event.records {
            if let Err(failure) = work_on(app, function, record).await {
                response.batch_item_failures.push(failure);
                break;
            }
        }
    } else {
        let worked_on = join_all(event.records.into_iter().map(|record| work_on(app, function, record))).await;
        response.batch_item_failures.extend(worked_on.into_iter().filter_map(Result::err));
    }
    response
}

/// Works on one record; an error if it is to be repeated.
async fn work_on(app: &App, function: &Function, record: EventRecord) -> Result<(), DynamoDbBatchItemFailure> {
    let name = function.name();
    let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
    let done = (function.step)(app, record).await;
    let dependency_failed = matches!(done, Err(NotDone::Retry(_)));
    let given_up = matches!(done, Err(NotDone::GiveUp(_)));
    app.write_metrics(name, Outcome { dependency_failed, given_up, ..Outcome::default() });
    match done {
        Ok(()) => tracing::info!(target: "ikd", function = name, sequence_number, "done"),
        Err(NotDone::GiveUp(cause)) => {
            tracing::error!(target: "ikd", function = name, sequence_number, cause, "given up");
        }
        Err(NotDone::Retry(cause)) => {
            tracing::warn!(target: "ikd", function = name, sequence_number, cause, "to be repeated");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence_number);
            return Err(failure);
        }
    }
    Ok(())
}
