//! The operators' command as a library: what the binary does, and the keys that local stacks and tests make as it does.

pub mod aws;
pub mod deployment;
pub mod receipts;
pub mod registry;
pub mod signing_secret;

mod key_pair;
mod options;
mod signals;
mod stack_description;

pub use key_pair::KeyPair;
pub use options::Options;
pub use signals::asked_to_end;
pub use stack_description::StackDescription;
