//! What event source mappings do: hand a stream's records to its function, and remember how far it came.

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use ikd::streams;
use local::stack::{mail_events, stream_pump};
use serde_json::{Value, json};

use crate::world::World;

impl World {
    /// Works through the outbox's stream once, as the event source mapping does; gives the reported failures.
    pub async fn deliver(&self) -> Vec<String> {
        let after = self.position.lock().unwrap().clone();
        let records = stream_pump::read(&self.database, "outbox", after.as_deref()).expect("a stream");
        let failures = self.send_activation_emails(&records).await;
        let is_done = |record: &&Value| sequence_number(record).is_none_or(|number| !failures.contains(&number));
        if let Some(last) = records.iter().take_while(is_done).last() {
            *self.position.lock().unwrap() = sequence_number(last);
        }
        failures
    }

    /// Hands records to send-activation-email; gives the sequence numbers that it reports as failed.
    pub async fn send_activation_emails(&self, records: &[Value]) -> Vec<String> {
        let event: Event = serde_json::from_value(json!({ "Records": records })).expect("an event");
        let app = self.app_of(&send_activation_email::FUNCTION);
        let response = streams::work_through(&app, &send_activation_email::FUNCTION, event).await;
        failed(response)
    }

    /// Hands an event of SES to track-email, with the tags that an e-mail was sent with.
    pub async fn track(&self, event_type: &str, mail: &Value) -> Result<(), ikd::store::StoreError> {
        self.track_event(mail_events::event(event_type, mail)).await
    }

    /// Hands any event to track-email.
    pub async fn track_event(&self, event: Value) -> Result<(), ikd::store::StoreError> {
        let app = self.app_of(&track_email::FUNCTION);
        (track_email::FUNCTION.step)(&app, event).await
    }

    /// The first records that the QR codes' stream holds after a position.
    pub fn qr_code_records(&self, after: Option<&str>) -> Vec<Value> {
        stream_pump::read(&self.database, "qr_codes", after).expect("a stream")
    }

    /// Works through the QR codes' stream from its beginning, as a new mapping does.
    pub async fn record_receipts(&self) {
        let mut position: Option<String> = None;
        loop {
            let records = self.qr_code_records(position.as_deref());
            let Some(last) = records.last() else { return };
            position = sequence_number(last);
            assert_eq!(self.record_receipts_of(&records).await, [""; 0], "every redemption gets its receipt");
        }
    }

    /// Hands records to record-receipt; gives the sequence numbers that it reports as failed.
    pub async fn record_receipts_of(&self, records: &[Value]) -> Vec<String> {
        let event: Event = serde_json::from_value(json!({ "Records": records })).expect("an event");
        let app = self.app_of(&record_receipt::FUNCTION);
        let response = streams::work_through(&app, &record_receipt::FUNCTION, event).await;
        failed(response)
    }

    /// What the notices' stream holds after a position.
    pub fn notice_records(&self, after: Option<&str>) -> Vec<Value> {
        stream_pump::read(&self.database, "notices", after).expect("a stream")
    }

    /// Works through the notices' stream from its position on; gives the sequence numbers that are reported as failed.
    pub async fn send_notices(&self) -> Vec<String> {
        loop {
            let after = self.notices_position.lock().unwrap().clone();
            let records = self.notice_records(after.as_deref());
            let Some(last) = records.last() else { return Vec::new() };
            let failures = self.send_notices_of(&records).await;
            if !failures.is_empty() {
                return failures;
            }
            *self.notices_position.lock().unwrap() = sequence_number(last);
        }
    }

    /// Hands records to send-notice; gives the sequence numbers that it reports as failed.
    pub async fn send_notices_of(&self, records: &[Value]) -> Vec<String> {
        let event: Event = serde_json::from_value(json!({ "Records": records })).expect("an event");
        let app = self.app_of(&send_notice::FUNCTION);
        failed(streams::work_through(&app, &send_notice::FUNCTION, event).await)
    }

    /// Calls repeat-notices, as the clock does.
    pub async fn repeat_notices(&self) -> Result<(), ikd::store::StoreError> {
        let app = self.app_of(&repeat_notices::FUNCTION);
        (repeat_notices::FUNCTION.step)(&app, json!({})).await
    }

    /// Works through the erasures' stream from its position until something fails; gives the sequence numbers that were
    /// reported as failed.
    pub async fn finish_erasures(&self) -> Vec<String> {
        let app = self.app_of(&finish_erasure::FUNCTION);
        loop {
            let after = self.erasures_position.lock().unwrap().clone();
            let records = stream_pump::read(&self.database, "erasures", after.as_deref()).expect("a stream");
            if records.is_empty() {
                return Vec::new();
            }
            for record in records {
                let done = sequence_number(&record);
                let event: Event = serde_json::from_value(json!({ "Records": [record] })).expect("an event");
                let response = streams::work_through(&app, &finish_erasure::FUNCTION, event).await;
                if !response.batch_item_failures.is_empty() {
                    return failed(response);
                }
                *self.erasures_position.lock().unwrap() = done;
            }
        }
    }

    /// Starts the erasures' stream from its beginning again.
    pub fn rewind_erasures(&self) {
        *self.erasures_position.lock().unwrap() = None;
    }

    /// The records that the outbox's stream holds.
    pub fn outbox_records(&self) -> Vec<Value> {
        stream_pump::read(&self.database, "outbox", None).expect("a stream")
    }
}

/// The sequence numbers that a function reports as failed.
fn failed(response: DynamoDbEventResponse) -> Vec<String> {
    response.batch_item_failures.into_iter().filter_map(|failure| failure.item_identifier).collect()
}

fn sequence_number(record: &Value) -> Option<String> {
    stream_pump::sequence_number(record).map(str::to_owned)
}
