//! Mail: what residents receive, and how SES takes it.

pub mod activation_email;
mod mailer;
mod sender;

pub use mailer::{MailError, Mailer, Message, Tags, tags};
pub use sender::{Sender, SenderName};
