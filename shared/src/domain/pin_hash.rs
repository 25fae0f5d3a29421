//! How PINs rest: Argon2id with a pepper that is not in the database (OWASP: m = 19456 KiB, t = 2, p = 1).

use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::{PasswordHash, Salt};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};

use super::pin::Pin;
use super::secret::unprintable;

/// Hashes and verifies PINs under the service's pepper.
pub struct PinHasher {
    pepper: SecretSlice<u8>,
    computed: AtomicU64,
}

/// Verified against where there is no hash, so that an unknown device costs the same work as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A PIN's Argon2id hash, as a PHC string.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PinHash(String);

unprintable!(PinHasher, PinHash);

impl PinHash {
    /// A hash that no PIN has.
    pub fn of_nobody() -> Self {
        Self(NOBODY.to_owned())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PinHasher {
    /// Fails where the pepper is longer than Argon2 takes.
    pub fn new(pepper: &[u8]) -> Result<Self, argon2::password_hash::Error> {
        let hasher = Self { pepper: pepper.to_vec().into(), computed: AtomicU64::new(0) };
        hasher.argon2()?;
        Ok(hasher)
    }

    /// The hash to store.
    pub fn hash(&self, pin: &Pin, salt: [u8; 16]) -> Result<PinHash, argon2::password_hash::Error> {
        self.computed.fetch_add(1, Ordering::Relaxed);
        let salt = Salt::new(&salt).map_err(|_| argon2::password_hash::Error::Internal)?;
        Ok(PinHash(self.argon2()?.hash_password_with_salt(pin.expose().as_bytes(), &salt)?.to_string()))
    }

    /// Whether the PIN is the one behind `hash`; never true without a hash, and no faster for it.
    pub fn verify(&self, pin: &Pin, hash: Option<&str>) -> bool {
        let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
        self.computed.fetch_add(1, Ordering::Relaxed);
        let right = self.argon2().is_ok_and(|argon2| argon2.verify_password(pin.expose().as_bytes(), &parsed).is_ok());
        right && hash.is_some()
    }

    /// How many hashes were computed so far: each costs 19 MiB and tens of milliseconds, and looks at a PIN.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    fn argon2(&self) -> Result<Argon2<'_>, argon2::password_hash::Error> {
        let params = Params::new(19_456, 2, 1, None).map_err(|_| argon2::password_hash::Error::Internal)?;
        Argon2::new_with_secret(self.pepper.expose_secret(), Algorithm::Argon2id, Version::V0x13, params)
            .map_err(|_| argon2::password_hash::Error::Internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_pin_under_the_right_pepper_verifies() {
        let (pin, other) = (Pin::parse("142857").unwrap(), Pin::parse("142858").unwrap());
        let hasher = PinHasher::new(b"pepper").unwrap();
        let hash = hasher.hash(&pin, [9; 16]).unwrap();
        let hash = hash.expose();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify(&pin, Some(hash)));
        assert!(!hasher.verify(&other, Some(hash)));
        assert!(!PinHasher::new(b"salt").unwrap().verify(&pin, Some(hash)));
        assert!(!hasher.verify(&pin, None));
        assert!(!hasher.verify(&pin, Some(PinHash::of_nobody().expose())));
        assert!(PasswordHash::new(NOBODY).is_ok(), "the stand-in costs a whole computation");
        assert!(!hasher.verify(&pin, Some("nonsense")));
    }
}
