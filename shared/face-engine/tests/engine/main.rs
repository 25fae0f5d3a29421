//! The engine on photographs of people. Weights and photographs are fetched once, into `.local/faces`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what helps a test panics where the test fails"
)]

mod dlib;
mod files;
mod people;
mod quality;
mod world;
