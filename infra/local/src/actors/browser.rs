//! The resident's browser on the activation page: it follows the link, does the work, and sends the forms.

use std::sync::Arc;

use altcha::{Challenge, Payload, SolveChallengeOptions, solve_challenge};
use anyhow::{Context, Result};
use data_encoding::BASE64;
use http::{Method, Request};
use url::Url;

use super::api::{self, Api, Reply};

#[derive(Clone)]
pub struct Browser {
    api: Arc<dyn Api>,
    language: &'static str,
}

impl Browser {
    pub fn new(api: Arc<dyn Api>) -> Self {
        Self { api, language: "id" }
    }

    #[must_use]
    pub fn in_english(mut self) -> Self {
        self.language = "en";
        self
    }

    /// Opens a link from an e-mail.
    pub async fn open(&self, link: &str) -> Result<Reply> {
        let link = Url::parse(link)?;
        let path = format!("{}?{}", link.path(), link.query().unwrap_or_default());
        api::send(&*self.api, || {
            let request = Request::get(self.api.base().join(&path)?.as_str()).header("accept-language", self.language);
            Ok(request.body(String::new())?)
        })
        .await
    }

    /// Sends a form of the page.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Result<Reply> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        api::send(&*self.api, || {
            let request = Request::builder()
                .method(Method::POST)
                .uri(self.api.base().join(path)?.as_str())
                .header("accept-language", self.language)
                .header("content-type", "application/x-www-form-urlencoded");
            Ok(request.body(body.clone())?)
        })
        .await
    }

    /// The value of a hidden field on a page.
    pub fn field(page: &str, name: &str) -> Option<String> {
        let (_, rest) = page.split_once(&format!("name=\"{name}\""))?;
        attribute(rest.split_once('>')?.0, "value")
    }

    /// Does the proof of work that a page carries, honestly.
    pub fn work(page: &str) -> Result<String> {
        let challenge = attribute(page, "data-challenge").context("the page carries no proof of work")?;
        let challenge: Challenge = serde_json::from_str(&challenge)?;
        Self::solve(challenge)
    }

    /// Solves a challenge as the page's script does.
    pub fn solve(challenge: Challenge) -> Result<String> {
        let solution = solve_challenge(SolveChallengeOptions::new(&challenge))?.context("not solved in time")?;
        Ok(BASE64.encode(&serde_json::to_vec(&Payload { challenge, solution })?))
    }
}

/// An attribute's value, unescaped.
fn attribute(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("{name}=\""))?;
    let value = rest.split_once('"')?.0;
    Some(value.replace("&#34;", "\"").replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&"))
}
