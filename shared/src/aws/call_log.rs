//! One line in the log for each call to AWS, if asked for: which operation, how it ended, how long it took.

use std::time::Instant;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// Writes the lines. What was sent and received stays out of them.
#[derive(Debug)]
pub struct LogCalls;

#[derive(Debug)]
struct StartedAt(Instant);

impl Storable for StartedAt {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for LogCalls {
    fn name(&self) -> &'static str {
        "LogCalls"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(StartedAt(Instant::now()));
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let metadata = config.load::<Metadata>();
        let took = config.load::<StartedAt>().map(|StartedAt(at)| at.elapsed());
        tracing::debug!(
            target: "ikd",
            service = metadata.map(Metadata::service),
            operation = metadata.map(Metadata::name),
            status = context.response().map(|response| response.status().as_u16()),
            done = context.output_or_error().is_some_and(|outcome| outcome.is_ok()),
            milliseconds = took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
            "asked AWS"
        );
        Ok(())
    }
}
