//! Turns environment variables into values; a missing or invalid one gives one sentence that names it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use url::Url;

use crate::domain::contact::Email;
use crate::domain::secret::MacKey;
use crate::mail::SenderName;

/// The variables that configure a function.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

/// Why a function does not start. It names the variable and never its value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    pub(super) fn nonsense(name: &str, why: impl Display) -> Self {
        Self(format!("The environment variable {name} is not usable: {why}."))
    }
}

impl Environment {
    pub fn of_process() -> Self {
        Self(std::env::vars().filter(|(name, _)| name.starts_with("IKD_")).collect())
    }

    pub fn required(&self, name: &str) -> Result<String, ConfigError> {
        match self.0.get(name).map(|value| value.trim()) {
            Some(value) if !value.is_empty() => Ok(value.to_owned()),
            _ => Err(ConfigError(format!("The environment variable {name} is missing."))),
        }
    }

    pub fn or(&self, name: &str, default: &str) -> String {
        self.required(name).unwrap_or_else(|_| default.to_owned())
    }

    /// A number within bounds.
    pub fn number<T>(&self, name: &str, default: T, bounds: RangeInclusive<T>) -> Result<T, ConfigError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Ok(text) = self.required(name) else { return Ok(default) };
        match text.parse() {
            Ok(number) if bounds.contains(&number) => Ok(number),
            _ => Err(ConfigError::nonsense(
                name,
                format_args!("it must be a whole number from {} to {}", bounds.start(), bounds.end()),
            )),
        }
    }

    /// A decimal number within bounds.
    pub(super) fn decimal<T>(&self, name: &str, default: T, bounds: RangeInclusive<T>) -> Result<T, ConfigError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Ok(text) = self.required(name) else { return Ok(default) };
        // A value that is not a number (NaN) is within no bounds.
        text.parse().ok().filter(|number| bounds.contains(number)).ok_or_else(|| {
            ConfigError::nonsense(
                name,
                format_args!("it must be a decimal number from {} to {}", bounds.start(), bounds.end()),
            )
        })
    }

    /// A secret long enough not to be guessed.
    pub(super) fn secret(&self, name: &str) -> Result<String, ConfigError> {
        let secret = self.required(name)?;
        if secret.len() < 32 {
            return Err(ConfigError::nonsense(name, "a secret has 32 characters or more"));
        }
        Ok(secret)
    }

    /// A secret that may be missing. An empty one is a mistake: it must not switch off what depends on it.
    pub(super) fn secret_if_any(&self, name: &str) -> Result<Option<String>, ConfigError> {
        self.0.contains_key(name).then(|| self.secret(name)).transpose()
    }

    pub(super) fn mac_key(&self, name: &str) -> Result<MacKey, ConfigError> {
        Ok(MacKey::new(self.secret(name)?.as_bytes()))
    }

    pub(super) fn url(&self, name: &str) -> Result<Url, ConfigError> {
        let url = Url::parse(&self.required(name)?).map_err(|error| ConfigError::nonsense(name, error))?;
        if matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none() {
            Ok(url)
        } else {
            Err(ConfigError::nonsense(name, "it must be an http or https address without query"))
        }
    }

    /// An address without a path: routes begin right behind it.
    pub(super) fn origin(&self, name: &str) -> Result<Url, ConfigError> {
        let url = self.url(name)?;
        if url.path() == "/" { Ok(url) } else { Err(ConfigError::nonsense(name, "it must be an address without path")) }
    }

    pub(super) fn email(&self, name: &str) -> Result<Email, ConfigError> {
        Email::parse(&self.required(name)?).map_err(|invalid| ConfigError::nonsense(name, invalid.0.en))
    }

    /// The name of who sends mails.
    pub(super) fn sender_name(&self, name: &str, default: &str) -> Result<SenderName, ConfigError> {
        SenderName::parse(&self.or(name, default)).map_err(|why| ConfigError::nonsense(name, why))
    }
}

impl<const N: usize> From<[(&str, String); N]> for Environment {
    fn from(variables: [(&str, String); N]) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_nonsense_is_a_sentence_that_names_the_variable_and_not_its_value() {
        let environment = Environment::from([
            ("IKD_EMPTY", " ".to_owned()),
            ("IKD_NUMBER", "ninety".to_owned()),
            ("IKD_SHORT", "hunter2".to_owned()),
            ("IKD_ADDRESS", "ftp://x".to_owned()),
            ("IKD_SENDER", "Dukcapil\r\nBcc: x@example.org".to_owned()),
        ]);
        let sentence = |error: ConfigError| error.to_string();
        assert_eq!(
            sentence(environment.required("IKD_EMPTY").unwrap_err()),
            "The environment variable IKD_EMPTY is missing."
        );
        assert_eq!(
            sentence(environment.number("IKD_NUMBER", 90, 1..=90).unwrap_err()),
            "The environment variable IKD_NUMBER is not usable: it must be a whole number from 1 to 90."
        );
        let short = sentence(environment.secret("IKD_SHORT").unwrap_err());
        assert!(short.contains("IKD_SHORT") && !short.contains("hunter2"));
        assert!(environment.url("IKD_ADDRESS").is_err());
        assert_eq!(
            sentence(environment.sender_name("IKD_SENDER", "Dinas").unwrap_err()),
            "The environment variable IKD_SENDER is not usable: it must be one line of visible text, with 64 characters at most."
        );
        assert_eq!(environment.number("IKD_UNSET", 90, 1..=90), Ok(90));
    }
}
