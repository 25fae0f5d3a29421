//! The limits that the figures must keep: multiples of the floor, and memory. A ratio is a property of the code, and
//! differs less from machine to machine than a time.

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

/// In MiB: the most memory of a function, what Argon2id adds, and the most where faces are examined.
const MEMORY: f64 = 25.0;
const ARGON2_MEMORY: f64 = 19.0;
const FACE_MEMORY: f64 = 150.0;

/// Every goal: by the median of the rounds, at one connection.
pub fn of(figures: &Figures) -> Vec<Goal> {
    let mut goals = Vec::new();
    for step in STEPS.iter().copied().filter(|step| step.work != Work::Face) {
        let (limit, ratio) = match step.work {
            Work::Pin => {
                let hashes = if step.name == "change-pin" { 2.0 } else { 1.0 };
                (3.0, figures.ratio_beyond(step.name, 1, hashes))
            }
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
