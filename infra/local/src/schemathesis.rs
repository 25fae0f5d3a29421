//! Checks the running service against its description: prepares the people that Schemathesis plays.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use data_encoding::BASE64;
use ikd::app::{Clock, SystemClock};
use serde_json::{Value, json};
use tokio::process::Command;
use xtask::tools::Tools;

use crate::actors::{Api, HttpApi, Integrator, Officer, Phone, PhoneSession};
use crate::demo;
use crate::enrolment::{self, Approved};
use crate::stack::mailbox::Mailbox;
use crate::stack::{Place, Ports};
use crate::{personas, photographs};

const PIN: &str = "271828";

/// Has Schemathesis check a running stack against `infra/openapi.yaml`. What it finds is the error.
pub async fn hold(ports: Ports, place: &Place, mailbox: &Mailbox) -> Result<()> {
    let root = xtask::root();
    let schemathesis = Tools::new(&root).schemathesis().await?;
    let output = Command::new(schemathesis)
        .args(["--config-file", "infra/lab/schemathesis/schemathesis.toml", "run", "infra/openapi.yaml", "--no-color"])
        .args(["--url", ports.api_url()?.as_str()])
        .env("IKD_SCHEMATHESIS", people(ports, place, mailbox).await?.to_string())
        .env("HYPOTHESIS_STORAGE_DIRECTORY", root.join(".local/hypothesis"))
        .current_dir(&root)
        .kill_on_drop(true)
        .output()
        .await
        .context("Schemathesis cannot be started")?;
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{said}{failed}");
    Ok(())
}

/// Everything that `infra/lab/schemathesis/hooks.py` needs of a running stack: a holder who stays, a phone that is to be
/// blocked, an activation link that waits, a body to register with, an officer and a bank.
pub async fn people(ports: Ports, place: &Place, mailbox: &Mailbox) -> Result<Value> {
    let api: Arc<dyn Api> = Arc::new(HttpApi::new(ports.api_url()?)?);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let officer_token = demo::officer_token(ports).await?;
    let officer = Officer::new(api.clone(), officer_token.clone());

    let holder = approved(&api, &officer, mailbox, personas::BUDI).await?;
    activate(&api, &holder).await?;
    let lost = approved(&api, &officer, mailbox, personas::AGUS).await?;
    let lost_session = activate(&api, &lost).await?;
    let forgetful = approved(&api, &officer, mailbox, personas::RATNA).await?;
    activate(&api, &forgetful).await?;
    let leaving = approved(&api, &officer, mailbox, personas::HADI).await?;
    let leaving_session = activate(&api, &leaving).await?;
    let leaving_by_delete = approved(&api, &officer, mailbox, personas::SRI).await?;
    let session_by_delete = activate(&api, &leaving_by_delete).await?;
    let waiting = approved(&api, &officer, mailbox, personas::DEWI).await?;

    let bank = personas::BANK;
    let key = place.integrator_key(bank.client_id)?;
    let integrator = Integrator::new(api, clock, bank.client_id, key.clone());
    Ok(json!({
        "api": ports.api_url()?.as_str().trim_end_matches('/'),
        "holder": {
            "nik": personas::BUDI,
            "key": holder.phone.key.pem(),
            "pin": PIN,
            "registration": holder.registration,
            "link": holder.email.token(),
        },
        "lost": { "key": lost.phone.key.pem(), "access_token": lost_session.access_token },
        "leaving": { "key": leaving.phone.key.pem(), "pin": PIN, "access_token": leaving_session.access_token },
        "leaving_by_delete": {
            "key": leaving_by_delete.phone.key.pem(),
            "pin": PIN,
            "access_token": session_by_delete.access_token,
        },
        "forgetful": { "nik": personas::RATNA },
        "waiting": { "link": waiting.email.token() },
        "applicant": {
            "nik": personas::SITI,
            "email": "siti@contoh.id",
            "phone_number": "0812-3456-7890",
            "selfie": BASE64.encode(&photographs::selfie()?),
        },
        "officer": { "access_token": officer_token },
        "integrator": {
            "client_id": bank.client_id,
            "key": key.pem(),
            "access_token": integrator.token().await?,
            "purpose": bank.purposes.first().map(|purpose| purpose.name),
        },
    }))
}

/// A new phone of somebody, approved.
async fn approved(api: &Arc<dyn Api>, officer: &Officer, mailbox: &Mailbox, nik: &str) -> Result<Approved> {
    let phone = Phone::new(api.clone(), Arc::new(SystemClock))?;
    enrolment::approve(phone, officer, mailbox, nik).await
}

async fn activate(api: &Arc<dyn Api>, approved: &Approved) -> Result<PhoneSession> {
    enrolment::activate(api, approved, PIN).await
}
