//! The people of the procedure, as programs: each speaks HTTP and knows no more than its person would.

mod api;
mod browser;
mod integrator;
mod officer;
mod phone;
mod sign_in;
mod signing;

pub use api::{Api, HttpApi, Reply};
pub use browser::Browser;
pub use integrator::{Integrator, document_hash};
pub use officer::Officer;
pub use operator_base::KeyPair;
pub use phone::{Minted, Phone, PhoneSession};
pub use sign_in::officers_token;
pub use signing::Signs;

/// What an activation e-mail brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationEmail {
    pub code: String,
    pub link: String,
}

impl ActivationEmail {
    /// Reads an e-mail's plain text as a resident does.
    pub fn read(text: &str) -> Option<Self> {
        let code = text.lines().find_map(|line| line.strip_prefix("Kode Aktivasi: "))?;
        let link = text.lines().find(|line| line.contains("/activation?token="))?;
        Some(Self { code: code.trim().to_owned(), link: link.trim().to_owned() })
    }

    /// The token in the link.
    pub fn token(&self) -> &str {
        self.link.split_once("token=").map_or("", |(_, token)| token)
    }
}
