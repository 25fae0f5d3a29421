//! Prints what happens while it happens, and keeps it.

use anyhow::{Result, ensure};
use jiff::{SignedDuration, Timestamp};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde::Serialize;
use serde_json::Value;

use crate::actors::Reply;

/// Everything that happened.
#[derive(Debug, Serialize)]
pub struct Transcript {
    pub service: String,
    pub started_at: Timestamp,
    pub steps: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Debug, Serialize)]
pub struct Exchange {
    /// The function that answered.
    pub function: &'static str,
    pub what: String,
    pub status: u16,
    pub expected: u16,
    /// The problem's slug, where the answer was a refusal.
    pub problem: Option<String>,
    pub milliseconds: f64,
}

impl Transcript {
    pub fn is_as_expected(&self) -> bool {
        self.steps.iter().all(|step| step.status == step.expected)
    }
}

/// Prints each step as it happens, and keeps the transcript.
pub(super) struct Story {
    quiet: bool,
    pub transcript: Transcript,
}

impl Story {
    pub fn new(service: String, started_at: Timestamp, quiet: bool) -> Self {
        Self { quiet, transcript: Transcript { service, started_at, steps: Vec::new() } }
    }

    pub fn step(&mut self, function: &'static str, what: &str, expected: u16, reply: &Reply) -> Result<()> {
        let step = Exchange {
            function,
            what: what.to_owned(),
            status: reply.status.as_u16(),
            expected,
            problem: reply.problem(),
            milliseconds: SignedDuration::try_from(reply.took)?.as_secs_f64() * 1_000.0,
        };
        let problem = step.problem.as_deref().unwrap_or_default();
        self.say(
            format!("{:<14} {} {:>7.1} ms  {what} {problem}", step.function, step.status, step.milliseconds).trim_end(),
        );
        self.transcript.steps.push(step);
        ensure!(
            reply.status.as_u16() == expected,
            "{function} answered {} where {expected} was expected: {}",
            reply.status,
            reply.text
        );
        Ok(())
    }

    pub fn draw(&self, title: &str, text: &str) -> Result<()> {
        // Terminals are mostly dark: what is drawn is the light part.
        let code = QrCode::new(text)?;
        let drawn = code.render().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
        self.say(&format!("\n{title}:\n{drawn}\n"));
        Ok(())
    }

    pub fn claims(&self, assertion: &Value) {
        for name in ["nik", "name", "birthdate"] {
            self.say(&format!("    {name}: {}", assertion[name].as_str().unwrap_or_default()));
        }
    }

    pub fn say(&self, line: &str) {
        if !self.quiet {
            println!("{line}");
        }
    }
}
