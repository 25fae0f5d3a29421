//! What the functions behind EventBridge share. An event that cannot be processed now is an error, so that Lambda
//! repeats it.

use std::pin::Pin;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

use crate::app::App;
use crate::function;
use crate::store::StoreError;

/// What a function does with one event.
pub type Step = for<'a> fn(&'a App, Value) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

/// A function that events call.
pub type Function = function::Function<Step>;

/// Starts the runtime with one function. An invalid configuration ends it, with one sentence that says why.
pub async fn run(function: Function) -> Result<(), Error> {
    let app = App::start(function.name(), function.builders).await?;
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        (function.step)(app, event.payload).await.map_err(Error::from)
    }))
    .await
}
