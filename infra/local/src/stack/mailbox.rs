//! The mailbox of the local stack: what SES took, as people see it in their inbox.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use url::Url;

use crate::actors::ActivationEmail;

/// A mail that was sent.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    pub from: String,
    pub destination: Destination,
    pub subject: String,
    pub body: Body,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Destination {
    pub to: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Body {
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub html: String,
}

#[derive(Deserialize)]
struct Stored {
    emails: Vec<Mail>,
}

#[derive(Clone, Debug)]
pub struct Mailbox {
    address: Url,
    http: reqwest::Client,
}

impl Mailbox {
    pub fn at(port: u16) -> Result<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        Ok(Self { address: Url::parse(&format!("http://127.0.0.1:{port}"))?, http })
    }

    pub async fn is_ready(&self) -> bool {
        let Ok(address) = self.address.join("/health-check") else { return false };
        self.http.get(address).send().await.is_ok_and(|answer| answer.status().is_success())
    }

    /// All mails to one address, oldest first.
    pub async fn mails_to(&self, address: &str) -> Result<Vec<Mail>> {
        let stored: Stored = self.http.get(self.address.join("/store")?).send().await?.json().await?;
        Ok(stored.emails.into_iter().filter(|mail| mail.destination.to.iter().any(|to| to == address)).collect())
    }

    /// Waits for the `number`th activation e-mail to an address, and reads it.
    pub async fn activation_email(&self, address: &str, number: usize) -> Result<ActivationEmail> {
        for _ in 0..120 {
            if let Some(mail) = self.mails_to(address).await?.get(number - 1) {
                return ActivationEmail::read(&mail.body.text).context("an e-mail without code and link");
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        bail!("No activation e-mail arrived within 30 seconds.")
    }
}
