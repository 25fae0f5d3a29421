//! The counter's program: serves the page on this machine, or redeems one code for a script.

mod options;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use counter::{Answer, Counter, Journal, Language, NotTaken, Question, Service, Setup, Taken, page};
use options::Options;

/// Between the questions for an answer that was lost.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// `EX_TEMPFAIL` of sysexits.h: nobody knows yet, ask again.
const TRY_AGAIN: u8 = 75;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(options: Options) -> Result<ExitCode> {
    let key = options.key()?;
    if options.public_key {
        println!("{}", serde_json::to_string_pretty(&key.public())?);
        return Ok(ExitCode::SUCCESS);
    }
    let (url, client_id) = (options.service()?, options.client_id()?);
    let journal = Journal::open(&options.folder(&url, &client_id)?, &key)?;
    let counter = Counter::new(Service::new(Setup::new(url, client_id, key))?, journal)?;
    match &options.once {
        Some(text) => once(&counter, text, options.purpose.as_deref(), options.language()).await,
        None => serve(counter, options.port).await,
    }
}

/// Serves the page until Ctrl-C.
async fn serve(counter: Counter, port: u16) -> Result<ExitCode> {
    let serving = page::listen(Arc::new(counter), port).await.with_context(|| format!("port {port} cannot be used"))?;
    println!("Loket: {}\nCtrl-C ends it.", serving.address());
    tokio::select! {
        ended = serving.serve() => ended?,
        asked = tokio::signal::ctrl_c() => asked?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Redeems one code, and prints what became of it as JSON. An attempt without an answer stays in the journal: the same code again
/// asks about the same attempt.
async fn once(counter: &Counter, text: &str, purpose: Option<&str>, language: Language) -> Result<ExitCode> {
    let text = if text == "-" { std::io::read_to_string(std::io::stdin().take(1_000))? } else { text.to_owned() };
    let purpose = match purpose {
        Some(purpose) => purpose.to_owned(),
        None => only_purpose(counter, language).await?,
    };
    let id = match counter.take(&text, &purpose) {
        Ok(Taken::Attempt { id }) => id,
        Ok(Taken::Before { .. }) => bail!("the code was scanned before"),
        Err(NotTaken::Ticket) => bail!("this is a ticket, which officers of the civil registry scan"),
        Err(error) => return Err(error.into()),
    };
    let mut answer = counter.ask_patiently(&id, language, &PAUSES).await?;
    if let Answer::Awaited(question) = &answer {
        // The standard output is for the answer alone.
        eprintln!("{}", say_digits(question, language));
        answer = counter.wait_for_holder(&id, question, language, &PAUSES).await?;
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
    out.flush()?;
    Ok(match answer {
        Answer::Awaited(_) | Answer::Unanswered(_) => ExitCode::from(TRY_AGAIN),
        Answer::Verified(_) => {
            counter.shown(&id)?;
            ExitCode::SUCCESS
        }
        Answer::Refused(_) => {
            counter.shown(&id)?;
            ExitCode::FAILURE
        }
    })
}

fn say_digits(question: &Question, language: Language) -> String {
    let Question { digits, seconds_left, .. } = question;
    match language {
        Language::Indonesian => {
            format!("Sebutkan angka {digits} kepada pemilik, lalu minta menekan Setuju. Sisa {seconds_left} detik.")
        }
        Language::English => {
            format!("Tell the holder {digits}, and ask them to press Allow. {seconds_left} seconds are left.")
        }
    }
}

async fn only_purpose(counter: &Counter, language: Language) -> Result<String> {
    let registration = counter.registration(language).await.context("the purposes are not known")?;
    match &registration.purposes[..] {
        [purpose] => Ok(purpose.name.clone()),
        purposes => {
            let names: Vec<&str> = purposes.iter().map(|purpose| purpose.name.as_str()).collect();
            bail!("say for which purpose: --purpose {}", names.join(" or --purpose "))
        }
    }
}
