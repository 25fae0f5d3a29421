//! What the clients of several AWS services share: the connection, the log of their calls, and words for their failures.

mod call_log;
mod failure;
pub mod https;
mod lean_calls;

pub use call_log::LogCalls;
pub use failure::describe_failure;
pub use lean_calls::LeanCalls;
