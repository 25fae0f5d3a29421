//! The whole service on this machine: `cargo lambda watch`, a file-backed database, the mailbox, and a real browser.

#![expect(clippy::unwrap_used, reason = "what helps a test panics where the test fails")]

mod browser;
mod documents;
mod paper;
mod privacy;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use counter::{ClientKey, Counter, Journal, Service};
use ikd::app::{Clock, SystemClock};
use local::actors::{ActivationEmail, Api, HttpApi, Integrator, Officer, Phone, Reply};
use local::demo::{self, Options};
use local::personas;
use local::photographs;
use local::schemathesis;
use local::stack::{Place, Ports, Setup, Stack, issuer};
use privacy::{Recorder, Said};
use serde_json::{Value, json};

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
    outcome.unwrap_or_else(|error| panic!("The functions said:\n{log}\nWhat failed: {error:?}"));
    alive.unwrap();
}

async fn live(stack: &mut Stack, place: &Place) -> Result<()> {
    let recorder = Recorder::new(Arc::new(HttpApi::new(stack.ports.api_url()?)?), stack.ports.database);
    let options = Options { quiet: true, ..Options::default() };
    let transcript = demo::run(recorder.clone(), stack.ports, place, &stack.mailbox, options).await?;
    ensure!(transcript.is_as_expected(), "{transcript:?}");
    let functions: BTreeSet<&str> = transcript.steps.iter().map(|step| step.function).collect();
    for function in tests::functions::HTTP {
        // These answer without a line of their own in the transcript.
        let expected = !["publish-keys", "serve-pages", "unlock-pin"].contains(&function.name());
        ensure!(functions.contains(function.name()) == expected, "{}: {functions:?}", function.name());
    }
    stack.work_off().await?;
    nothing_was_built_twice(place)?;
    nothing_was_written_down(stack, place, recorder.said()).await?;
    unrouted_paths_are_not_found(stack).await?;
    let (budi, code) = the_page_works(stack, personas::BUDI, &indonesian()).await?;
    paper::its_codes_work(stack, &budi, &code).await?;
    the_page_works(stack, personas::DEWI, &english()).await?;
    the_app_works(stack, place).await?;
    the_holder_is_asked(stack, place).await?;
    the_console_works(stack).await?;
    browser::play("lighthouse", json!({ "origin": stack.ports.api_url()?.origin().ascii_serialization() })).await?;
    let (api, line) = (schemathesis::hold(stack.ports, place, &stack.mailbox), the_app_bears_a_bad_line(stack, place));
    tokio::try_join!(api, line)?;
    // Their people replace phones of before, and one of them dies: they come last.
    documents::integrating_works(stack.ports, place).await.context("docs/integrating.md")?;
    documents::mobile_works(stack.ports, place).await.context("docs/mobile.md")
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

/// Enrols a resident whose activation link was first asked for again, and activates in Chromium. Gives the phone, and the code,
/// which is its first PIN.
async fn the_page_works(stack: &Stack, nik: &str, words: &Value) -> Result<(Phone, String)> {
    let (phone, email) = approved(stack, nik).await?;
    let mut activation = words.clone();
    activation["link"] = json!(email.link);
    activation["code"] = json!(email.code);
    browser::play("activation", activation).await?;
    Ok((phone, email.code))
}

/// The resident's app, from *Daftar* to the erasure, in Chromium, and Hadi's once more by keyboard alone. Siti's phone was blocked at
/// the end of the demo.
async fn the_app_works(stack: &Stack, place: &Place) -> Result<()> {
    let mut holder = app_of(stack, place, personas::SITI, "SITI AMINAH").await?;
    holder["other_nik"] = json!(personas::HADI);
    browser::play("holder", holder).await
}

/// A scan whose holder is asked, in two browsers: Sri's phone, and the clerk's computer with the counter's page.
async fn the_holder_is_asked(stack: &Stack, place: &Place) -> Result<()> {
    let folder = place.folder().join("counter");
    let key = ClientKey::from_pem(place.integrator_key(personas::BANK.client_id)?.pem())?;
    let journal = Journal::open(&folder, &key)?;
    let setup = counter::Setup::new(stack.ports.api_url()?, personas::BANK.client_id.to_owned(), key);
    let serving = counter::page::listen(Arc::new(Counter::new(Service::new(setup)?, journal)?), 0).await?;
    let mut holder = app_of(stack, place, personas::SRI, "SRI HANDAYANI").await?;
    holder["counter"] = json!(serving.address());
    tokio::select! {
        ended = serving.serve() => ended.context("the counter's page ended"),
        played = browser::play("ask", holder) => played,
    }
}

/// The app of Wahyu, whom nobody else plays, while requests fail in every way.
async fn the_app_bears_a_bad_line(stack: &Stack, place: &Place) -> Result<()> {
    let wall = place.folder().join("wall.jpg");
    std::fs::write(&wall, photographs::of_nobody()?)?;
    let mut line = app_of(stack, place, personas::WAHYU, "WAHYU NUGROHO").await?;
    line["wall"] = json!(wall);
    browser::play("line", line).await
}

/// What a script needs in order to play a resident with the app, an officer and a bank.
async fn app_of(stack: &Stack, place: &Place, nik: &str, name: &str) -> Result<Value> {
    let camera = place.folder().join("camera.jpg");
    std::fs::write(&camera, photographs::selfie()?)?;
    let api: Arc<dyn Api> = Arc::new(HttpApi::new(stack.ports.api_url()?)?);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let key = place.integrator_key(personas::BANK.client_id)?;
    let bank = Integrator::new(api, clock, personas::BANK.client_id, key).token().await?;
    Ok(json!({
        "origin": format!("http://127.0.0.1:{}", stack.ports.api),
        "officer": demo::officer_token(stack.ports).await?,
        "mailbox": format!("http://127.0.0.1:{}", stack.ports.mailbox),
        "bank": bank,
        "nik": nik,
        "name": name,
        "camera": camera,
    }))
}

/// The officers' console, in Chromium: two registrations to decide, and a resident with an active phone. Budi activated his on the
/// page.
async fn the_console_works(stack: &Stack) -> Result<()> {
    let (_, approve) = registered(stack, personas::AGUS).await?;
    let (_, reject) = registered(stack, personas::RATNA).await?;
    let ticket = |reply: &Reply| reply.member("/ticket/text").with_context(|| reply.text.clone());
    let officer = json!({
        "origin": stack.ports.api_url()?.origin().ascii_serialization(),
        "issuer": issuer::address(stack.ports.issuer),
        "mailbox": format!("http://127.0.0.1:{}", stack.ports.mailbox),
        "tickets": { "approve": ticket(&approve)?, "reject": ticket(&reject)? },
        "active_nik": personas::BUDI,
        "unknown_nik": personas::UNKNOWN,
    });
    browser::play("officer", officer).await
}

/// A new phone of a resident, and what its registration was answered.
async fn registered(stack: &Stack, nik: &str) -> Result<(Phone, Reply)> {
    let api: Arc<dyn Api> = Arc::new(HttpApi::new(stack.ports.api_url()?)?);
    let phone = Phone::new(api, Arc::new(SystemClock))?;
    let reply = phone.register(nik, &address_of(nik), "0812-3456-7890", &photographs::selfie()?).await?;
    Ok((phone, reply))
}

fn address_of(nik: &str) -> String {
    format!("{nik}@contoh.id")
}

async fn approved(stack: &Stack, nik: &str) -> Result<(Phone, ActivationEmail)> {
    let (phone, reply) = registered(stack, nik).await?;
    let ticket = reply.member("/ticket/text").with_context(|| reply.text.clone())?;
    let api: Arc<dyn Api> = Arc::new(HttpApi::new(stack.ports.api_url()?)?);
    let officer = Officer::new(api, demo::officer_token(stack.ports).await?);
    ensure!(officer.approve(&ticket).await?.status == 200);
    let address = address_of(nik);
    stack.mailbox.activation_email(&address, 1).await?;
    let registration = reply.member("/id").context("no id")?;
    ensure!(phone.ask_for_another_email(&registration).await?.status == 202);
    Ok((phone, stack.mailbox.activation_email(&address, 2).await?))
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
