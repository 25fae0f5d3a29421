//! An integrator (*lembaga*): a relying party that redeems QR codes.

use std::collections::BTreeMap;

use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, Serialize};

use super::callback::Callback;
use super::claims::ClaimSet;
use super::qr_code::Redemption;
use super::text::Label;

/// How many keys it may have. Where an assertion names none, each is tried, and anybody can send an assertion.
pub const MAX_KEYS: usize = 8;

/// An integrator as ops registered it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Integrator {
    pub client_id: String,
    /// Its name as the holder knows it.
    pub name: String,
    /// The public keys that its client assertions are signed with.
    pub jwks: JwkSet,
    /// The claims that it may ever see.
    pub claims: ClaimSet,
    /// The purposes that it may redeem for, by their names, with what holders read.
    pub purposes: BTreeMap<String, Label>,
    /// Where it wants to be told that a question has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Callback>,
    pub enabled: bool,
}

impl Redemption {
    /// What holders read of who redeemed and for what: as it is registered, or the names in the redemption where it is not any more.
    pub fn names(&self, integrator: Option<&Integrator>) -> (String, Label) {
        let (name, label) = match integrator {
            Some(integrator) => (integrator.name.clone(), integrator.purposes.get(self.purpose.as_str()).cloned()),
            None => (self.client_id.clone(), None),
        };
        (name, label.unwrap_or_else(|| Label::of_name(&self.purpose)))
    }
}
