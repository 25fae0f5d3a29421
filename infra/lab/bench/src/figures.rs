//! What was measured, as it is stored: raw rounds, and what is computed from them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cold::ColdStart;
use crate::growth::Growth;
use crate::load::Cell;

/// About how long a function idles between two logins of a round.
pub const REST: Duration = Duration::from_millis(20);

/// The smallest, the middle and the largest of some rounds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Spread {
    pub min: f64,
    pub median: f64,
    pub max: f64,
}

impl Spread {
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |position: usize| values.get(position).copied().unwrap_or(f64::NAN);
        Self { min: at(0), median: at(values.len() / 2), max: at(values.len().saturating_sub(1)) }
    }
}

/// Everything of one run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Figures {
    pub machine: Machine,
    pub at: jiff::Timestamp,
    pub rounds: usize,
    /// By step and number of connections: a cell for each round.
    pub steps: BTreeMap<String, BTreeMap<usize, Vec<Cell>>>,
    /// By function: starts, one for each round.
    pub cold_starts: BTreeMap<String, Vec<ColdStart>>,
    /// By function: the most memory that it had after all rounds, in MiB.
    pub memory: BTreeMap<String, f64>,
    /// How long one Argon2id hash takes alone, in milliseconds, in each round: one after another. Goals use this one.
    pub argon2: Vec<f64>,
    /// The same after a [`REST`] before each.
    pub argon2_rested: Vec<f64>,
    /// By step: thousands of instructions of one request.
    pub instructions: BTreeMap<String, u64>,
    /// Thousands of instructions of one hash of a PIN; 0 where it was not counted.
    #[serde(default)]
    pub hash_instructions: u64,
    /// redeem-qr and its peer, one after the other at one Runtime API: a pair for each round.
    pub beside_peer: Vec<(Warm, Warm)>,
    pub growth: Option<Growth>,
}

/// A process that is warm.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Warm {
    pub cell: Cell,
    /// The most memory that it has had, in MiB.
    pub memory: f64,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub system: String,
    pub rustc: String,
}

impl Machine {
    /// What this machine says of itself.
    pub fn this() -> Self {
        let first = |path: &str, name: &str| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
            line.unwrap_or_default().trim_start_matches([' ', '\t', ':', '=']).trim_matches('"').to_owned()
        };
        let rustc = std::process::Command::new("rustc").arg("--version").output();
        Self {
            processor: first("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            system: first("/etc/os-release", "PRETTY_NAME"),
            rustc: rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default(),
        }
    }
}

impl Figures {
    /// A quantity of a step at a number of connections, over all rounds.
    pub fn spread(&self, step: &str, connections: usize, of: impl Fn(&Cell) -> f64) -> Option<Spread> {
        Some(Spread::of(self.steps.get(step)?.get(&connections)?.iter().map(of)))
    }

    /// A step's median latency in multiples of the floor's, round by round: both were measured one after the other.
    pub fn ratio(&self, step: &str, connections: usize) -> Option<Spread> {
        let of = |name: &str| self.steps.get(name)?.get(&connections);
        let pairs = of(step)?.iter().zip(of("floor")?);
        Some(Spread::of(pairs.map(|(step, floor)| step.p50 / floor.p50)))
    }

    /// The median of Argon2id's times.
    pub fn argon2(&self) -> f64 {
        Spread::of(self.argon2.iter().copied()).median
    }

    /// The same, less the time that Argon2id took for a number of hashes in the same round.
    pub fn ratio_beyond(&self, step: &str, connections: usize, hashes: f64) -> Option<Spread> {
        let of = |name: &str| self.steps.get(name)?.get(&connections);
        let rounds = of(step)?.iter().zip(of("floor")?).zip(&self.argon2);
        Some(Spread::of(rounds.map(|((step, floor), argon2)| (step.p50 - hashes * argon2) / floor.p50)))
    }

    /// How much longer a function takes to initialise than the floor.
    pub fn initialisation_ratio(&self, function: &str) -> Option<Spread> {
        let (own, floor) = (self.cold_starts.get(function)?, self.cold_starts.get("floor")?);
        Some(Spread::of(own.iter().zip(floor).map(|(own, floor)| own.initialisation / floor.initialisation)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_smallest_the_middle_and_the_largest() {
        let spread = Spread::of([3.0, 1.0, 2.0, 5.0, 4.0]);
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 3.0, 5.0));
        assert!(Spread::of([]).median.is_nan());
    }
}
