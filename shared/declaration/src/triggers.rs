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
}

/// How a function follows a table's stream.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    pub table: Table,
    /// The one kind of change that it is called for.
    pub change: Change,
    /// How many records one invocation gets, at most.
    pub batch: u8,
}

/// A kind of change in a stream of DynamoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Insert,
    Modify,
}

impl Change {
    /// The stream's own word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Modify => "MODIFY",
        }
    }
}
