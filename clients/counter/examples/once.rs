//! Redeems the code on the standard input, and prints the holder's name: `cargo run --example once < scanned.txt`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use counter::{Answer, ClientKey, Counter, Journal, Language, Service, Setup, Taken};

const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(8)];

#[tokio::main]
async fn main() -> Result<()> {
    let key = ClientKey::from_pem(&std::fs::read_to_string("bank-madiun.pem")?)?;
    let journal = Journal::open(Path::new("unanswered"), &key)?;
    let setup = Setup::new("http://127.0.0.1:9000".parse()?, "bank-madiun".to_owned(), key);
    let counter = Counter::new(Service::new(setup)?, journal)?;

    let Taken::Attempt { id } = counter.take(&std::io::read_to_string(std::io::stdin())?, "account-opening")? else {
        anyhow::bail!("this code was scanned before");
    };
    let mut answer = counter.ask_patiently(&id, Language::English, &PAUSES).await?;
    if let Answer::Awaited(question) = &answer {
        println!("tell the holder: {}", question.digits);
        answer = counter.wait_for_holder(&id, question, Language::English, &PAUSES).await?;
    }
    match answer {
        Answer::Verified(holder) => println!("{}", holder.claims.get("name").context("no name was disclosed")?),
        Answer::Refused(refusal) => println!("refused: {}", refusal.problem),
        Answer::Awaited(_) | Answer::Unanswered(_) => {
            println!("no answer yet: ask again");
            return Ok(());
        }
    }
    Ok(counter.shown(&id)?)
}
