//! How somebody becomes a holder on a running stack: everything from *Daftar* to *Masuk*.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use ikd::app::{Clock, SystemClock};

use crate::actors::{ActivationEmail, Api, Browser, Officer, Phone, PhoneSession};
use crate::photographs;
use crate::stack::mailbox::Mailbox;

/// Somebody whose registration was approved.
pub struct Approved {
    pub phone: Phone,
    pub registration: String,
    pub email: ActivationEmail,
}

/// Registers a phone, has it approved in the place of an earlier one, and waits for the e-mail.
pub async fn approve(phone: Phone, officer: &Officer, mailbox: &Mailbox, nik: &str) -> Result<Approved> {
    let address = format!("{nik}.{}@contoh.id", SystemClock.now().as_millisecond());
    let reply = phone.register(nik, &address, "0812-3456-7890", &photographs::selfie()?).await?;
    let ticket = reply.member("/ticket/text").with_context(|| reply.text.clone())?;
    let registration = reply.member("/id").context("a registration without id")?;
    let email = approve_ticket(&ticket, &address, officer, mailbox).await?;
    Ok(Approved { phone, registration, email })
}

/// Approves the registration whose ticket the officer scans, and waits for the first e-mail to its address.
pub async fn approve_ticket(
    ticket: &str,
    address: &str,
    officer: &Officer,
    mailbox: &Mailbox,
) -> Result<ActivationEmail> {
    let reply = officer.approve_replacing_device(ticket).await?;
    ensure!(reply.status == 200, "{}", reply.text);
    mailbox.activation_email(address, 1).await
}

/// Activates, changes the first PIN, and logs in.
pub async fn activate(api: &Arc<dyn Api>, approved: &Approved, pin: &str) -> Result<PhoneSession> {
    let Approved { phone, email, .. } = approved;
    follow_link(api, email).await?;
    let first = PhoneSession::of(&phone.log_in(&email.code).await?)?;
    let reply = phone.change_pin(&first, &email.code, pin).await?;
    ensure!(reply.status == 204, "{}", reply.text);
    PhoneSession::of(&phone.log_in(pin).await?)
}

/// Opens the e-mail's link, does the proof of work, and confirms.
pub async fn follow_link(api: &Arc<dyn Api>, email: &ActivationEmail) -> Result<()> {
    let browser = Browser::new(api.clone());
    let proof = Browser::work(&browser.open(&email.link).await?.text)?;
    let fields =
        [("token", email.token()), ("code", &email.code), ("proof_of_work", proof.as_str()), ("step", "activate")];
    let page = browser.submit("/activation", &fields).await?;
    ensure!(page.status == 200, "{}", page.text);
    Ok(())
}
