//! The local stack as a library: the tests and the lab bring up the same stack and play the same people.

pub mod actors;
pub mod demo;
pub mod deployed;
mod enrolment;
pub mod personas;
pub mod photographs;
pub mod sandbox;
pub mod schemathesis;
pub mod stack;
