//! Where PINs are hashed: the memory that hashes share, and how many were computed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::password_hash::Error;

use crate::domain::pin::Pin;
use crate::domain::pin_hash::{Memory, PinHash, PinHasher};
use crate::domain::secret::unprintable;

/// Hashes and verifies PINs under the service's pepper.
pub struct Pins {
    hasher: PinHasher,
    computed: AtomicU64,
    /// Memory of earlier hashes. To allocate and clear it takes a tenth of a hash's time. What is left in it helps
    /// nobody: anyone who can read this process has the pepper as well.
    used: Mutex<Vec<Memory>>,
}

unprintable!(Pins);

impl Pins {
    /// Fails where the pepper is longer than Argon2 takes.
    pub fn new(pepper: &[u8]) -> Result<Self, Error> {
        Ok(Self { hasher: PinHasher::new(pepper)?, computed: AtomicU64::new(0), used: Mutex::default() })
    }

    /// The hash to store.
    pub fn hash(&self, pin: &Pin, salt: [u8; 16]) -> Result<PinHash, Error> {
        self.compute(|memory| self.hasher.hash(pin, salt, memory))
    }

    /// Whether the PIN is the one behind `hash`; without a hash it is never true, and just as slow.
    pub fn verify(&self, pin: &Pin, hash: Option<&str>) -> bool {
        self.compute(|memory| self.hasher.verify(pin, hash, memory))
    }

    /// How many hashes were computed so far: each costs 19 MiB and tens of milliseconds, and means that a PIN was read.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    fn compute<T>(&self, compute: impl FnOnce(&mut Memory) -> T) -> T {
        self.computed.fetch_add(1, Ordering::Relaxed);
        let mut memory = self.used().pop().unwrap_or_default();
        let computed = compute(&mut memory);
        self.used().push(memory);
        computed
    }

    fn used(&self) -> MutexGuard<'_, Vec<Memory>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;
    use argon2::{Algorithm, Argon2, Params, PasswordVerifier, Version};

    use super::*;

    #[test]
    fn hashes_are_what_argon2_says_and_none_bears_on_the_next() {
        let hasher = Pins::new(b"pepper").unwrap();
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
