//! Leaves out of each call to DynamoDB what serves statistics alone, and is made again for each call.

use std::borrow::Cow;

use aws_config::AppName;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, disable_interceptor, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Sends our name, and the app's if it is configured, as the user agent (RFC 9110, section 10.1.5) in place of the SDK's, which
/// lists versions and features. The number of the attempt is not sent. The name of the call is: by it, AWS's support and the tests
/// know the attempts of one call.
#[derive(Debug)]
pub struct LeanCalls;

#[dyn_dispatch_hint]
impl Intercept for LeanCalls {
    fn name(&self) -> &'static str {
        "LeanCalls"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        const CAUSE: &str = "it serves statistics alone";

        let state = config.interceptor_state();
        state.store_put(disable_interceptor::<UserAgentInterceptor>(CAUSE));
        state.store_put(disable_interceptor::<RequestInfoInterceptor>(CAUSE));
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        const OURS: &str = concat!("ikd/", env!("CARGO_PKG_VERSION"));

        let sender = match config.load::<AppName>() {
            Some(app) => Cow::Owned(format!("{OURS} app/{app}")),
            None => Cow::Borrowed(OURS),
        };
        context.request_mut().headers_mut().insert("user-agent", sender);
        Ok(())
    }
}
