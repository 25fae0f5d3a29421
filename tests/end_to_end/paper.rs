//! Printed documents, whose codes anybody scans: what the page shows of genuine, altered, foreign, expired and revoked paper.

use anyhow::{Context, Result, ensure};
use local::actors::{Phone, PhoneSession};
use local::stack::Stack;
use serde_json::json;
use tests::prints::code;
use tokio::process::Command;

use crate::browser;

/// Prints the documents of a holder whose phone was activated just now, and scans them in Chromium.
pub async fn its_codes_work(stack: &Stack, phone: &Phone, activation_code: &str) -> Result<()> {
    const PIN: &str = "271828";

    let first = PhoneSession::of(&phone.log_in(activation_code).await?)?;
    ensure!(phone.change_pin(&first, activation_code, PIN).await?.status == 204);
    let session = PhoneSession::of(&phone.log_in(PIN).await?)?;
    let print = async |kind: &str| -> Result<String> {
        let printed = phone.fetch(&session, &format!("/me/documents/{kind}"), "application/pdf").await?;
        ensure!(printed.status == 200, "{}", printed.text);
        Ok(code(&printed.bytes))
    };
    let (card, family, revoked) = (print("ktp-el").await?, print("kk").await?, print("ktp-el").await?);
    revoke(stack, &revoked).await?;

    browser::play("paper", json!({ "card": card, "family": family, "revoked": revoked })).await
}

/// As operators do it.
async fn revoke(stack: &Stack, code: &str) -> Result<()> {
    let name = code.split_once('#').and_then(|(address, _)| address.rsplit_once('/')).context("no address")?.1;
    let endpoint = format!("http://127.0.0.1:{}", stack.ports.database);
    let mut operator = Command::new(env!("CARGO"));
    operator.args([
        "run",
        "--quiet",
        "--bin",
        "operator",
        "--",
        "revoke-document",
        name,
        "--yes",
        "--endpoint",
        &endpoint,
    ]);
    let output = operator.current_dir(xtask::root()).output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
