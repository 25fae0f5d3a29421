//! Argon2id alone, built as functions are: prints the milliseconds of some hashes, each after a rest of so many milliseconds
//! as its argument says.

use std::thread::sleep;
use std::time::{Duration, Instant};

use ikd::domain::pin::Pin;
use ikd::domain::pin_hash::PinHasher;

const HASHES: usize = 9;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rest = Duration::from_millis(std::env::args().nth(1).unwrap_or_default().parse()?);
    let hasher = PinHasher::new(b"pepper").map_err(|error| error.to_string())?;
    let pin = Pin::parse("142857").map_err(|invalid| invalid.0.en)?;
    let hash = hasher.hash(&pin, [1; 16]).map_err(|error| error.to_string())?;
    for _ in 0..HASHES {
        sleep(rest);
        let started = Instant::now();
        if !hasher.verify(&pin, Some(hash.expose())) {
            return Err("the PIN has another hash".into());
        }
        println!("{}", started.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(())
}
