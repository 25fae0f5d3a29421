//! docs/performance.md: the words of report.md with the figures of a run, the raw rounds and the pictures beside it.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::figures::{Figures, Spread};
use crate::goals;
use crate::plot::{self, Line};
use crate::steps::{FLOOR, PEER, STEPS};

/// Writes the report anew.
pub fn write(figures: &Figures) -> Result<()> {
    let docs = xtask::root().join("docs");
    let folder = docs.join("performance");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("figures.json"), serde_json::to_string_pretty(figures)? + "\n")?;
    draw(figures, &folder)?;
    let mut text = include_str!("../report.md").to_owned();
    for (mark, table) in [
        ("machine", machine(figures)),
        ("steps", steps(figures)?),
        ("cold", cold(figures)?),
        ("goals", goals_table(figures)?),
        ("instructions", instructions(figures)?),
        ("growth", growth(figures)?),
    ] {
        text = between(&text, mark, &table).with_context(|| format!("report.md has no marks for {mark}"))?;
    }
    Ok(std::fs::write(docs.join("performance.md"), text)?)
}

/// Replaces what stands between two marks.
fn between(text: &str, mark: &str, table: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- begin {mark} -->"), format!("<!-- end {mark} -->"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{table}{end}{after}"))
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

/// Latencies of every step, and its ratio to the floor.
fn steps(figures: &Figures) -> Result<String> {
    let mut table = "| step | p50 (1) | p90 (1) | p99 (1) | × floor (1), min – median – max | p50 (2) | req/s (2) | p50 (8) | req/s (8) |\n\
        |---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let names = [FLOOR].into_iter().chain(STEPS).chain([PEER]).map(|step| step.name);
    for name in names.filter(|name| figures.steps.contains_key(*name)) {
        let median = |connections, of: fn(&crate::load::Cell) -> f64| {
            figures.spread(name, connections, of).map_or(f64::NAN, |spread| spread.median)
        };
        let ratio = figures.ratio(name, 1).context("no ratio")?;
        writeln!(
            table,
            "| {name} | {:.2} | {:.2} | {:.2} | {} | {:.2} | {:.0} | {:.2} | {:.0} |",
            median(1, |cell| cell.p50),
            median(1, |cell| cell.p90),
            median(1, |cell| cell.p99),
            in_words(ratio),
            median(2, |cell| cell.p50),
            median(2, |cell| cell.throughput),
            median(8, |cell| cell.p50),
            median(8, |cell| cell.throughput),
        )?;
    }
    Ok(table)
}

fn cold(figures: &Figures) -> Result<String> {
    let mut table = "| function | initialisation | × floor | first answer | memory then | memory after all rounds |\n\
        |---|---|---|---|---|---|\n"
        .to_owned();
    for (function, starts) in &figures.cold_starts {
        let spread = |of: fn(&crate::cold::ColdStart) -> f64| Spread::of(starts.iter().map(of));
        let ratio = figures.initialisation_ratio(function).context("no ratio")?;
        writeln!(
            table,
            "| {function} | {} | {} | {} | {:.1} | {:.1} |",
            in_words(spread(|start| start.initialisation)),
            in_words(ratio),
            in_words(spread(|start| start.first_answer)),
            spread(|start| start.memory).median,
            figures.memory.get(function).copied().unwrap_or(f64::NAN),
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
    let growth = figures.growth.as_ref().context("growth was not measured")?;
    let mut table = "| | mint-qr p50 | p99 | redeem-qr p50 | p99 |\n|---|---|---|---|---|\n".to_owned();
    for (unit, rows) in [("residents", &growth.residents), ("stale QR codes", &growth.stale_codes)] {
        for (number, mint, redeem) in rows {
            writeln!(
                table,
                "| {number} {unit} | {:.2} | {:.2} | {:.2} | {:.2} |",
                mint.p50, mint.p99, redeem.p50, redeem.p99
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
        let of = |read: fn(&(usize, crate::load::Cell, crate::load::Cell)) -> f64| {
            rows.iter().map(|row| (as_number(row.0), read(row))).collect()
        };
        let lines = [
            Line { name: "mint-qr p50", points: of(|row| row.1.p50) },
            Line { name: "mint-qr p99", points: of(|row| row.1.p99) },
            Line { name: "redeem-qr p50", points: of(|row| row.2.p50) },
            Line { name: "redeem-qr p99", points: of(|row| row.2.p99) },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_marks_is_replaced_and_nothing_else() {
        let text = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n";
        let new = between(text, "x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- begin x -->\nnew\n<!-- end x -->\nb\n");
        assert_eq!(between(&new, "x", "new\n"), Some(new.clone()));
        assert_eq!(between(text, "y", ""), None);
    }
}
