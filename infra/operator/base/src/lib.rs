//! What the operators' command shares with the local stack and the tests, without the SDKs that only it needs: a build
//! of the stack need not wait for them.

pub mod aws;
pub mod output;
pub mod signing_secret;

mod key_pair;
mod signals;

pub use key_pair::KeyPair;
pub use signals::asked_to_end;
