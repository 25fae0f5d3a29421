//! The whole procedure over HTTP, with phone, officer, resident's browser and integrator.

mod presenting;
mod story;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http::Method;
use ikd::app::{Clock, SystemClock};
use serde_json::json;

use crate::actors::{
    ActivationEmail, Api, Browser, Integrator, KeyPair, Minted, Officer, Phone, PhoneSession, Reply, document_hash,
    officers_token,
};
use crate::stack::mailbox::Mailbox;
use crate::stack::{Place, Ports, issuer};
use crate::{personas, photographs};
use story::Story;
pub use story::{Exchange, Transcript};

/// What to do beyond the main procedure, and how to report it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Wait out a QR code's 90 seconds and see the refusal.
    pub expiry: bool,
    /// Leave a question without an answer for its minute. Otherwise another code ends it at once.
    pub silence: bool,
    /// Print nothing meanwhile; the transcript has it all.
    pub quiet: bool,
}

/// Who takes part, beside the resident.
pub struct People {
    /// An officer's token.
    pub officer_token: String,
    /// The bank's key, as it is registered.
    pub bank: KeyPair,
}

/// Plays the procedure on a running local stack; an unexpected answer ends it.
pub async fn run(
    api: Arc<dyn Api>,
    ports: Ports,
    place: &Place,
    mailbox: &Mailbox,
    options: Options,
) -> Result<Transcript> {
    let bank = place.integrator_key(personas::BANK.client_id)?;
    play(api, People { officer_token: officer_token(ports).await?, bank }, mailbox, options).await
}

/// Plays the procedure on any deployment of the service; an unexpected answer ends it.
pub async fn play(api: Arc<dyn Api>, people: People, mailbox: &Mailbox, options: Options) -> Result<Transcript> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut demo = Demo {
        story: Story::new(api.base().to_string(), clock.now(), options.quiet),
        phone: Phone::new(api.clone(), clock.clone())?,
        new_phone: Phone::new(api.clone(), clock.clone())?,
        officer: Officer::new(api.clone(), people.officer_token),
        browser: Browser::new(api.clone()),
        bank: Integrator::new(api, clock.clone(), personas::BANK.client_id, people.bank),
    };
    let number = clock.now().as_millisecond();
    let (mistyped, email) = (format!("bounce+{number}@simulator.amazonses.com"), format!("siti.{number}@contoh.id"));
    demo.refuse_a_stranger().await?;
    let registration = demo.enrol(&mistyped).await?;
    demo.correct_the_address(&registration, &email).await?;
    let mail = mailbox.activation_email(&email, 1).await?;
    demo.story.say("The e-mail from SIAK Terpusat Identitas Digital has arrived (sent by send-activation-email)");
    demo.activate(&mail, &registration).await?;
    let session = demo.log_in(&mail.code).await?;
    demo.look_around(&session).await?;
    demo.sign(&session).await?;
    demo.present(&session, options.silence).await?;
    demo.forget_the_pin(&email, mailbox).await?;
    if options.expiry {
        demo.wait_out_a_code().await?;
    }
    demo.lose_the_phone().await?;
    demo.go_on_with_a_new_phone(&format!("siti.baru.{number}@contoh.id"), mailbox).await?;
    Ok(demo.story.transcript)
}

/// The PIN that the resident changes to.
const PIN: &str = "142857";

/// What the engine says about two photographs.
fn compared(reply: &Reply) -> String {
    let face = &reply.json()["face"];
    format!(
        "The faces: {} at {} {} ({} {})",
        face["band"], face["measure"], face["score"], face["engine"], face["version"]
    )
}

/// What the bank redeems for.
const PURPOSE: &str = "account-opening";

/// The people of the demo.
struct Demo {
    story: Story,
    phone: Phone,
    new_phone: Phone,
    officer: Officer,
    browser: Browser,
    bank: Integrator,
}

impl Demo {
    /// Somebody types the resident's NIK and photographs another face. The engine says so, and the officer looks.
    async fn refuse_a_stranger(&mut self) -> Result<()> {
        let phone = self.phone.with_key(KeyPair::generate()?);
        let wall = photographs::of_nobody()?;
        let reply = phone.register(personas::SITI, "orang.lain@contoh.id", "0812-1111-2222", &wall).await?;
        self.story.step("register", "A photograph without a face is refused at once", 422, &reply)?;
        let stranger = photographs::selfie_of_a_stranger()?;
        let reply = phone.register(personas::SITI, "orang.lain@contoh.id", "0812-1111-2222", &stranger).await?;
        self.story.step("register", "Somebody else types her NIK and photographs his own face", 201, &reply)?;
        let ticket = reply.member("/ticket/text").context("a registration without ticket")?;
        let reply = self.officer.scan(&ticket).await?;
        self.story.step("approve-face", "The officer scans, and sees whether the faces match", 200, &reply)?;
        self.story.say(&compared(&reply));
        ensure!(reply.member("/face/band").as_deref() == Some("no_match"), "two people match");
        let reply = self.officer.approve_replacing_device(&ticket).await?;
        self.story.step("approve-face", "To approve against that, the officer must give a reason", 422, &reply)?;
        let reply = self.officer.reject(&ticket, "Wajah pada swafoto bukan pemohon.").await?;
        self.story.step("approve-face", "The officer rejects", 200, &reply)
    }

    /// The resident registers, and the officer approves. Earlier runs may have left her an active device.
    async fn enrol(&mut self, email: &str) -> Result<String> {
        let selfie = photographs::selfie()?;
        let reply = self.phone.register(personas::SITI, email, "0812-3456-7890", &selfie).await?;
        self.story.step("register", "Daftar: the phone sends NIK, e-mail, phone number and selfie", 201, &reply)?;
        let registration = reply.member("/id").context("a registration without id")?;
        let ticket = reply.member("/ticket/text").context("a registration without ticket")?;
        self.story.draw("The registration QR code that the officer scans", &ticket)?;

        let reply = self.officer.scan(&ticket).await?;
        self.story.step("approve-face", "Pindai QR Code: the officer sees applicant, photo and selfie", 200, &reply)?;
        self.story.say(&compared(&reply));
        ensure!(reply.member("/face/band").as_deref() == Some("match"), "one person does not match");
        let reply = self.officer.approve_replacing_device(&ticket).await?;
        self.story.step("approve-face", "The officer approves", 200, &reply)?;
        let reply = self.phone.check_status(&registration).await?;
        self.story.step("check-status", "Cek Status: approved, the e-mail is on its way", 200, &reply)?;
        Ok(registration)
    }

    /// The e-mail comes back; the officer corrects the address, and another one goes out.
    async fn correct_the_address(&mut self, registration: &str, email: &str) -> Result<()> {
        let reply = self.wait_for_delivery(registration, "bounced").await?;
        self.story.step("check-status", "The e-mail has bounced (from track-email)", 200, &reply)?;
        let corrected = json!({ "email": email });
        let reply = self.officer.send_another_email(registration, Some(&corrected)).await?;
        self.story.step("resend-activation", "The officer corrects the address", 202, &reply)?;
        let reply = self.wait_for_delivery(registration, "delivered").await?;
        self.story.step("check-status", "This one is delivered", 200, &reply)
    }

    /// SES reports what became of an e-mail a moment after it was sent.
    async fn wait_for_delivery(&self, registration: &str, delivery: &str) -> Result<Reply> {
        for _ in 0..80 {
            let reply = self.phone.check_status(registration).await?;
            if reply.member("/activation_email/delivery").as_deref() == Some(delivery) {
                return Ok(reply);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        bail!("the e-mail was not {delivery} within twenty seconds")
    }

    /// The browser follows the e-mail's link, does the proof of work, and activates.
    async fn activate(&mut self, mail: &ActivationEmail, registration: &str) -> Result<()> {
        let page = self.browser.open(&mail.link).await?;
        self.story.step("activate", "Aktivasi: the browser opens the link", 200, &page)?;
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
        let page = self.browser.submit("/activation", &fields("confirm")).await?;
        self.story.step("activate", "Aktifkan: the code is entered, the captcha worked out", 200, &page)?;
        let page = self.browser.submit("/activation", &fields("activate")).await?;
        self.story.step("activate", "Ya: the phone is activated", 200, &page)?;
        let page = self.browser.open(&mail.link).await?;
        self.story.step("activate", "Tutup: the page shows the active status", 200, &page)?;
        ensure!(page.text.contains("Status: Aktif"), "the page does not show the active status");
        let reply = self.phone.check_status(registration).await?;
        self.story.step("check-status", "Cek Status: active", 200, &reply)?;
        ensure!(reply.member("/stage").as_deref() == Some("active"), "the registration is not active");
        Ok(())
    }

    /// The first login opens change-pin only; the next one is full.
    async fn log_in(&mut self, code: &str) -> Result<PhoneSession> {
        let reply = self.phone.log_in(code).await?;
        self.story.step("login", "Masuk: the activation code is the temporary PIN", 200, &reply)?;
        let first = PhoneSession::of(&reply)?;
        let reply = self.phone.mint(&first, &json!({})).await?;
        self.story.step("mint-qr", "Before the PIN is changed nothing else opens", 403, &reply)?;
        let reply = self.phone.change_pin(&first, code, PIN).await?;
        self.story.step("change-pin", "Ubah PIN", 204, &reply)?;
        let reply = self.phone.log_in(code).await?;
        self.story.step("login", "The activation code no longer works", 401, &reply)?;
        let reply = self.phone.log_in(PIN).await?;
        self.story.step("login", "Masuk with the new PIN", 200, &reply)?;
        PhoneSession::of(&reply)
    }

    /// The holder opens the app's screens.
    async fn look_around(&mut self, session: &PhoneSession) -> Result<()> {
        for (function, what, path) in [
            ("show-biodata", "Biodata", "/me"),
            ("show-family", "Data Keluarga: the members on the family card", "/me/family"),
            ("show-documents", "Dokumen: the menus Kependudukan and Lainnya", "/me/documents"),
            ("show-documents", "Dokumen: the KTP-el", "/me/documents/ktp-el"),
            ("show-documents", "Dokumen: the BPJS Kesehatan card", "/me/documents/bpjs-kesehatan"),
        ] {
            let reply = self.phone.send(Method::GET, path, Some(session), None).await?;
            self.story.step(function, what, 200, &reply)?;
        }
        let reply = self.phone.fetch(session, "/me/documents/kk", "application/pdf").await?;
        self.story.step("show-documents", "Dokumen: the family card as a PDF to print", 200, &reply)?;
        let reply = self.bank.check_document(&reply).await?;
        self.story.step("verify-document", "A scan of the printed code shows that it was issued", 200, &reply)?;
        ensure!(reply.json()["genuine"] == true, "the document is not known");
        Ok(())
    }

    /// The holder signs a contract; the bank verifies the signature.
    async fn sign(&mut self, session: &PhoneSession) -> Result<()> {
        const CONTRACT: &[u8] = b"Perjanjian pembukaan rekening tabungan";

        let reply = self.phone.sign(session, &document_hash(CONTRACT), PIN).await?;
        self.story.step("sign-document", "Tanda Tangan Elektronik: the PIN confirms a document's hash", 201, &reply)?;
        let id = reply.member("/id").context("a signature without id")?;
        let signature = reply.member("/signature").context("no signature")?;
        let header = self.bank.verify_signature(CONTRACT, &signature).await?;
        ensure!(header["name"] == json!("SITI AMINAH"), "the signature is somebody else's");
        self.story.say("The bank verifies the signature with the document and /.well-known/jwks.json alone");
        let reply = self.bank.check_signature(&id, CONTRACT).await?;
        self.story.step("check-signature", "… and asks whether it still counts", 200, &reply)?;
        ensure!(reply.member("/validity").as_deref() == Some("valid"), "the signature does not count");
        Ok(())
    }

    /// The PIN is forgotten; the officer has checked the face and has a new code sent.
    async fn forget_the_pin(&mut self, email: &str, mailbox: &Mailbox) -> Result<()> {
        let reply = self.officer.look_up(personas::SITI).await?;
        self.story.step("look-up-resident", "The officer sees whom the NIK on her ID card means", 200, &reply)?;
        ensure!(reply.member("/resident/name").as_deref() == Some("SITI AMINAH"), "the NIK means somebody else");
        let reply = self.officer.reset_pin(personas::SITI, None).await?;
        self.story.step("reset-pin", "The PIN is forgotten: the officer has a new code sent", 202, &reply)?;
        let reply = self.phone.log_in(PIN).await?;
        self.story.step("login", "The old PIN no longer works", 401, &reply)?;
        let mail = mailbox.activation_email(email, 2).await?;
        let page = self.browser.open(&mail.link).await?;
        self.story.step("activate", "The browser opens the new link", 200, &page)?;
        let proof = Browser::work(&page.text)?;
        let fields = [
            ("token", mail.token()),
            ("code", mail.code.as_str()),
            ("proof_of_work", proof.as_str()),
            ("step", "activate"),
        ];
        let page = self.browser.submit("/activation", &fields).await?;
        self.story.step("activate", "The same phone has a new temporary PIN", 200, &page)?;
        let reply = self.phone.log_in(&mail.code).await?;
        self.story.step("login", "Masuk with the new code", 200, &reply)?;
        let reply = self.phone.change_pin(&PhoneSession::of(&reply)?, &mail.code, PIN).await?;
        self.story.step("change-pin", "Ubah PIN", 204, &reply)
    }

    /// The phone is lost: it is blocked, and no longer works.
    async fn lose_the_phone(&mut self) -> Result<()> {
        let reply = self.phone.log_in(PIN).await?;
        self.story.step("login", "Masuk once more", 200, &reply)?;
        let session = PhoneSession::of(&reply)?;
        let qr = Minted::of(&self.phone.mint(&session, &json!({})).await?)?.token;
        let reply = self.officer.block(personas::SITI, "lost").await?;
        self.story.step("block-device", "The phone is lost: the officer blocks it", 200, &reply)?;
        let reply = self.officer.block(personas::SITI, "lost").await?;
        self.story.step("block-device", "Blocking twice is harmless", 200, &reply)?;
        let reply = self.phone.mint(&session, &json!({})).await?;
        self.story.step("mint-qr", "The blocked phone no longer works: no new QR code", 403, &reply)?;
        let reply = self.phone.log_in(PIN).await?;
        self.story.step("login", "… no login", 403, &reply)?;
        let reply = self.bank.redeem(&self.bank.token().await?, &qr, PURPOSE, None).await?;
        self.story.step("redeem-qr", "… and its last QR code is worthless", 410, &reply)
    }

    /// The resident enrols a new phone, sees what is held on her, and ends her digital identity.
    async fn go_on_with_a_new_phone(&mut self, email: &str, mailbox: &Mailbox) -> Result<()> {
        self.phone = self.new_phone.clone();
        self.story.say("The resident has a new phone");
        let registration = self.enrol(email).await?;
        let mail = mailbox.activation_email(email, 1).await?;
        self.activate(&mail, &registration).await?;
        let session = self.log_in(&mail.code).await?;
        let reply = self.phone.send(Method::GET, "/me/export", Some(&session), None).await?;
        self.story.step("export-data", "Everything that is held on her, in one document", 200, &reply)?;
        let reply = self.phone.erase(&session, PIN).await?;
        self.story.step(
            "erase-identity",
            "She ends the digital identity; the answer says what is kept",
            202,
            &reply,
        )?;
        let reply = self.phone.log_in(PIN).await?;
        self.story.step("login", "The phone no longer works (finish-erasure erases what is left)", 403, &reply)
    }
}

/// A token of an officer, who signs in at the stack's issuer as at the console.
pub async fn officer_token(ports: Ports) -> Result<String> {
    officers_token(&issuer::address(ports.issuer), issuer::CLIENT, &ports.office_url()?, "petugas-1").await
}
