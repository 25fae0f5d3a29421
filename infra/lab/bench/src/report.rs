//! docs/performance.md: the words of report.md with the figures of a run, the raw rounds and the pictures beside it.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use xtask::documents::with_part;

use crate::figures::{Figures, REST, Spread, Warm};
use crate::goals;
use crate::growth::Point;
use crate::load::Cell;
use crate::plot::{self, Line};
use crate::soak::{Grown, Soak};
use crate::steps::{FLOOR, PEER, STEPS};

/// The files beside the report: raw rounds, and what a soak saw.
const FIGURES: &str = "figures.json";
const SOAK: &str = "soak.json";

/// The figures of the last run.
pub fn read() -> Result<Figures> {
    let path = xtask::root().join("docs/performance").join(FIGURES);
    let text = std::fs::read_to_string(&path).context("there are no figures yet: run it once without --growth")?;
    Ok(serde_json::from_str(&text)?)
}

/// Writes the report again.
pub fn write(figures: &Figures) -> Result<()> {
    let docs = xtask::root().join("docs");
    let folder = docs.join("performance");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(FIGURES), serde_json::to_string_pretty(figures)? + "\n")?;
    draw(figures, &folder)?;
    let mut text = include_str!("../report.md").to_owned();
    for (mark, table) in [
        ("machine", machine(figures)),
        ("steps", steps(figures)?),
        ("peer", beside_peer(figures)?),
        ("cold", cold(figures)?),
        ("goals", goals_table(figures)?),
        ("instructions", instructions(figures)?),
        ("growth", growth(figures)?),
        ("soak", soak_of_before(&folder)?),
        ("published", published(figures)?),
    ] {
        text = with_part(&text, mark, &table).with_context(|| format!("report.md has no marks for {mark}"))?;
    }
    Ok(std::fs::write(docs.join("performance.md"), text)?)
}

/// Writes a soak's figures, and into the report if there is one: a full run takes them over.
pub fn write_soak(soak: &Soak) -> Result<()> {
    let docs = xtask::root().join("docs");
    std::fs::write(docs.join("performance").join(SOAK), serde_json::to_string_pretty(soak)? + "\n")?;
    let report = docs.join("performance.md");
    let Ok(text) = std::fs::read_to_string(&report) else { return Ok(()) };
    let text = with_part(&text, "soak", &soak_table(soak)?);
    Ok(std::fs::write(&report, text.context("the report has no marks for soak")?)?)
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

fn soak_of_before(folder: &Path) -> Result<String> {
    match std::fs::read(folder.join(SOAK)) {
        Ok(soak) => soak_table(&serde_json::from_slice(&soak)?),
        Err(_) => Ok("Not run yet.\n".to_owned()),
    }
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
        soak.statuses.iter().map(|(status, number)| format!("{status}: {number}")).collect::<Vec<_>>().join(", "),
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

/// Latencies at one connection, for a terminal.
pub fn steps_in_short(figures: &Figures) -> Result<String> {
    let mut lines =
        format!("Argon2id takes {:.2} ms\n{:26}{:>9}{:>9}\n", figures.argon2(), "step", "p50, ms", "× floor");
    for step in [FLOOR].into_iter().chain(STEPS) {
        let p50 = figures.spread(step.name, 1, |cell| cell.p50).context("not measured")?.median;
        let ratio = figures.ratio(step.name, 1).context("no ratio")?.median;
        writeln!(lines, "{:26}{p50:9.2}{ratio:9.2}", step.name)?;
    }
    Ok(lines)
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

fn goals_table(figures: &Figures) -> Result<String> {
    let goals = goals::of(figures);
    let met = goals.iter().filter(|goal| goal.is_met()).count();
    let mut table = format!("{met} of {} goals are met. Those that are not:\n\n", goals.len());
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
