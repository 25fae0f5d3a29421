//! Where an integrator is told that a question has ended, instead of asking again and again.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::secret::{MacKey, unprintable};

/// What an integrator registered for its notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callback {
    pub url: CallbackUrl,
    /// Which of its secrets is the newest, from 1 on. Notices are signed with that one and the one before it.
    #[serde(default = "first_generation")]
    pub generation: u32,
}

const fn first_generation() -> u32 {
    1
}

/// An address on the Internet that takes notices: `https`, and a host by its name, so that it is looked up, and refused if it is in
/// a private network, each time that it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CallbackUrl(Url);

impl CallbackUrl {
    const MAX_LENGTH: usize = 500;

    /// Reads an address, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text.trim()).map_err(|_| "no address")?;
        if url.as_str().len() > Self::MAX_LENGTH {
            return Err("at most 500 characters");
        }
        if url.scheme() != "https" {
            return Err("it must begin with https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("without a user's name or password: notices are signed");
        }
        if url.fragment().is_some() {
            return Err("without what follows a #: it is never sent");
        }
        match url.host() {
            Some(Host::Domain(name)) if name.trim_matches('.').contains('.') => Ok(Self(url)),
            Some(Host::Domain(_)) => Err("a host by its whole name, as bank.example"),
            _ => Err("a host by its name, not by its number"),
        }
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for CallbackUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text)
    }
}

impl From<CallbackUrl> for String {
    fn from(url: CallbackUrl) -> Self {
        url.0.into()
    }
}

/// A secret that the service shares with one integrator. It is derived, so that nobody has to keep it.
pub struct CallbackSecret([u8; 32]);

unprintable!(CallbackSecret);

impl CallbackSecret {
    /// An integrator's secret of one generation.
    pub fn derive(key: &MacKey, client_id: &str, generation: u32) -> Self {
        Self(key.mac(&[b"callback-secret", client_id.as_bytes(), &generation.to_be_bytes()]))
    }

    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Callback {
    /// The secrets that a notice is signed with, the newest first.
    pub fn generations(&self) -> impl Iterator<Item = u32> + use<> {
        [self.generation, self.generation.saturating_sub(1)].into_iter().filter(|generation| *generation > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_goes_to_a_named_host_by_https_and_to_nothing_else() {
        for good in
            ["https://bank.example/notices", " https://bank.example:8443/a?b=c\n", "https://xn--bnk-ula.example"]
        {
            assert!(CallbackUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "bank.example/notices",
            "http://bank.example/",
            "ftp://bank.example/",
            "https://bank/",
            "https://localhost/",
            "https://localhost./",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://127.0.0.1./",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://user@bank.example/",
            "https://user:word@bank.example/",
            "https://bank.example/#a",
            "https://",
        ] {
            assert!(CallbackUrl::parse(bad).is_err(), "{bad}");
        }
        assert!(CallbackUrl::parse(&format!("https://bank.example/{}", "a".repeat(500))).is_err());
    }

    #[test]
    fn a_secret_is_one_integrators_and_one_generations() {
        let key = MacKey::new(b"key");
        let secret = |key: &MacKey, client, generation| *CallbackSecret::derive(key, client, generation).expose();
        let one = secret(&key, "bank", 1);
        assert_eq!(one, secret(&key, "bank", 1));
        assert_ne!(one, secret(&key, "bank", 2));
        assert_ne!(one, secret(&key, "shop", 1));
        assert_ne!(one, secret(&MacKey::new(b"other"), "bank", 1));
    }

    #[test]
    fn notices_are_signed_with_the_newest_secret_and_the_one_before() {
        let of = |generation| {
            let callback = Callback { url: CallbackUrl::parse("https://bank.example").unwrap(), generation };
            callback.generations().collect::<Vec<_>>()
        };
        assert_eq!((of(1), of(2), of(7)), (vec![1], vec![2, 1], vec![7, 6]));
    }
}
