//! The holder shows codes, and is asked; the bank redeems them.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http::{Method, StatusCode};
use serde_json::json;

use super::{Demo, PIN, PURPOSE};
use crate::actors::{Minted, PhoneSession, Reply};
use crate::personas;

impl Demo {
    /// The holder shows a QR code; the bank redeems it, once.
    pub(super) async fn present(&mut self, session: &PhoneSession, silence: bool) -> Result<()> {
        let reply = self.phone.mint(session, &json!({})).await?;
        self.story.step("mint-qr", "KTP Digital: a QR code for 90 seconds", 201, &reply)?;
        let qr = Minted::of(&reply)?.token;
        self.story.draw("The QR code that the bank scans", &qr)?;
        let reply = self.bank.authenticate().await?;
        self.story.step("issue-token", "The bank proves itself by its key", 200, &reply)?;
        let token = reply.member("/access_token").context("no access token")?;
        let reply = self.bank.registration(&token).await?;
        self.story.step("show-integrator", "… and reads what it may ask for", 200, &reply)?;
        let reply = self.bank.redeem(&token, &qr, PURPOSE, Some("counter-1-0001")).await?;
        self.story.step("redeem-qr", "The bank redeems the QR code", 200, &reply)?;
        let assertion = self.bank.verify(&reply.member("/assertion").context("no assertion")?).await?;
        self.story.say("The assertion verifies with /.well-known/jwks.json alone (served by publish-keys)");
        ensure!(assertion["name"] == json!("SITI AMINAH"), "the assertion names somebody else");
        self.story.claims(&assertion);
        let again = self.bank.redeem(&token, &qr, PURPOSE, Some("counter-1-0001")).await?;
        self.story.step("redeem-qr", "The same attempt again gets its own result", 200, &again)?;
        let refused = self.bank.redeem(&token, &qr, PURPOSE, None).await?;
        self.story.step("redeem-qr", "Anybody's second redemption is refused", 410, &refused)?;
        self.read_receipts(session).await?;
        self.be_asked(session, &token, silence).await?;
        let reply = self.phone.lock(session).await?;
        self.story.step("lock", "The lock button leaves the app", 204, &reply)
    }

    /// The holder wants to be asked: allows once, refuses once, and says nothing once.
    async fn be_asked(&mut self, session: &PhoneSession, token: &str, silence: bool) -> Result<()> {
        let scanned = self.ask(session, token).await?;
        self.story.step("redeem-qr", "The holder is asked: the bank gets two digits to say", 202, &scanned)?;
        let reply = self.phone.check_qr(session).await?;
        self.story.step("check-qr", "The phone shows who asks, for what and for which claims", 200, &reply)?;
        let mut answer = json!({
            "redemption_id": scanned.member("/redemption_id"),
            "answer": "allow",
            "digits": scanned.member("/digits"),
            "pin": PIN,
            "claims": ["name", "birthdate"],
        });
        let reply = self.phone.answer_scan(session, &answer).await?;
        self.story.step(
            "answer-scan",
            "Setuju: with the digits and the PIN, name and birth date alone",
            200,
            &reply,
        )?;
        let reply = self.bank.follow(token, &scanned).await?;
        self.story.step("fetch-redemption", "The bank learns what the holder left in", 200, &reply)?;
        ensure!(
            reply.json()["claims"] == json!({ "name": "SITI AMINAH", "birthdate": "1990-07-05" }),
            "{}",
            reply.text
        );

        let scanned = self.ask(session, token).await?;
        answer = json!({ "redemption_id": scanned.member("/redemption_id"), "answer": "refuse" });
        let reply = self.phone.answer_scan(session, &answer).await?;
        self.story.step("answer-scan", "Asked again, the holder refuses: Tolak", 200, &reply)?;
        let reply = self.bank.follow(token, &scanned).await?;
        self.story.step("fetch-redemption", "… and the bank learns nothing", 403, &reply)?;

        let scanned = self.ask(session, token).await?;
        let what = if silence {
            self.story.say("Asked once more, the holder says nothing for a minute");
            "Silence is a refusal"
        } else {
            self.phone.mint(session, &json!({})).await?;
            "Another code ends the question that was not answered"
        };
        let reply = self.hear(token, &scanned).await?;
        self.story.step("fetch-redemption", what, 410, &reply)
    }

    /// Asks for the holder's answer as often as a counter does.
    async fn hear(&self, token: &str, scanned: &Reply) -> Result<Reply> {
        loop {
            let reply = self.bank.follow(token, scanned).await?;
            if reply.status != StatusCode::ACCEPTED {
                return Ok(reply);
            }
            let seconds = reply.header("retry-after").context("no time to ask again")?.parse()?;
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
    }

    /// Mints a code whose holder wants to be asked, and has the bank scan it.
    async fn ask(&self, session: &PhoneSession, token: &str) -> Result<Reply> {
        let qr = Minted::of(&self.phone.mint(session, &json!({ "consent": "at-scan" })).await?)?.token;
        self.bank.redeem(token, &qr, PURPOSE, Some("counter-1-0001")).await
    }

    /// The stream takes a moment to become a receipt.
    async fn read_receipts(&mut self, session: &PhoneSession) -> Result<()> {
        for _ in 0..40 {
            let reply = self.phone.send(Method::GET, "/me/receipts", Some(session), None).await?;
            if reply.json()["receipts"][0]["integrator"] == personas::BANK.name {
                return self.story.step(
                    "list-receipts",
                    "The holder reads who saw what (from record-receipt)",
                    200,
                    &reply,
                );
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        bail!("no receipt of the redemption within ten seconds")
    }

    pub(super) async fn wait_out_a_code(&mut self) -> Result<()> {
        let session = PhoneSession::of(&self.phone.log_in(PIN).await?)?;
        let qr = Minted::of(&self.phone.mint(&session, &json!({})).await?)?.token;
        self.story.say("Waiting out the 90 seconds of another QR code");
        tokio::time::sleep(Duration::from_secs(90)).await;
        let reply = self.bank.redeem(&self.bank.token().await?, &qr, PURPOSE, None).await?;
        // If the TTL sweep has just run, the code is not known any more.
        let expected = if reply.status == StatusCode::NOT_FOUND { 404 } else { 410 };
        self.story.step("redeem-qr", "The 90 seconds have passed", expected, &reply)
    }
}
