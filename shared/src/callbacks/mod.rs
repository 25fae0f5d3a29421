//! What integrators are told by themselves: notices, signed, to addresses on the Internet and nowhere else.

mod addresses;
mod caller;
mod message;

pub use addresses::PublicOnly;
pub use caller::{Caller, NotTaken};
pub use message::{Message, shown_secret};
