//! How an officer signs in at the issuer, as the console has it done: the code flow with PKCE (RFC 7636), in a browser.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use data_encoding::BASE64URL_NOPAD;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use ikd::app::{Randomness, SystemRandomness};
use ikd::domain::Digest;
use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::Value;
use url::Url;

/// A browser that follows no redirect by itself: the last one leads to a page that is not opened here.
struct Browser {
    http: Client,
    cookies: BTreeMap<String, String>,
}

/// The access token of an officer, by the name that is typed on the issuer's sign-in page; `console` is where the console is.
pub async fn officers_token(issuer: &str, client_id: &str, console: &Url, name: &str) -> Result<String> {
    let mut browser =
        Browser { http: Client::builder().redirect(redirect::Policy::none()).build()?, cookies: BTreeMap::new() };
    let discovery = browser.http.get(format!("{issuer}/.well-known/openid-configuration")).send().await?;
    let discovery: Value = discovery.error_for_status()?.json().await?;
    let endpoint = |name: &str| {
        let address = discovery[name].as_str().with_context(|| format!("the issuer names no {name}"))?;
        Url::parse(address).with_context(|| address.to_owned())
    };

    let verifier = random();
    let state = random();
    let mut authorization = endpoint("authorization_endpoint")?;
    authorization.query_pairs_mut().extend_pairs([
        ("client_id", client_id),
        ("redirect_uri", console.as_str()),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", &state),
        ("code_challenge", Digest::plain(verifier.as_bytes()).as_str()),
        ("code_challenge_method", "S256"),
    ]);
    let sign_in_page = browser.led_by(|http| http.get(authorization.clone())).await?;
    let resumption = browser.led_by(|http| http.post(sign_in_page.clone()).form(&[("name", name)])).await?;
    let back = browser.led_by(|http| http.get(resumption.clone())).await?;
    let said: BTreeMap<_, _> = back.query_pairs().into_owned().collect();
    ensure!(said.get("state") == Some(&state), "the issuer answers another request: {said:?}");
    let code = said.get("code").with_context(|| format!("no code: {said:?}"))?;

    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("redirect_uri", console.as_str()),
        ("code", code),
        ("code_verifier", &verifier),
    ];
    let answer = browser.http.post(endpoint("token_endpoint")?).form(&fields).send().await?;
    let answer: Value = answer.error_for_status()?.json().await?;
    answer["access_token"].as_str().map(str::to_owned).context("no access token")
}

/// A text that nobody guesses.
fn random() -> String {
    let mut bytes = [0; 32];
    SystemRandomness::default().fill(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

impl Browser {
    /// Sends a request with the cookies of before, and gives where the answer leads.
    async fn led_by(&mut self, request: impl FnOnce(&Client) -> RequestBuilder) -> Result<Url> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request(&self.http).header(COOKIE, cookies.join("; ")).send().await?;
        self.keep_cookies(&answer)?;
        let target =
            answer.headers().get(LOCATION).with_context(|| format!("{} leads nowhere", answer.url().path()))?;
        Ok(answer.url().join(target.to_str()?)?)
    }

    fn keep_cookies(&mut self, answer: &Response) -> Result<()> {
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (pair, _) = cookie.to_str()?.split_once(';').context("a cookie without attributes")?;
            let (name, value) = pair.split_once('=').context("a cookie without a value")?;
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }
}
