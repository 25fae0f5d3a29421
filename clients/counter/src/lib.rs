//! What an integrator needs at its counter: it proves itself by its key, redeems scanned QR codes, verifies the answers, and
//! never uses up a code for nothing because an answer was lost.
//!
//! [`Counter`] is the whole of it. A scanned text becomes an attempt, which is written down before anything is sent. The attempt
//! is asked about, as often as needed, under one idempotency key. When its answer was shown, it is forgotten. [`page`] serves this
//! as a page on this machine; docs/counter.md has an example for a program of your own.

mod assertion;
mod clock;
mod counter;
mod journal;
mod key;
pub mod page;
mod problem;
mod random;
mod scanned;
mod service;

pub use clock::{Clock, SystemClock};
pub use counter::{Answer, Counter, Failed, NotTaken, Open, Question, Taken, Unanswered, Verified};
pub use journal::{Journal, JournalError};
pub use key::{ClientKey, UnusableKey};
pub use problem::{Kind, Refusal};
pub use scanned::{Scanned, ScannedCode};
pub use service::{Language, Purpose, Registration, Service, ServiceError, Setup, Words};
