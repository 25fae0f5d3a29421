//! The functions that the tests run in one process, by trigger.

use std::fmt::Write;

use anyhow::Result;
use catalogue::{Declaration, Trigger};

use super::replace_section;

/// tests/src/functions.rs.
pub fn list() -> String {
    let of = |is_of: fn(&Trigger) -> bool| catalogue::STEPS.into_iter().filter(move |step| is_of(&step.trigger));
    let mut text = String::from(
        "//! Every function, as its package offers it. Generated from the declarations by `cargo xtask generate`.\n\n\
         use ikd::{events, http, streams};\n",
    );
    let lists: [(&str, &str, &str, Vec<&Declaration>); 3] = [
        ("Those that answer HTTP.", "HTTP", "http", of(|trigger| matches!(trigger, Trigger::Http(_))).collect()),
        (
            "Those behind a table's stream.",
            "STREAMS",
            "streams",
            of(|trigger| matches!(trigger, Trigger::Stream(_))).collect(),
        ),
        (
            "Those that events or time start.",
            "EVENTS",
            "events",
            of(|trigger| matches!(trigger, Trigger::Event { .. } | Trigger::Schedule { .. })).collect(),
        ),
    ];
    for (what, name, module, steps) in lists {
        let functions: Vec<String> =
            steps.iter().map(|step| format!("    {}::FUNCTION,\n", step.name.replace('-', "_"))).collect();
        let functions = functions.concat();
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n/// {what}\n#[rustfmt::skip]\npub const {name}: [{module}::Function; {}] = [\n{functions}];\n",
            steps.len()
        );
    }
    text
}

/// tests/Cargo.toml with a dependency on every step.
pub fn dependencies(manifest: &str) -> Result<String> {
    let mut names: Vec<&str> = catalogue::STEPS.iter().map(|step| step.name).collect();
    names.sort_unstable();
    let lines: Vec<String> =
        names.iter().map(|name| format!("{name} = {{ path = \"../functions/{name}\" }}\n")).collect();
    replace_section(manifest, "# Every step, by `cargo xtask generate`.", "# End of the steps.", &lines.concat())
}
