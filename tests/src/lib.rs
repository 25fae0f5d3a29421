//! A world for one test: every function, a DynamoDB engine, an SES and an issuer of its own, and a clock it can turn.

#![expect(
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what helps a test panics where the test fails"
)]

mod actions;
mod api;
mod clock;
mod database_calls;
mod emulator;
pub mod engine;
mod faults;
pub mod functions;
mod metrics;
pub mod prints;
mod receiver;
mod registry;
mod rekognition;
mod ses;
mod snapshot;
mod soundness;
mod steps;
mod stored;
mod streams;
pub mod thefts;
pub mod walks;
mod wire;
mod world;

pub use clock::TestClock;
pub use database_calls::{Calls, Capacity, Count};
pub use emulator::Emulator;
pub use faults::{Fault, Faults, Gate, Lasting};
pub use metrics::{Metric, Written};
pub use receiver::{Receiver, Taken};
pub use rekognition::{Rekognition, Sight};
pub use ses::{Ses, SesFault};
pub use snapshot::Snapshot;
pub use steps::{Activated, Approved, EMAIL, HolderWithSession, PIN, Registered, WRONG_PINS};
pub use wire::{Came, Mishap, Wire};
pub use world::{FACES_HERE, World};

use local::actors::Reply;

/// Asserts that an answer is the named problem, and that it is written as RFC 9457 wants it.
#[track_caller]
pub fn assert_problem(reply: &Reply, status: u16, slug: &str) {
    assert_eq!((reply.status.as_u16(), reply.problem().as_deref()), (status, Some(slug)), "{}", reply.text);
    let json = reply.json();
    assert_eq!(json["status"], status);
    for member in ["title", "detail", "instance"] {
        assert!(json[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {}", reply.text);
    }
    if status == 429 || status == 503 || json.get("retry_after").is_some() {
        assert_eq!(reply.header("retry-after").map(str::to_owned), Some(json["retry_after"].to_string()));
    }
}

/// Asserts that validation refused exactly these members.
#[track_caller]
pub fn assert_invalid(reply: &Reply, pointers: &[&str]) {
    assert_problem(reply, 422, "validation-failed");
    let json = reply.json();
    let refused: Vec<&str> =
        json["errors"].as_array().into_iter().flatten().filter_map(|error| error["pointer"].as_str()).collect();
    assert_eq!(refused, pointers, "{}", reply.text);
}

/// Asserts a success.
#[track_caller]
pub fn assert_status(reply: &Reply, status: u16) {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.text);
}
