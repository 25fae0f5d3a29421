//! What the functions of the digital identity share.
//!
//! Direction: functions → {http, store, tokens, mail, pictures, faces} → domain.

pub mod app;
pub mod domain;
pub mod events;
pub mod faces;
pub mod function;
pub mod http;
pub mod mail;
pub mod pictures;
pub mod store;
pub mod streams;
pub mod tokens;
