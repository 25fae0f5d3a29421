//! What the functions of the digital identity share, in rooms.
//!
//! A step (`functions/STEP/src/lib.rs`) begins in [`http`], which parses its request, and asks [`access`] who calls. It applies
//! the rules of [`domain`], reads and writes through [`store`], and answers with [`views`]. [`app`] builds what a step needs,
//! once per cold start, and is handed down to it.
//!
//! | room | what is inside |
//! |---|---|
//! | [`access`] | who calls, and what that caller may do |
//! | [`views`] | what answers show |
//! | [`streams`] | what the functions behind DynamoDB's streams share |
//! | [`http`] | parse, answer, problems, serve |
//! | [`app`] | configuration, clients, clock and randomness |
//! | [`store`] | DynamoDB: every key and every condition |
//! | [`tokens`] | what we sign and what we verify |
//! | [`mail`] | SES and what residents receive |
//! | [`callbacks`] | what integrators are told by themselves |
//! | [`pictures`] | QR codes and selfies |
//! | [`faces`] | the engines that compare faces |
//! | [`aws`] | what the clients of AWS share |
//! | [`long_work`] | work that computes for long |
//! | [`log`] | our own lines, and nothing personal in them |
//! | [`domain`] | the rules, pure: no I/O, no clock, no randomness |
//!
//! A room uses only rooms below it:
//!
//! ```text
//! functions
//! access   views   streams
//! http
//! app
//! mail   callbacks   faces   store   pictures
//! tokens   aws   long_work   log
//! domain
//! ```
//!
//! (`mail` writes the links that `tokens` seals.) No arrow runs up, and `domain` uses no other room.

use feature_set as _;

pub mod access;
pub mod app;
pub mod aws;
pub mod callbacks;
pub mod domain;
pub mod events;
pub mod faces;
pub mod function;
pub mod http;
pub mod log;
pub mod long_work;
pub mod mail;
pub mod pictures;
pub mod store;
pub mod streams;
pub mod tokens;
pub mod views;

/// The allocator of every function's program. A request makes thousands of small allocations, most of them in the SDK, and
/// this one needs half as many instructions for them as the C library's.
pub use mimalloc::MiMalloc as Allocator;
