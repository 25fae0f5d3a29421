//! Watches the calls that the SDK makes to DynamoDB: how many, and how many one after another.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use aws_sdk_dynamodb::config::interceptors::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::config_bag::{Storable, StoreReplace};

/// The calls seen so far.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<Mutex<Vec<(Instant, Instant)>>>);

/// What some requests cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Round trips that waited for one another.
    pub in_sequence: usize,
    pub in_total: usize,
}

impl Calls {
    /// Forgets the calls seen so far and tells what they cost.
    pub fn take(&self) -> Count {
        let mut calls = std::mem::take(&mut *self.0.lock().unwrap());
        // The longest chain of calls of which each began after the one before had ended.
        calls.sort_by_key(|(_, end)| *end);
        let mut in_sequence = 0;
        let mut free_at: Option<Instant> = None;
        for (start, end) in &calls {
            if free_at.is_none_or(|free_at| *start >= free_at) {
                in_sequence += 1;
                free_at = Some(*end);
            }
        }
        Count { in_sequence, in_total: calls.len() }
    }
}

#[derive(Debug)]
struct StartedAt(Instant);

impl Storable for StartedAt {
    type Storer = StoreReplace<Self>;
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(StartedAt(Instant::now()));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(StartedAt(start)) = config.load::<StartedAt>() {
            self.0.lock().unwrap().push((*start, Instant::now()));
        }
        Ok(())
    }
}
