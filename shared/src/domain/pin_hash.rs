//! How PINs are stored: Argon2id with a pepper that is not in the database (OWASP: m = 19456 KiB, t = 2, p = 1).

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
}

/// The memory that a hash is computed in: 19 MiB, once it has been used. No hash depends on what the one before left in
/// it.
#[derive(Default)]
pub struct Memory(Vec<Block>);

/// Used for verifying where there is no hash, so that an unknown device costs the same work as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A PIN's Argon2id hash, as a PHC string.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PinHash(String);

unprintable!(PinHasher, PinHash, Memory);

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
        let hasher = Self { pepper: pepper.to_vec().into() };
        hasher.argon2(parameters()?)?;
        Ok(hasher)
    }

    /// The hash to store.
    pub fn hash(&self, pin: &Pin, salt: [u8; 16], memory: &mut Memory) -> Result<PinHash, Error> {
        let parameters = parameters()?;
        let mut hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&parameters)?,
            salt: Some(Salt::new(&salt)?),
            hash: None,
        };
        hash.hash = Some(self.compute(parameters, pin, &salt, memory)?);
        Ok(PinHash(hash.to_string()))
    }

    /// Whether the PIN is the one behind `hash`; without a hash it is never true, and just as slow.
    pub fn verify(&self, pin: &Pin, hash: Option<&str>, memory: &mut Memory) -> bool {
        let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
        let (Ok(parameters), Some(salt)) = (Params::try_from(&parsed), &parsed.salt) else { return false };
        let output = self.compute(parameters, pin, salt, memory);
        // Compared in constant time, as `Output` does.
        let right = output.is_ok_and(|output| parsed.hash == Some(output));
        right && hash.is_some()
    }

    fn compute(&self, parameters: Params, pin: &Pin, salt: &[u8], memory: &mut Memory) -> Result<Output, Error> {
        memory.0.resize(parameters.block_count(), Block::new());
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let pin = pin.expose().as_bytes();
        self.argon2(parameters)?.hash_password_into_with_memory(pin, salt, &mut output, &mut memory.0)?;
        Ok(Output::new(&output)?)
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
        let memory = &mut Memory::default();
        let hash = hasher.hash(&pin, [9; 16], memory).unwrap();
        let hash = hash.expose();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify(&pin, Some(hash), memory));
        assert!(!hasher.verify(&other, Some(hash), memory));
        assert!(!PinHasher::new(b"salt").unwrap().verify(&pin, Some(hash), memory));
        assert!(!hasher.verify(&pin, None, memory));
        assert!(!hasher.verify(&pin, Some(PinHash::of_nobody().expose()), memory));
        assert!(PasswordHash::new(NOBODY).is_ok(), "the stand-in costs a whole computation");
        assert!(!hasher.verify(&pin, Some("nonsense"), memory));
        assert!(!hasher.verify(&pin, Some("$argon2id$v=19$m=19456,t=2,p=1"), memory));
    }
}
