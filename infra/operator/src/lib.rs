//! The operators' command as a library: what the binary does, and how keys are made, for local stacks and tests, too.

pub mod deployment;
pub mod receipts;
pub mod registry;

mod options;
pub mod output;
mod stack_description;

pub use operator_base::{KeyPair, asked_to_end, aws, signing_secret};
pub use options::Options;
pub use stack_description::StackDescription;
