//! Every parser with any input: it never panics, what it accepts is in its one canonical form, and what it refuses it
//! does not repeat.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what helps a test panics where the test fails")]

mod printing;
mod requests;
mod tokens;
mod values;
