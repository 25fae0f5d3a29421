//! The limits that the figures shall keep: instructions, which are the same on every machine; multiples of the floor,
//! which differ less from machine to machine than times do; and memory.

use std::collections::BTreeMap;

use crate::figures::Figures;
use crate::steps::{MeasuredStep, STEPS, Work};

/// A goal, and how far it is met.
pub struct Goal {
    pub name: String,
    pub measured: f64,
    pub limit: f64,
}

impl Goal {
    pub fn is_met(&self) -> bool {
        self.measured <= self.limit
    }
}

/// The goals for one request to a packaged function, in million instructions. A budget says what a step takes today; a goal says
/// what it shall come to.
pub const INSTRUCTIONS: [(&str, f64); 9] = [
    ("redeem-qr", 2.0),
    ("mint-qr", 4.4),
    ("mint-qr, undrawn", 3.2),
    ("show-biodata", 3.6),
    ("show-family", 4.0),
    ("list-receipts", 3.2),
    ("lock", 3.0),
    ("issue-token", 2.0),
    // Its hash does not count.
    ("login", 4.0),
];

/// The goals for instructions, from what was counted for each step and for one hash of a PIN, in thousands. A step that was not
/// counted is left out.
pub fn of_instructions(counted: &BTreeMap<String, u64>, hash: u64) -> Vec<Goal> {
    let goals = INSTRUCTIONS.into_iter().filter_map(|(name, limit)| {
        let hashes = STEPS.iter().find(|step| step.name == name).map_or(0, |step| hashes(*step));
        let own = counted.get(name)?.saturating_sub(hash * u64::from(hashes));
        let beyond = if hashes == 0 { "" } else { BEYOND_HASH };
        Some(Goal { name: format!("{name}{beyond}"), measured: in_millions(own), limit })
    });
    goals.collect()
}

/// Thousands of instructions in millions.
pub fn in_millions(thousands: u64) -> f64 {
    f64::from(u32::try_from(thousands).unwrap_or(u32::MAX)) / 1_000.0
}

/// What is not counted for a step that hashes a PIN.
const BEYOND_HASH: &str = ", beyond its hash";

/// How many PINs a step hashes.
fn hashes(step: MeasuredStep) -> u32 {
    match (step.work, step.name) {
        (Work::Pin, "change-pin") => 2,
        (Work::Pin, _) => 1,
        _ => 0,
    }
}

/// In MiB: the most memory of a function, what Argon2id adds, and the most where faces are examined.
const MEMORY: f64 = 25.0;
const ARGON2_MEMORY: f64 = 19.0;
const FACE_MEMORY: f64 = 150.0;

/// Every goal: by the median of the rounds, at one connection.
pub fn of(figures: &Figures) -> Vec<Goal> {
    let mut goals = Vec::new();
    for step in STEPS.iter().copied().filter(|step| step.work != Work::Face) {
        let (limit, ratio) = match step.work {
            Work::Pin => (3.0, figures.ratio_beyond(step.name, 1, f64::from(hashes(step)))),
            _ => (limit(step), figures.ratio(step.name, 1)),
        };
        if let Some(ratio) = ratio {
            let beyond = if step.work == Work::Pin { " beyond Argon2id" } else { "" };
            goals.push(Goal { name: format!("{}: p50 / floor{beyond}", step.name), measured: ratio.median, limit });
        }
    }
    let ours = |function: &str| STEPS.iter().any(|step| step.function == function);
    for (function, memory) in figures.memory.iter().filter(|(function, _)| ours(function)) {
        let does = |work| STEPS.iter().any(|step| step.function == function && step.work == work);
        let limit = if does(Work::Face) {
            FACE_MEMORY
        } else if does(Work::Pin) {
            MEMORY + ARGON2_MEMORY
        } else {
            MEMORY
        };
        goals.push(Goal { name: format!("{function}: memory in MiB"), measured: *memory, limit });
        if let Some(ratio) = figures.initialisation_ratio(function) {
            goals.push(Goal {
                name: format!("{function}: initialisation / floor"),
                measured: ratio.median,
                limit: 1.5,
            });
        }
    }
    goals
}

fn limit(step: MeasuredStep) -> f64 {
    match step.name {
        "mint-qr" => 1.8,
        "redeem-qr" => 2.2,
        _ => 3.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_compared_in_millions_and_a_login_without_its_hash() {
        let counted = [("lock", 2_950), ("login", 117_200), ("erase-identity", 118_000)];
        let counted = counted.map(|(step, thousands)| (step.to_owned(), thousands)).into();
        let goals = of_instructions(&counted, 113_000);
        let found: Vec<_> = goals.iter().map(|goal| (goal.name.as_str(), goal.measured, goal.is_met())).collect();
        assert_eq!(found, [("lock", 2.95, true), ("login, beyond its hash", 4.2, false)]);
    }
}
