//! Mail: what residents receive, and how SES takes it.

pub mod activation_email;
mod mailer;

pub use mailer::{MailError, Mailer, Message, Sender, Tags, tags};
