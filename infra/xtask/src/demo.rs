//! The whole procedure over HTTP, as phone, officer, resident's browser and integrator live it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use ikd::app::{Clock, SystemClock};
use jiff::{SignedDuration, Timestamp};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde::Serialize;
use serde_json::{Value, json};

use crate::actors::{Api, Browser, HttpApi, Integrator, Minted, Officer, Phone, Reply, Session};
use crate::personas;
use crate::stack::mailbox::Mailbox;
use crate::stack::{Place, Ports, issuer};

/// What to do beyond the main line, and how to tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Wait out a QR code's 90 seconds and see the refusal.
    pub expiry: bool,
    /// Say nothing while at it; the transcript tells.
    pub quiet: bool,
}

/// Everything that happened.
#[derive(Debug, Serialize)]
pub struct Transcript {
    pub service: String,
    pub started_at: Timestamp,
    pub steps: Vec<Step>,
}

/// One request and its answer.
#[derive(Debug, Serialize)]
pub struct Step {
    /// The function that answered.
    pub function: &'static str,
    pub what: String,
    pub status: u16,
    pub expected: u16,
    /// The problem's slug, where the answer was a refusal.
    pub problem: Option<String>,
    pub milliseconds: f64,
}

impl Transcript {
    pub fn is_as_expected(&self) -> bool {
        self.steps.iter().all(|step| step.status == step.expected)
    }
}

/// Lives through the procedure on a running stack; an unexpected answer ends it.
pub async fn run(ports: Ports, place: &Place, mailbox: &Mailbox, options: Options) -> Result<Transcript> {
    let api: Arc<dyn Api> = Arc::new(HttpApi::new(ports.api_url()?)?);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut told = Teller::new(api.base().to_string(), clock.now(), options.quiet);

    // The resident registers, and the officer approves. Earlier runs may have left her an active device.
    let email = format!("siti.{}@contoh.id", clock.now().as_millisecond());
    let phone = Phone::new(api.clone(), clock.clone())?;
    let selfie = personas::portrait(37, 480, 640)?;
    let reply = phone.register(personas::SITI, &email, "0812-3456-7890", &selfie).await?;
    told.step("register", "Daftar: the phone sends NIK, e-mail, phone number and selfie", 201, &reply)?;
    let registration = reply.member("/id").context("a registration without id")?;
    let ticket = reply.member("/ticket/text").context("a registration without ticket")?;
    told.draw("The registration QR that the officer scans", &ticket)?;

    let officer_token = officer_token(ports).await?;
    let officer = Officer::new(api.clone(), officer_token);
    told.step(
        "approve-face",
        "Pindai QR Code: the officer sees applicant, photo and selfie",
        200,
        &officer.scan(&ticket).await?,
    )?;
    told.step("approve-face", "The officer approves", 200, &officer.approve_replacing_device(&ticket).await?)?;
    let reply = phone.check_status(&registration).await?;
    told.step("check-status", "Cek Status: approved, the e-mail is on its way", 200, &reply)?;

    // The e-mail brings code and link; the browser activates.
    let mail = mailbox.activation_email(&email, 1).await?;
    told.say("The e-mail from SIAK Terpusat Identitas Digital has arrived (sent by send-activation-email)");
    let browser = Browser::new(api.clone());
    let page = browser.open(&mail.link).await?;
    told.step("activate", "Aktivasi: the browser opens the link", 200, &page)?;
    let proof = Browser::work(&page.text)?;
    let captcha = Browser::field(&page.text, "captcha").unwrap_or_default();
    let fields = |step| {
        [
            ("token", mail.token()),
            ("code", mail.code.as_str()),
            ("captcha", captcha.as_str()),
            ("proof_of_work", proof.as_str()),
            ("step", step),
        ]
    };
    told.step(
        "activate",
        "Aktifkan: the code is entered, the captcha worked out",
        200,
        &browser.submit("/activation", &fields("confirm")).await?,
    )?;
    told.step(
        "activate",
        "Ya: the registration becomes a device",
        200,
        &browser.submit("/activation", &fields("activate")).await?,
    )?;
    let status = browser.open(&mail.link).await?;
    told.step("activate", "Tutup: the page shows the active status", 200, &status)?;
    ensure!(status.text.contains("Status: Aktif"), "the page does not show the active status");
    let reply = phone.check_status(&registration).await?;
    told.step("check-status", "Cek Status: active", 200, &reply)?;
    ensure!(reply.member("/stage").as_deref() == Some("active"), "the registration is not active");

    // The first login opens change-pin only; the next one is full.
    let reply = phone.log_in(&mail.code).await?;
    told.step("login", "Masuk: the activation code is the first PIN", 200, &reply)?;
    let first = Session::of(&reply)?;
    told.step("mint-qr", "Before the PIN is changed nothing else opens", 403, &phone.mint(&first, &json!({})).await?)?;
    told.step("change-pin", "Ubah PIN", 204, &phone.change_pin(&first, &mail.code, "142857").await?)?;
    told.step("login", "The activation code is dead", 401, &phone.log_in(&mail.code).await?)?;
    let reply = phone.log_in("142857").await?;
    told.step("login", "Masuk with the new PIN", 200, &reply)?;
    let session = Session::of(&reply)?;

    // The holder shows a QR code; the bank redeems it, once.
    let reply = phone.mint(&session, &json!({})).await?;
    told.step("mint-qr", "KTP Digital: a QR code for 90 seconds", 201, &reply)?;
    let qr = Minted::of(&reply)?;
    told.draw("The QR code that the bank scans", &qr.token)?;
    let bank = Integrator::new(
        api.clone(),
        clock.clone(),
        personas::BANK.client_id,
        place.integrator_key(personas::BANK.client_id)?,
    );
    let reply = bank.authenticate().await?;
    told.step("issue-token", "The bank proves itself by its key", 200, &reply)?;
    let token = reply.member("/access_token").context("no access token")?;
    let reply = bank.redeem(&token, &qr.token, "account-opening", Some("counter-1-0001")).await?;
    told.step("redeem-qr", "The bank redeems the QR code", 200, &reply)?;
    let assertion = bank.verify(&reply.member("/assertion").context("no assertion")?).await?;
    told.say("The assertion verifies with /.well-known/jwks.json alone (served by publish-keys)");
    ensure!(assertion["name"] == json!("SITI AMINAH"), "the assertion names somebody else");
    told.claims(&assertion);
    let again = bank.redeem(&token, &qr.token, "account-opening", Some("counter-1-0001")).await?;
    told.step("redeem-qr", "The same attempt again gets its own result", 200, &again)?;
    let refused = bank.redeem(&token, &qr.token, "account-opening", None).await?;
    told.step("redeem-qr", "Anybody's second redemption is refused", 410, &refused)?;

    if options.expiry {
        let qr = Minted::of(&phone.mint(&session, &json!({})).await?)?;
        told.say("Waiting out the 90 seconds of another QR code");
        tokio::time::sleep(Duration::from_secs(90)).await;
        let token = bank.token().await?;
        let reply = bank.redeem(&token, &qr.token, "account-opening", None).await?;
        told.expired(&reply)?;
    }

    // The phone is lost: blocked, and dead at once.
    let reply = phone.log_in("142857").await?;
    told.step("login", "Masuk once more", 200, &reply)?;
    let session = Session::of(&reply)?;
    let qr = Minted::of(&phone.mint(&session, &json!({})).await?)?;
    told.step(
        "block-device",
        "The phone is lost: the officer blocks it",
        200,
        &officer.block(personas::SITI, "lost").await?,
    )?;
    told.step("block-device", "Blocking twice is harmless", 200, &officer.block(personas::SITI, "lost").await?)?;
    told.step("mint-qr", "The blocked device mints nothing", 403, &phone.mint(&session, &json!({})).await?)?;
    told.step("login", "… and does not log in", 403, &phone.log_in("142857").await?)?;
    let reply = bank.redeem(&bank.token().await?, &qr.token, "account-opening", None).await?;
    told.step("redeem-qr", "… and its last QR code is worthless", 410, &reply)?;
    Ok(told.transcript)
}

/// A token of an officer, from the stack's issuer.
pub async fn officer_token(ports: Ports) -> Result<String> {
    let address = format!("{}/token?subject=petugas-1", issuer::address(ports.issuer));
    Ok(reqwest::get(address).await?.error_for_status()?.text().await?)
}

/// Tells as it goes, and keeps the transcript.
struct Teller {
    quiet: bool,
    transcript: Transcript,
}

impl Teller {
    fn new(service: String, started_at: Timestamp, quiet: bool) -> Self {
        Self { quiet, transcript: Transcript { service, started_at, steps: Vec::new() } }
    }

    fn step(&mut self, function: &'static str, what: &str, expected: u16, reply: &Reply) -> Result<()> {
        let step = Step {
            function,
            what: what.to_owned(),
            status: reply.status.as_u16(),
            expected,
            problem: reply.problem(),
            milliseconds: SignedDuration::try_from(reply.took)?.as_secs_f64() * 1_000.0,
        };
        let problem = step.problem.as_deref().unwrap_or_default();
        self.say(&format!("{:<14} {} {:>7.1} ms  {what} {problem}", step.function, step.status, step.milliseconds));
        self.transcript.steps.push(step);
        ensure!(
            reply.status.as_u16() == expected,
            "{function} answered {} where {expected} was expected: {}",
            reply.status,
            reply.text
        );
        Ok(())
    }

    /// A refusal for age: expired, or unknown where the TTL sweep was faster.
    fn expired(&mut self, reply: &Reply) -> Result<()> {
        let expected = if reply.status == StatusCode::NOT_FOUND { 404 } else { 410 };
        self.step("redeem-qr", "90 seconds are over", expected, reply)
    }

    fn draw(&self, title: &str, text: &str) -> Result<()> {
        let code = QrCode::with_error_correction_level(text, qrcode::EcLevel::M)?;
        // Terminals are mostly dark: what is drawn is the light part.
        let drawn = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
        self.say(&format!("\n{title}:\n{drawn}\n"));
        Ok(())
    }

    fn claims(&self, assertion: &Value) {
        for name in ["nik", "name", "birthdate"] {
            self.say(&format!("    {name}: {}", assertion[name].as_str().unwrap_or_default()));
        }
    }

    fn say(&self, line: &str) {
        if !self.quiet {
            println!("{line}");
        }
    }
}
