//! The README's table of routes: who calls what, and how they prove it.

use std::fmt::Write;

use anyhow::Result;
use catalogue::{Caller, Confirmation, Route};

use super::replace_section;

/// The README with the routes of every step.
pub fn section(readme: &str) -> Result<String> {
    let mut table = String::from("\n| route | function | the caller proves who they are by |\n|---|---|---|\n");
    for (step, route) in catalogue::routes() {
        let (method, path, name) = (route.method.as_str(), route.path, step.name);
        writeln!(table, "| `{method} {path}` | [{name}](functions/{name}/src/lib.rs) | {} |", proof(route))?;
    }
    table.push('\n');
    replace_section(readme, "<!-- The routes, by cargo xtask generate -->", "<!-- End of the routes -->", &table)
}

fn proof(route: &Route) -> String {
    let by_callers: Vec<&str> = route.callers.iter().map(|caller| proof_of(*caller)).collect();
    let by_callers = by_callers.join(", or ");
    match route.confirmed_by {
        None => by_callers,
        Some(Confirmation::Pin) => format!("{by_callers}, with PIN"),
        Some(Confirmation::OldPin) => format!("{by_callers}, with the old PIN"),
        Some(Confirmation::CaptchaAndCode) => format!("{by_callers}, with captcha and code"),
    }
}

fn proof_of(caller: Caller) -> &'static str {
    match caller {
        Caller::NewPhone => "DPoP proof of the phone's new key",
        Caller::Phone => "DPoP proof",
        Caller::AnySession | Caller::Holder => "holder's token and DPoP proof",
        Caller::Officer => "officer's token",
        Caller::Integrator => "integrator's token",
        Caller::Client => "`private_key_jwt` (RFC 7523)",
        Caller::LinkHolder => "the link's token",
        Caller::Anyone => "–",
    }
}
