//! The secret behind the template's SigningSecretArn, and its rotation: verifiers know a key before it signs, and for
//! as long as something that it signed may be in use.

use std::io::Read;

use anyhow::{Context, Result, ensure};
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use serde::{Deserialize, Serialize};

use crate::KeyPair;

/// Lambda takes 4096 bytes of environment in all; a public key is 208 of them.
const MAX_RETIRED: usize = 12;

/// The secret's value.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningSecret {
    /// The key that signs.
    private_pem: String,
    /// The key that signs after the next rotation. No function is given it.
    next_pem: String,
    /// The public keys (JWK Set) of the previous, the current and the next one, as a string of JSON.
    jwks: String,
    /// Those of all keys before, likewise: what they signed under documents counts for years.
    retired: String,
}

impl SigningSecret {
    /// A first one: there is no previous key.
    pub fn new() -> Result<Self> {
        let (current, next) = (KeyPair::generate()?, KeyPair::generate()?);
        Self::of(&current, &next, [published(&current), published(&next)].into(), Vec::new())
    }

    /// The next key signs, the one that signed is the previous one, and a new one is next. The key that was the previous
    /// one is retired.
    pub fn rotated(&self) -> Result<Self> {
        let previous = KeyPair::from_pem(self.private_pem.clone()).context("private_pem")?;
        let current = KeyPair::from_pem(self.next_pem.clone()).context("next_pem")?;
        let next = KeyPair::generate()?;
        let keys: Vec<Jwk> = [&previous, &current, &next].map(published).into();
        let mut retired = self.retired()?;
        let before: JwkSet = serde_json::from_str(&self.jwks).context("jwks")?;
        let is_kept = |jwk: &Jwk| keys.iter().chain(&retired).any(|kept| kept.common.key_id == jwk.common.key_id);
        let leaving: Vec<Jwk> = before.keys.into_iter().filter(|jwk| !is_kept(jwk)).collect();
        retired.extend(leaving);
        ensure!(
            retired.len() <= MAX_RETIRED,
            "{MAX_RETIRED} keys are retired already, and a function's environment holds no more: take those out of \
             \"retired\" whose signatures no longer count"
        );
        Self::of(&current, &next, keys, retired)
    }

    /// The key that signs, by its `kid`.
    pub fn signing_key_id(&self) -> Result<String> {
        key_id(&self.private_pem).context("private_pem")
    }

    /// The key that signs after the next rotation.
    pub fn next_key_id(&self) -> Result<String> {
        key_id(&self.next_pem).context("next_pem")
    }

    fn retired(&self) -> Result<Vec<Jwk>> {
        let set: JwkSet = serde_json::from_str(&self.retired).context("retired")?;
        Ok(set.keys)
    }

    fn of(current: &KeyPair, next: &KeyPair, keys: Vec<Jwk>, retired: Vec<Jwk>) -> Result<Self> {
        let (private_pem, next_pem) = (current.pem().to_owned(), next.pem().to_owned());
        let [jwks, retired] = [keys, retired].map(|keys| serde_json::to_string(&JwkSet { keys }));
        Ok(Self { private_pem, next_pem, jwks: jwks?, retired: retired? })
    }
}

fn key_id(pem: &str) -> Result<String> {
    let pair = KeyPair::from_pem(pem.to_owned())?;
    pair.public().common.key_id.clone().context("a key without kid")
}

/// A key as verifiers find it.
pub fn published(pair: &KeyPair) -> Jwk {
    let mut public = pair.public().clone();
    public.common.public_key_use = Some(PublicKeyUse::Signature);
    public.common.key_algorithm = Some(KeyAlgorithm::ES256);
    public
}

/// Prints a new secret, or the one of the standard input rotated.
pub fn run(rotate: bool) -> Result<()> {
    let secret = if rotate {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        let before: SigningSecret = serde_json::from_str(&text).context("the standard input is no signing secret")?;
        before.rotated()?
    } else {
        SigningSecret::new()?
    };
    crate::output::print_line(serde_json::to_string(&secret)?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use ikd::tokens::keys::{RetiredKeys, SigningKey, VerifyingKeys};

    use super::*;

    fn key_ids(secret: &SigningSecret) -> Vec<String> {
        let set: JwkSet = serde_json::from_str(&secret.jwks).unwrap();
        set.keys.into_iter().map(|key| key.common.key_id.unwrap()).collect()
    }

    fn signing(secret: &SigningSecret) -> String {
        KeyPair::from_pem(secret.private_pem.clone()).unwrap().thumbprint().as_str().to_owned()
    }

    #[test]
    fn a_key_is_published_one_rotation_before_it_signs_and_one_after() {
        let first = SigningSecret::new().unwrap();
        let second = first.rotated().unwrap();
        let third = second.rotated().unwrap();
        assert!(key_ids(&first).contains(&signing(&first)));
        assert!(key_ids(&first).contains(&signing(&second)), "known before it signs");
        assert!(key_ids(&second).contains(&signing(&first)), "known after it has signed");
        assert!(!key_ids(&third).contains(&signing(&first)), "and then no longer");
        assert!(second.retired().unwrap().is_empty());
        let retired: Vec<_> = third.retired().unwrap().into_iter().filter_map(|key| key.common.key_id).collect();
        assert_eq!(retired, [signing(&first)], "but kept for the signatures that it made");
        assert_eq!(key_ids(&third).len(), 3);
        assert_ne!(signing(&first), signing(&second));
    }

    #[test]
    fn functions_take_what_the_secret_holds() {
        let secret = SigningSecret::new().unwrap().rotated().unwrap();
        assert!(SigningKey::from_pem(&secret.private_pem).is_ok());
        assert!(VerifyingKeys::from_jwks(&secret.jwks).is_ok());
        assert!(RetiredKeys::from_jwks(&secret.retired).is_ok());
        // CloudFormation hands the environment over as text, and Lambda takes 4096 bytes of it.
        assert!(secret.private_pem.len() + secret.jwks.len() < 1200);
    }

    #[test]
    fn as_many_keys_are_retired_as_an_environment_holds_and_none_is_lost() {
        let mut secret = SigningSecret::new().unwrap();
        let first = signing(&secret);
        for _ in 0..=MAX_RETIRED {
            secret = secret.rotated().unwrap();
        }
        assert_eq!(secret.retired().unwrap().len(), MAX_RETIRED);
        assert_eq!(secret.retired().unwrap()[0].common.key_id.as_deref(), Some(first.as_str()));
        assert!(secret.jwks.len() + secret.retired.len() < 3_400, "{}", secret.retired.len());
        assert!(RetiredKeys::from_jwks(&secret.retired).is_ok());
        assert!(secret.rotated().is_err());
    }
}
