//! The population registry from outside: files of residents are checked row by row and brought into the table.

pub mod commands;
pub mod import;
pub mod synthesise;

mod file;
mod flat;
mod json_lines;
mod rows;
mod sheet;
mod source;

mod civil_records;
mod family_cards;
mod photo;
mod regions;
mod rules;

mod bulk;
mod lanes;
mod repeats;
mod report;
mod table;

mod draw;
mod households;
mod names;
mod numbers;
mod synthetic_records;

pub use regions::Regions;

/// Why a row is refused, or what is doubtful about it. It names a field and a rule and never a value, so that it may be shown,
/// kept and sent around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub field: &'static str,
    pub reason: &'static str,
}

impl Flaw {
    pub const fn new(field: &'static str, reason: &'static str) -> Self {
        Self { field, reason }
    }
}
