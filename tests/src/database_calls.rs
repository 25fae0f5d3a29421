//! Watches the calls that the SDK makes to DynamoDB: how many, how many one after another, and what capacity they consume.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use aws_sdk_dynamodb::config::interceptors::{
    BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use serde_json::{Value, json};

use crate::actions;

/// The calls seen so far.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    calls: Vec<Call>,
    /// Whether DynamoDB is asked what each call consumes.
    weighed: bool,
}

#[derive(Clone, Copy, Debug)]
struct Call {
    start: Instant,
    end: Instant,
    consumed: Capacity,
}

/// Capacity units (Amazon DynamoDB Developer Guide, "read and write operations").
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Capacity {
    pub read: f64,
    pub write: f64,
}

/// What some requests cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Round trips that waited for one another.
    pub in_sequence: usize,
    pub in_total: usize,
}

impl Calls {
    /// Has DynamoDB report what each call consumes, from now on.
    pub fn weigh(&self) {
        self.0.lock().unwrap().weighed = true;
    }

    /// Forgets the calls seen so far and says how many they were.
    pub fn take(&self) -> Count {
        self.take_weighed().0
    }

    /// The same, with what they consumed together.
    pub fn take_weighed(&self) -> (Count, Capacity) {
        let mut calls = std::mem::take(&mut self.0.lock().unwrap().calls);
        // The longest chain of calls, each begun after the one before had ended.
        calls.sort_by_key(|call| call.end);
        let mut in_sequence = 0;
        let mut free_at: Option<Instant> = None;
        let mut consumed = Capacity::default();
        for call in &calls {
            if free_at.is_none_or(|free_at| call.start >= free_at) {
                in_sequence += 1;
                free_at = Some(call.end);
            }
            consumed.read += call.consumed.read;
            consumed.write += call.consumed.write;
        }
        (Count { in_sequence, in_total: calls.len() }, consumed)
    }
}

/// What an answer says that its call consumed, of one table or of several.
fn consumed(operation: &str, answer: &Value) -> Capacity {
    let units = |one: &Value| one["CapacityUnits"].as_f64().unwrap_or_default();
    let units = match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(units).sum(),
        table => units(table),
    };
    match operation {
        "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query" => Capacity { read: units, write: 0.0 },
        _ => Capacity { read: 0.0, write: units },
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
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let sender = request.headers().get("user-agent").unwrap_or_default();
        let operation = config.load::<Metadata>().map(Metadata::name).unwrap_or_default();
        actions::note(sender, operation, request.body().bytes().unwrap_or_default());
        config.interceptor_state().store_put(StartedAt(Instant::now()));
        Ok(())
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !self.0.lock().unwrap().weighed {
            return Ok(());
        }
        let request = context.request_mut();
        let mut asked: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        asked["ReturnConsumedCapacity"] = json!("TOTAL");
        let asked = asked.to_string();
        request.headers_mut().insert("content-length", asked.len().to_string());
        *request.body_mut() = SdkBody::from(asked);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(StartedAt(start)) = config.load::<StartedAt>() {
            let operation = config.load::<Metadata>().map(Metadata::name).unwrap_or_default();
            let answer = context.response().and_then(|response| response.body().bytes()).unwrap_or_default();
            let consumed = consumed(operation, &serde_json::from_slice(answer).unwrap_or_default());
            self.0.lock().unwrap().calls.push(Call { start: *start, end: Instant::now(), consumed });
        }
        Ok(())
    }
}
