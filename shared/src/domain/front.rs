//! The front: what callers reach the service through, where something is in front of the API (CloudFront with a web ACL).
//!
//! The API has an address of its own, which the front calls. Whoever finds it out would pass by the front and its limits by
//! address. So the front adds a secret to each request, and the functions refuse requests without it.

use super::secret::{equal, unprintable};

/// The header that the front adds, and puts in the place of whatever a caller sends under this name.
pub const HEADER: &str = "ikd-front-secret";

/// The two secrets of the front. It sends the current one. The next one is accepted, too, so that the front and the
/// functions can change to it one after the other.
#[derive(Clone)]
pub struct Front {
    current: String,
    next: Option<String>,
}

unprintable!(Front);

impl Front {
    pub fn new(current: String, next: Option<String>) -> Self {
        Self { current, next }
    }

    /// Whether the front sent this. Both secrets are compared, each in a time that depends on its length only.
    pub fn sent(&self, secret: &[u8]) -> bool {
        let is_current = equal(self.current.as_bytes(), secret);
        let is_next = self.next.as_ref().is_some_and(|next| equal(next.as_bytes(), secret));
        is_current | is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_secret_is_known_and_nothing_else() {
        let front = Front::new("current".to_owned(), Some("next".to_owned()));
        assert!(front.sent(b"current") && front.sent(b"next"));
        for other in ["", "curren", "currentx", "Current", "current,next", "nexx"] {
            assert!(!front.sent(other.as_bytes()), "{other}");
        }
        assert!(!Front::new("current".to_owned(), None).sent(b""));
        assert_eq!(format!("{front:?}"), "Front(…)");
    }
}
