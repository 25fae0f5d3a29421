//! Argon2id alone, built as functions are: prints how many milliseconds some hashes take, each after a rest; its
//! arguments are the rest's milliseconds and the number of hashes.

use std::thread::sleep;
use std::time::{Duration, Instant};

use ikd::app::Pins;
use ikd::domain::pin::Pin;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let rest = Duration::from_millis(arguments.next().unwrap_or_default().parse()?);
    let hashes: usize = arguments.next().unwrap_or_default().parse()?;
    let pins = Pins::new(b"pepper").map_err(|error| error.to_string())?;
    let pin = Pin::parse("142857").map_err(|invalid| invalid.0.en)?;
    let hash = pins.hash(&pin, [1; 16]).map_err(|error| error.to_string())?;
    for _ in 0..hashes {
        sleep(rest);
        let started = Instant::now();
        if !pins.verify(&pin, Some(hash.expose())) {
            return Err("the PIN has another hash".into());
        }
        println!("{}", started.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(())
}
