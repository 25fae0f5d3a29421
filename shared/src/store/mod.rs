//! DynamoDB: a file per entity and per read of several, every key and every condition in it; outcomes are typed.
//!
//! A rule that must hold under concurrency is a condition expression here, and its failure is a named outcome. The SDK
//! repeats a write whose answer was lost; each write below knows its own repetition from somebody else's write, or is
//! harmless when it happens twice.

mod attempts;
mod conflicts;
mod failures;
mod item;
pub mod keys;

pub mod blocks;
pub mod challenges;
pub mod devices;
pub mod documents;
pub mod erasures;
pub mod holders;
pub mod identities;
pub mod integrators;
pub mod notices;
pub mod outbox;
pub mod parties;
pub mod qr_codes;
pub mod questions;
pub mod receipts;
pub mod registrations;
pub mod residents;
mod selfies;
pub mod shown;
pub mod signatures;
mod waiting;

use aws_sdk_dynamodb::Client;

pub use attempts::Attempts;
pub use conflicts::RepeatConflicts;
pub use failures::StoreError;

/// The outcome of a write on the condition that nothing changed since its caller read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Done,
    /// Something changed in between: read again and decide again.
    Overtaken,
}

/// The service's tables behind one DynamoDB client.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    tables: Tables,
}

/// The names of the tables.
#[derive(Clone, Debug)]
pub struct Tables {
    pub residents: String,
    pub identities: String,
    pub selfies: String,
    pub qr_codes: String,
    pub challenges: String,
    pub outbox: String,
    pub receipts: String,
    pub signatures: String,
    pub documents: String,
    pub erasures: String,
    pub integrators: String,
    pub notices: String,
}

impl Tables {
    /// The tables of one deployment, which share a prefix.
    pub fn with_prefix(prefix: &str) -> Self {
        let named = |table: &str| format!("{prefix}{table}");
        Self {
            residents: named("residents"),
            identities: named("identities"),
            selfies: named("selfies"),
            qr_codes: named("qr_codes"),
            challenges: named("challenges"),
            outbox: named("outbox"),
            receipts: named("receipts"),
            signatures: named("signatures"),
            documents: named("documents"),
            erasures: named("erasures"),
            integrators: named("integrators"),
            notices: named("notices"),
        }
    }
}

impl Store {
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }
}
