//! What starts a function: requests, the stream of a table, or events.

use crate::{Route, Table};

#[derive(Clone, Copy, Debug)]
pub enum Trigger {
    /// Requests through API Gateway.
    Http(&'static [Route]),
    /// The stream of a table.
    Stream(Stream),
    /// Events of EventBridge, by a rule in the step's `resources.yaml`.
    Event {
        /// Where they come from, for people.
        source: &'static str,
    },
    /// Time, through EventBridge.
    Schedule { minutes: u16 },
}

/// How a function follows a table's stream.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    pub table: Table,
    /// The kinds of change that it is called for.
    pub changes: &'static [Change],
    /// How many records one invocation gets, at most.
    pub batch: u8,
    /// How many batches of one shard are under way at once, at most. Those of one partition key wait for one another.
    pub lanes: u8,
    /// Whether a record waits for those before it in its batch. Otherwise all of a batch are worked on at once.
    pub in_order: bool,
}

/// A kind of change in a stream of DynamoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Insert,
    Modify,
    /// The removal of an item that had this text in this attribute.
    RemoveOf {
        attribute: &'static str,
        text: &'static str,
    },
}

impl Change {
    /// The filter of Lambda that lets it pass.
    pub fn pattern(self) -> String {
        match self {
            Self::Insert => r#"{"eventName": ["INSERT"]}"#.to_owned(),
            Self::Modify => r#"{"eventName": ["MODIFY"]}"#.to_owned(),
            Self::RemoveOf { attribute, text } => format!(
                r#"{{"eventName": ["REMOVE"], "dynamodb": {{"OldImage": {{"{attribute}": {{"S": ["{text}"]}}}}}}}}"#
            ),
        }
    }
}
