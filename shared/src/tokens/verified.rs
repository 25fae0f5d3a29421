//! Our own tokens whose signature this process has verified. An integrator shows the same token with all of its
//! redemptions; the signature, the most costly part of checking it, is verified at the first.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;

use crate::domain::Digest;

/// How many tokens are remembered, those used last: some 150 bytes each.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(1_000).expect("more than none");

/// Digests of whole tokens, signature included: one other character, and the token is not known. What a token says, its
/// times above all, is checked at every use.
pub struct VerifiedTokens(Mutex<LruCache<Digest, ()>>);

impl VerifiedTokens {
    pub fn new() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }

    pub fn knows(&self, token: &Digest) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token).is_some()
    }

    pub fn remember(&self, token: Digest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(token, ());
    }
}
