//! The whole service on this machine: `cargo lambda watch`, a file-backed database, the mailbox, and a real browser.

#![expect(clippy::unwrap_used, reason = "what helps a test panics where the test fails")]

mod privacy;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use ikd::app::{Clock, SystemClock};
use local::actors::{ActivationEmail, Api, HttpApi, Officer, Phone};
use local::demo::{self, Options};
use local::personas;
use local::photographs;
use local::schemathesis;
use local::stack::{Place, Ports, Setup, Stack};
use privacy::{Recorder, Said};
use serde_json::{Value, json};
use tokio::process::Command;
use xtask::tools::Tools;

/// One stack serves all of it, since bringing one up takes long.
#[tokio::test(flavor = "multi_thread")]
async fn the_procedure_runs_end_to_end_and_the_activation_page_works_by_keyboard() {
    let place = Place::named("test-stack");
    let setup = Setup { fresh: true, verbose: true, limited: false };
    let mut stack = Stack::up(place.clone(), Ports::TESTS, setup).await.unwrap();
    let outcome = live(&mut stack, &place).await;
    let log = std::fs::read_to_string(place.folder().join("functions.log")).unwrap_or_default();
    let alive = stack.ensure_running();
    stack.down().await;
    outcome.unwrap_or_else(|error| panic!("{error:?}\nThe functions said:\n{log}"));
    alive.unwrap();
}

async fn live(stack: &mut Stack, place: &Place) -> Result<()> {
    let recorder = Recorder::new(Arc::new(HttpApi::new(stack.ports.api_url()?)?), stack.ports.database);
    let options = Options { quiet: true, expiry: false };
    let transcript = demo::run(recorder.clone(), stack.ports, place, &stack.mailbox, options).await?;
    ensure!(transcript.is_as_expected(), "{transcript:?}");
    let functions: BTreeSet<&str> = transcript.steps.iter().map(|step| step.function).collect();
    for function in tests::functions::HTTP {
        // These answer without a line of their own in the transcript.
        let expected = !["publish-keys", "unlock-pin"].contains(&function.name());
        ensure!(functions.contains(function.name()) == expected, "{}: {functions:?}", function.name());
    }
    stack.work_off().await?;
    nothing_was_built_twice(place)?;
    nothing_was_written_down(stack, place, recorder.said()).await?;
    unrouted_paths_are_not_found(stack).await?;
    the_page_works(stack, personas::BUDI, &indonesian()).await?;
    the_page_works(stack, personas::DEWI, &english()).await?;
    schemathesis::hold(stack.ports, place, &stack.mailbox).await
}

/// `cargo lambda watch` builds each function by itself at its first request, and finds it built.
fn nothing_was_built_twice(place: &Place) -> Result<()> {
    let log = std::fs::read_to_string(place.folder().join("functions.log"))?;
    let compiled: Vec<&str> = log.lines().filter(|line| line.trim_start().starts_with("Compiling ")).collect();
    ensure!(compiled.is_empty(), "the stack's build left work to cargo lambda watch: {compiled:#?}");
    Ok(())
}

/// The whole demo at the most verbose logging: nothing of it is in a log or a refusal, and nothing secret is in a
/// table.
async fn nothing_was_written_down(stack: &Stack, place: &Place, mut said: Said) -> Result<()> {
    for resident in personas::residents()? {
        for (name, value) in
            [("nik", resident.nik.as_str()), ("name", &resident.name), ("street", &resident.address.street)]
        {
            said.hear(name, value);
        }
    }
    said.ensure_not_logged(&std::fs::read_to_string(place.folder().join("functions.log"))?)?;
    said.ensure_not_in_refusals()?;
    said.ensure_no_secret_rests(stack.ports.database, &["selfies", "receipts"]).await
}

async fn unrouted_paths_are_not_found(stack: &Stack) -> Result<()> {
    for path in ["/", "/registrations/", "/qr-codes/1", "/functions/login"] {
        let answer = reqwest::get(stack.ports.api_url()?.join(path)?).await?;
        ensure!(answer.status() == 404, "{path}: {}", answer.status());
    }
    Ok(())
}

/// Enrols a resident whose activation link was first asked for again, and activates in Chromium.
async fn the_page_works(stack: &Stack, nik: &str, words: &Value) -> Result<()> {
    let email = approved(stack, nik).await?;
    let root = xtask::root();
    let screenshots = root.join("artifacts");
    std::fs::create_dir_all(&screenshots)?;
    let tools = Tools::new(&root);
    let mut activation = words.clone();
    for (name, value) in [
        ("link", json!(email.link)),
        ("code", json!(email.code)),
        ("screenshots", json!(screenshots)),
        ("chromium", json!(tools.chromium().await?)),
        ("modules", json!(tools.playwright().await?)),
    ] {
        activation[name] = value;
    }
    let output = Command::new("node")
        .arg(root.join("tests/browser/activation.mjs"))
        .env("ACTIVATION", activation.to_string())
        .output()
        .await
        .context("node cannot be started")?;
    ensure!(output.status.success(), "the browser: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

async fn approved(stack: &Stack, nik: &str) -> Result<ActivationEmail> {
    let api: Arc<dyn Api> = Arc::new(HttpApi::new(stack.ports.api_url()?)?);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let phone = Phone::new(api.clone(), clock)?;
    let address = format!("{nik}@contoh.id");
    let reply = phone.register(nik, &address, "0812-3456-7890", &photographs::selfie()?).await?;
    let ticket = reply.member("/ticket/text").with_context(|| reply.text.clone())?;
    let officer = Officer::new(api, demo::officer_token(stack.ports).await?);
    ensure!(officer.approve(&ticket).await?.status == 200);
    stack.mailbox.activation_email(&address, 1).await?;
    let registration = reply.member("/id").context("no id")?;
    ensure!(phone.ask_for_another_email(&registration).await?.status == 202);
    stack.mailbox.activation_email(&address, 2).await
}

fn indonesian() -> Value {
    json!({ "locale": "id-ID", "words": {
        "title": "Aktivasi", "work": "Saya tidak dapat melihat gambar", "done": "Selesai", "activate": "Aktifkan",
        "confirm": "Aktifkan sekarang?", "yes": "Ya", "succeeded": "Aktivasi berhasil", "close": "Tutup",
        "active": "Status: Aktif",
    } })
}

fn english() -> Value {
    json!({ "locale": "en-GB", "words": {
        "title": "Activation", "work": "I cannot see the picture", "done": "Done", "activate": "Activate",
        "confirm": "Activate now?", "yes": "Yes", "succeeded": "Activation succeeded", "close": "Close",
        "active": "Status: Active",
    } })
}
