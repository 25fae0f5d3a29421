//! How PINs rest: Argon2id with a pepper that is not in the database (OWASP: m = 19456 KiB, t = 2, p = 1).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::password_hash::Error;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};

use super::pin::Pin;
use super::secret::unprintable;

/// Hashes and verifies PINs under the service's pepper.
pub struct PinHasher {
    pepper: SecretSlice<u8>,
    computed: AtomicU64,
    /// Memory that earlier hashes have worked in: to have it anew and to clear it takes a tenth of a hash's time. What is
    /// left in it helps nobody, since who reads this process has the pepper as well.
    used: Mutex<Vec<Vec<Block>>>,
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
    pub fn new(pepper: &[u8]) -> Result<Self, Error> {
        let hasher = Self { pepper: pepper.to_vec().into(), computed: AtomicU64::new(0), used: Mutex::default() };
        hasher.argon2(parameters()?)?;
        Ok(hasher)
    }

    /// The hash to store.
    pub fn hash(&self, pin: &Pin, salt: [u8; 16]) -> Result<PinHash, Error> {
        let parameters = parameters()?;
        let mut hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&parameters)?,
            salt: Some(Salt::new(&salt)?),
            hash: None,
        };
        hash.hash = Some(self.compute(parameters, pin, &salt)?);
        Ok(PinHash(hash.to_string()))
    }

    /// Whether the PIN is the one behind `hash`; never true without a hash, and no faster for it.
    pub fn verify(&self, pin: &Pin, hash: Option<&str>) -> bool {
        let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
        let (Ok(parameters), Some(salt)) = (Params::try_from(&parsed), &parsed.salt) else { return false };
        let output = self.compute(parameters, pin, salt);
        // Compared in constant time, as `Output` does.
        let right = output.is_ok_and(|output| parsed.hash == Some(output));
        right && hash.is_some()
    }

    /// How many hashes were computed so far: each costs 19 MiB and tens of milliseconds, and looks at a PIN.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    fn compute(&self, parameters: Params, pin: &Pin, salt: &[u8]) -> Result<Output, Error> {
        self.computed.fetch_add(1, Ordering::Relaxed);
        let mut memory = self.used().pop().unwrap_or_default();
        memory.resize(parameters.block_count(), Block::new());
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let pin = pin.expose().as_bytes();
        self.argon2(parameters)?.hash_password_into_with_memory(pin, salt, &mut output, &mut memory)?;
        self.used().push(memory);
        Ok(Output::new(&output)?)
    }

    fn used(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn argon2(&self, parameters: Params) -> Result<Argon2<'_>, Error> {
        Ok(Argon2::new_with_secret(self.pepper.expose_secret(), Algorithm::Argon2id, Version::V0x13, parameters)?)
    }
}

/// What OWASP recommends.
fn parameters() -> Result<Params, Error> {
    Ok(Params::new(19_456, 2, 1, None)?)
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
        assert!(!hasher.verify(&pin, Some("$argon2id$v=19$m=19456,t=2,p=1")));
    }

    #[test]
    fn hashes_are_what_argon2_says_and_none_bears_on_the_next() {
        use argon2::PasswordVerifier;
        let hasher = PinHasher::new(b"pepper").unwrap();
        let params = Params::new(19_456, 2, 1, None).unwrap();
        let argon2 = Argon2::new_with_secret(b"pepper", Algorithm::Argon2id, Version::V0x13, params).unwrap();
        for (pin, salt) in [("142857", 1), ("142858", 2), ("142857", 1)] {
            let hash = hasher.hash(&Pin::parse(pin).unwrap(), [salt; 16]).unwrap();
            let hash = PasswordHash::new(hash.expose()).unwrap();
            assert!(argon2.verify_password(pin.as_bytes(), &hash).is_ok(), "{hash}");
        }
        assert_eq!(hasher.used().len(), 1, "one after the other works in the same memory");
    }
}
