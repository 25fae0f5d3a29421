//! The figures of a run in docs/performance.md, with the raw rounds and the pictures beside it. The words around them are
//! written by hand.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use xtask::documents::with_part;

use crate::budgets;
use crate::deployed::{self, Deployed, Flooded, Start};
use crate::distant::{DELAY, Distant, Pair};
use crate::figures::{Figures, Machine, REST, Spread, Warm};
use crate::goals::{self, Goal, in_millions};
use crate::growth::Point;
use crate::load::Cell;
use crate::plot::{self, Line};
use crate::soak::{Grown, Soak};
use crate::steps::{FLOOR, PEER, STEPS, Work};

/// The files beside the report: raw rounds, the latencies with the database at a distance, what was seen of the deployed packages,
/// and what a soak saw.
const FIGURES: &str = "figures.json";
const DISTANT: &str = "distant.json";
const DEPLOYED: &str = "deployed.json";
const SOAK: &str = "soak.json";

/// The figures of the last run.
pub fn read() -> Result<Figures> {
    let path = xtask::root().join("docs/performance").join(FIGURES);
    let text = std::fs::read_to_string(&path).context("there are no figures yet: run it once without --growth")?;
    Ok(serde_json::from_str(&text)?)
}

/// Writes the report's figures again.
pub fn write(figures: &Figures) -> Result<()> {
    let folder = xtask::root().join("docs/performance");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(FIGURES), serde_json::to_string_pretty(figures)? + "\n")?;
    draw(figures, &folder)?;
    write_parts(&[
        ("machine", machine(figures)),
        ("steps", steps(figures)?),
        ("peer", beside_peer(figures)?),
        ("cold", cold(figures)?),
        ("goals", goals_table(figures)?),
        ("instructions", instructions(figures)?),
        ("growth", growth(figures)?),
        ("published", published(figures)?),
    ])
}

/// Writes a soak's figures, and its part of the report.
pub fn write_soak(soak: &Soak) -> Result<()> {
    let folder = xtask::root().join("docs/performance");
    std::fs::write(folder.join(SOAK), serde_json::to_string_pretty(soak)? + "\n")?;
    write_parts(&[("soak", soak_table(soak)?)])
}

/// Writes the figures with the database at a distance, and their part of the report.
pub fn write_distant(distant: &Distant) -> Result<()> {
    let folder = xtask::root().join("docs/performance");
    std::fs::write(folder.join(DISTANT), serde_json::to_string_pretty(distant)? + "\n")?;
    write_parts(&[("distant", distant_table(distant)?)])
}

/// Writes what was seen of the deployed packages, and its parts of the report.
pub fn write_deployed(deployed: &Deployed) -> Result<()> {
    let folder = xtask::root().join("docs/performance");
    std::fs::write(folder.join(DEPLOYED), serde_json::to_string_pretty(deployed)? + "\n")?;
    write_parts(&[("deployed", deployed_tables(deployed)?)])
}

/// Writes parts of the report again; all else in it stays as it is.
fn write_parts(parts: &[(&str, String)]) -> Result<()> {
    let report = xtask::root().join("docs/performance.md");
    let mut text = std::fs::read_to_string(&report).context("docs/performance.md cannot be read")?;
    for (mark, table) in parts {
        text = with_part(&text, mark, table).with_context(|| format!("docs/performance.md has no marks for {mark}"))?;
    }
    Ok(std::fs::write(report, text)?)
}

/// What others have published, and our figures beside it.
fn published(figures: &Figures) -> Result<String> {
    let argon2 = figures.argon2();
    let of = |step: &str, connections, quantity: fn(&Cell) -> f64| {
        let spread = figures.spread(step, connections, quantity);
        spread.map(|spread| spread.median).with_context(|| format!("{step} was not measured"))
    };
    let cold = figures.cold_starts.get("redeem-qr").context("redeem-qr was not started")?;
    let cold = Spread::of(cold.iter().map(|start| start.first_answer)).median;
    Ok(format!(
        "| | published | here |\n|---|---|---|\n\
        | [aws-samples/serverless-rust-demo](https://github.com/aws-samples/serverless-rust-demo), on AWS: API Gateway, Lambda, \
        DynamoDB, 300 requests a second | warm p50 5.1 ms, p99 20.1 ms; cold p50 122.8 ms | one write, without network (floor): \
        p50 {:.2} ms, p99 {:.2} ms at {:.0} requests a second; redeem-qr cold: {cold:.0} ms to the first answer |\n\
        | MOSIP eSignet 1.4.1, its performance report | 100 requests and 15 logins a second | redeem-qr {:.0}, login {:.0} a \
        second at 2 connections, on {} cores with load and database beside them |\n\
        | MOSIP 1.2.0-rc2, eKYC with OTP | p95 2.3 s with 10 users, 6.4 s with 30 | redeem-qr at 8 connections, without an \
        OTP: p90 {:.1} ms, p99 {:.1} ms |\n\
        | Keycloak's sizing guide | 15 password logins a second for each vCPU | one Argon2id hash takes {:.1} ms: at most {:.0} \
        logins a second for each vCPU; {:.0} at one connection |\n",
        of("floor", 2, |cell| cell.p50)?,
        of("floor", 2, |cell| cell.p99)?,
        of("floor", 2, |cell| cell.throughput)?,
        of("redeem-qr", 2, |cell| cell.throughput)?,
        of("login", 2, |cell| cell.throughput)?,
        figures.machine.cores,
        of("redeem-qr", 8, |cell| cell.p90)?,
        of("redeem-qr", 8, |cell| cell.p99)?,
        argon2,
        1_000.0 / argon2,
        of("login", 1, |cell| cell.throughput)?,
    ))
}

/// Every step with the database near and at a distance.
fn distant_table(distant: &Distant) -> Result<String> {
    let Machine { cores, processor, .. } = &distant.machine;
    let mut table = format!(
        "`cargo xtask bench --distant`, {}, {cores} cores of {processor}.\n\n\
        | step | p50, p90 | p50, p90 with {} ms a call | calls in sequence |\n|---|---|---|---|\n",
        distant.at.strftime("%Y-%m-%d"),
        DELAY.as_millis(),
    );
    for step in [FLOOR].into_iter().chain(STEPS) {
        let Some(Pair { near, distant: far }) = distant.steps.get(step.name) else { continue };
        let calls = distant.calls_in_sequence(step.name).context("the floor was not measured")?;
        // The work on a picture varies by more than a call takes.
        let calls = if step.work == Work::Face { "–".to_owned() } else { format!("{calls:.1}") };
        writeln!(
            table,
            "| {} | {:.2}, {:.2} | {:.2}, {:.2} | {calls} |",
            step.name, near.p50, near.p90, far.p50, far.p90
        )?;
    }
    Ok(table)
}

/// The load on the deployed packages, and their starts.
fn deployed_tables(deployed: &Deployed) -> Result<String> {
    let Machine { cores, processor, .. } = &deployed.machine;
    let mut table = format!(
        "`cargo xtask bench --deployed`, {}, {cores} cores of {processor}.\n\n\
        | step | connections | p50, p90, p99 | answers a second | answers by status |\n|---|---|---|---|---|\n",
        deployed.at.strftime("%Y-%m-%d"),
    );
    for step in [FLOOR].into_iter().chain(deployed::flooded_steps()) {
        for (connections, Flooded { cell, statuses }) in deployed.flooded.get(step.name).into_iter().flatten() {
            let Cell { p50, p90, p99, throughput } = cell;
            let statuses = by_status(statuses);
            let name = step.name;
            writeln!(
                table,
                "| {name} | {connections} | {p50:.0}, {p90:.0}, {p99:.0} | {throughput:.0} | {statuses} |"
            )?;
        }
    }
    table += "\n| function | first answer | a later one | processor until the first answer | memory then, MiB |\n\
        |---|---|---|---|---|\n";
    for function in deployed.starts.keys() {
        let spread = |of: fn(&Start) -> f64| deployed.spread(function, of).context("not started");
        writeln!(
            table,
            "| {function} | {} | {:.1} | {} | {:.1} |",
            in_words(spread(|start| start.first)?),
            spread(|start| start.later)?.median,
            in_words(spread(|start| start.own)?),
            spread(|start| start.memory)?.median,
        )?;
    }
    Ok(table)
}

fn by_status(statuses: &BTreeMap<u16, u64>) -> String {
    statuses.iter().map(|(status, number)| format!("{status}: {number}")).collect::<Vec<_>>().join(", ")
}

/// Whether a soak kept its limits.
fn verdict(faults: &[String]) -> String {
    if faults.is_empty() {
        return "No code served twice, every winner could ask again, no answer was a 5xx but 503 with `Retry-After`,\nand no \
                function grew by more than the runtime makes the floor grow."
            .to_owned();
    }
    format!("**What should not have been: {}.** Whatever else is checked, held.", faults.join("; "))
}

fn soak_table(soak: &Soak) -> Result<String> {
    let mut table = format!(
        "{}, {} cores of {}: {} minutes at {:.0} visits a second, where {:.0} are the peak.\n{} visits, {} requests, {} calls \
         that reached the proxy; it refused {} of them and lost the answers of {}.\nAnswers by status: {}.\n{}\n\n\
         | function | p50 | p99 | longest |\n|---|---|---|---|\n",
        soak.at.strftime("%Y-%m-%d"),
        soak.machine.cores,
        soak.machine.processor,
        soak.minutes,
        soak.rate,
        soak.peak,
        soak.visits,
        soak.requests,
        soak.database_calls,
        soak.database_refused,
        soak.database_lost,
        by_status(&soak.statuses),
        verdict(&soak.faults),
    );
    for (function, [p50, p99, longest]) in &soak.took {
        writeln!(table, "| {function} | {p50:.2} | {p99:.2} | {longest:.0} |")?;
    }
    table += "\n| function | memory after a third, MiB | at the end | requests between | bytes a request |\n|---|---|---|---|---|\n";
    for (function, grown) in &soak.grown {
        let Grown { settled, last, requests } = grown;
        writeln!(table, "| {function} | {settled:.1} | {last:.1} | {requests} | {:.0} |", grown.each())?;
    }
    table += "\n| minute | memory of all instances, MiB |\n|---|---|\n";
    for (minute, memory) in soak.memory.iter().step_by(5) {
        writeln!(table, "| {minute:.0} | {memory:.1} |")?;
    }
    Ok(table)
}

fn machine(figures: &Figures) -> String {
    let machine = &figures.machine;
    format!(
        "{} cores of {}, {}, {}; {} rounds, {}.\n",
        machine.cores,
        machine.processor,
        machine.system,
        machine.rustc,
        figures.rounds,
        figures.at.strftime("%Y-%m-%d")
    )
}

/// Latencies and throughput of every step at each number of connections, and its ratio to the floor.
fn steps(figures: &Figures) -> Result<String> {
    let connections = figures.steps.get(FLOOR.name).context("the floor was not measured")?.keys().copied();
    let connections: Vec<usize> = connections.collect();
    let mut table = "| step | × floor (1), min – median – max |".to_owned();
    for connections in &connections {
        write!(table, " p50, p90, p99 ({connections}) | req/s ({connections}) |")?;
    }
    writeln!(table, "\n|---|---|{}", "---|---|".repeat(connections.len()))?;
    let names = [FLOOR].into_iter().chain(STEPS).map(|step| step.name);
    for name in names.filter(|name| figures.steps.contains_key(*name)) {
        write!(table, "| {name} | {} |", in_words(figures.ratio(name, 1).context("no ratio")?))?;
        for connections in &connections {
            let median =
                |of: fn(&Cell) -> f64| figures.spread(name, *connections, of).map_or(f64::NAN, |spread| spread.median);
            let (p50, p90, p99) = (median(|cell| cell.p50), median(|cell| cell.p90), median(|cell| cell.p99));
            write!(table, " {p50:.2}, {p90:.2}, {p99:.2} | {:.0} |", median(|cell| cell.throughput))?;
        }
        table.push('\n');
    }
    let alone = [&figures.argon2, &figures.argon2_rested].map(|rounds| in_words(Spread::of(rounds.iter().copied())));
    let [in_a_row, rested] = alone;
    writeln!(
        table,
        "\nArgon2id alone takes {in_a_row} where one hash follows another,\nand {rested} where each comes after a rest of {} \
         milliseconds.",
        REST.as_millis()
    )?;
    Ok(table)
}

/// Instructions beside their goals and budgets, in millions, for a terminal.
pub fn instructions_in_short(counted: &BTreeMap<String, u64>, hash: u64) -> Result<String> {
    let budgets = budgets::read()?;
    let mut lines = format!("Million instructions of a request\n{:28}{:>9}{:>9}\n", "step", "counted", "budget");
    for (step, thousands) in counted {
        let budget = budgets.get(step).map_or_else(|| "–".to_owned(), |budget| in_words_of_millions(*budget));
        writeln!(lines, "{step:28}{:>9}{budget:>9}", in_words_of_millions(*thousands))?;
    }
    let goals = goals::of_instructions(counted, hash);
    writeln!(lines, "\n{:28}{:>9}{:>9}", "goal", "counted", "goal")?;
    for Goal { name, measured, limit } in &goals {
        writeln!(lines, "{name:28}{measured:9.2}{limit:9.2}")?;
    }
    let met = goals.iter().filter(|goal| goal.is_met()).count();
    writeln!(lines, "{met} of {} goals are met.", goals.len())?;
    Ok(lines)
}

fn in_words_of_millions(thousands: u64) -> String {
    format!("{:.2}", in_millions(thousands))
}

/// redeem-qr and the same in Node.js.
fn beside_peer(figures: &Figures) -> Result<String> {
    let mut table = "| | p50 | p99 | memory, MiB |\n|---|---|---|---|\n".to_owned();
    let (ours, peers): (Vec<Warm>, Vec<Warm>) = figures.beside_peer.iter().copied().unzip();
    for (name, rounds) in [("redeem-qr", &ours), (PEER.name, &peers)] {
        let spread = |quantity: fn(&Warm) -> f64| in_words(Spread::of(rounds.iter().map(quantity)));
        let (p50, p99) = (spread(|warm| warm.cell.p50), spread(|warm| warm.cell.p99));
        writeln!(table, "| {name} | {p50} | {p99} | {} |", spread(|warm| warm.memory))?;
    }
    let ratio = Spread::of(ours.iter().zip(&peers).map(|(ours, peers)| peers.cell.p50 / ours.cell.p50));
    writeln!(table, "\nThe peer takes {} times as long (p50).", in_words(ratio))?;
    Ok(table)
}

fn cold(figures: &Figures) -> Result<String> {
    let mut table = "| function | initialisation | × floor | first answer | memory then | memory after all rounds |\n\
        |---|---|---|---|---|---|\n"
        .to_owned();
    for (function, starts) in &figures.cold_starts {
        let spread = |of: fn(&crate::cold::ColdStart) -> f64| Spread::of(starts.iter().map(of));
        let ratio = figures.initialisation_ratio(function).context("no ratio")?;
        // The peer does not take part in the rounds.
        let after = figures.memory.get(function).map_or_else(|| "–".to_owned(), |memory| format!("{memory:.1}"));
        writeln!(
            table,
            "| {function} | {} | {} | {} | {:.1} | {after} |",
            in_words(spread(|start| start.initialisation)),
            in_words(ratio),
            in_words(spread(|start| start.first_answer)),
            spread(|start| start.memory).median,
        )?;
    }
    Ok(table)
}

fn instructions(figures: &Figures) -> Result<String> {
    let mut table = "| step | thousand instructions |\n|---|---|\n".to_owned();
    for (step, thousands) in &figures.instructions {
        writeln!(table, "| {step} | {thousands} |")?;
    }
    Ok(table)
}

/// Every goal for instructions beside what was counted, and the other goals that are not met.
fn goals_table(figures: &Figures) -> Result<String> {
    let mut table = "| million instructions of a request | counted | goal | |\n|---|---|---|---|\n".to_owned();
    for goal in goals::of_instructions(&figures.instructions, figures.hash_instructions) {
        let verdict = if goal.is_met() { "met" } else { "not yet" };
        writeln!(table, "| {} | {:.2} | {:.1} | {verdict} |", goal.name, goal.measured, goal.limit)?;
    }
    let goals = goals::of(figures);
    let met = goals.iter().filter(|goal| goal.is_met()).count();
    write!(table, "\n{met} of {} goals for ratios and memory are met. Those that are not:\n\n", goals.len())?;
    table += "| goal | measured | limit |\n|---|---|---|\n";
    for goal in goals.iter().filter(|goal| !goal.is_met()) {
        writeln!(table, "| {} | {:.2} | {:.1} |", goal.name, goal.measured, goal.limit)?;
    }
    Ok(table)
}

fn growth(figures: &Figures) -> Result<String> {
    let Some(growth) = &figures.growth else { return Ok("Not measured.\n".to_owned()) };
    let mut table = "| | mint-qr p50 | p99 | read, write units | redeem-qr p50 | p99 | read, write units |\n\
        |---|---|---|---|---|---|---|\n"
        .to_owned();
    for (unit, rows) in [("residents", &growth.residents), ("stale QR codes", &growth.stale_codes)] {
        for Point { items, mint, redeem, mint_capacity, redeem_capacity } in rows {
            writeln!(
                table,
                "| {items} {unit} | {:.2} | {:.2} | {}, {} | {:.2} | {:.2} | {}, {} |",
                mint.p50,
                mint.p99,
                mint_capacity.read,
                mint_capacity.write,
                redeem.p50,
                redeem.p99,
                redeem_capacity.read,
                redeem_capacity.write,
            )?;
        }
    }
    table += "\n| instances of redeem-qr | requests a second | p50 | p99 |\n|---|---|---|---|\n";
    for (instances, cell) in &growth.instances {
        writeln!(table, "| {instances} | {:.0} | {:.2} | {:.2} |", cell.throughput, cell.p50, cell.p99)?;
    }
    Ok(table)
}

fn draw(figures: &Figures, folder: &Path) -> Result<()> {
    let Some(growth) = &figures.growth else { return Ok(()) };
    for (file, caption, rows) in [
        ("residents.svg", "Latency while the registry grows", &growth.residents),
        ("stale-codes.svg", "Latency while expired QR codes wait for deletion", &growth.stale_codes),
    ] {
        let of = |read: fn(&Point) -> f64| rows.iter().map(|point| (as_number(point.items), read(point))).collect();
        let lines = [
            Line { name: "mint-qr p50", points: of(|point| point.mint.p50) },
            Line { name: "mint-qr p99", points: of(|point| point.mint.p99) },
            Line { name: "redeem-qr p50", points: of(|point| point.redeem.p50) },
            Line { name: "redeem-qr p99", points: of(|point| point.redeem.p99) },
        ];
        plot::lines(&folder.join(file), caption, "items", "ms", &lines)?;
    }
    let points = growth.instances.iter().map(|(instances, cell)| (as_number(*instances), cell.throughput)).collect();
    let line = Line { name: "redeem-qr", points };
    plot::lines(&folder.join("instances.svg"), "Throughput by instances", "instances", "requests a second", &[line])
}

fn as_number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn in_words(Spread { min, median, max }: Spread) -> String {
    format!("{min:.2} – {median:.2} – {max:.2}")
}
