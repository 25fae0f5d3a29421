//! Who calls, and what that caller may do: proven by token, key or PIN, and counted before it is believed.

pub mod authenticate;
pub mod disclosure;
pub mod question;
pub mod report;
pub mod standing;
