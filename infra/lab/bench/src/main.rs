//! Measures the functions as they are packaged, under Lambda's emulator and the embedded database: `cargo xtask bench`.

mod arena;
mod budgets;
mod capacity;
mod capture;
mod cold;
mod draw;
mod figures;
mod fleet;
mod goals;
mod growth;
mod instructions;
mod load;
mod peer;
mod plot;
mod report;
mod runtime_api;
mod soak;
mod steps;
mod upstream;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use clap::{Parser, ValueEnum};
use local::stack::say;
use tokio::process::Command;

use arena::{Arena, Builds};
use figures::{Figures, Machine, REST, Spread, Warm};
use peer::Peer;
use steps::{FLOOR, MINT, MeasuredStep, PEER, REDEEM, STEPS, Work};

/// Measures the functions.
#[derive(Parser)]
struct Arguments {
    /// Two minutes: every ratio, from fewer rounds; nothing is written.
    #[arg(long)]
    quick: bool,
    /// Instead: only how steps perform while the tables grow, added to the figures of the last run.
    #[arg(long, conflicts_with = "quick")]
    growth: bool,
    /// Instead: mixed traffic for so many minutes, while devices are blocked and the database fails.
    #[arg(long, value_name = "MINUTES", conflicts_with_all = ["quick", "growth"])]
    soak: Option<f64>,
    /// Instead: where a step spends its instructions, by Callgrind.
    #[arg(long, value_name = "STEP", conflicts_with_all = ["quick", "growth", "soak"])]
    profile: Option<String>,
    /// Instead: the instructions of every step, compared with their budgets.
    #[arg(long, value_name = "BUDGETS", num_args = 0..=1, default_missing_value = "hold",
          conflicts_with_all = ["quick", "growth", "soak", "profile"])]
    instructions: Option<Budgets>,
}

/// What to do with the budgets once instructions are counted.
#[derive(Clone, Copy, ValueEnum)]
enum Budgets {
    /// Compare with them.
    Hold,
    /// Write them again.
    Set,
}

/// How much is measured.
struct Extent {
    rounds: usize,
    connections: &'static [usize],
    /// Requests of a cell; steps that hash a PIN or examine a face take a quarter.
    requests: usize,
    growth: Option<growth::Extent>,
}

const FULL: Extent = Extent { rounds: 5, connections: &[1, 2, 8], requests: 60, growth: Some(growth::FULL) };
const QUICK: Extent = Extent { rounds: 3, connections: &[1], requests: 80, growth: None };

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let extent = if arguments.quick { QUICK } else { FULL };
    if let Some(step) = &arguments.profile {
        return profile(step).await;
    }
    if let Some(budgets) = arguments.instructions {
        return count_instructions(budgets).await;
    }
    arena::build_functions().await?;
    arena::build_yardsticks().await?;
    if let Some(minutes) = arguments.soak {
        let soak = soak::soak(minutes).await?;
        report::write_soak(&soak)?;
        ensure!(soak.faults.is_empty(), "{}", soak.faults.join("\n"));
        return Ok(());
    }
    if arguments.growth {
        return grow().await;
    }
    let mut arena = Arena::open(arena::PORTS.database, Builds::Packaged).await?;
    // The quick form has no time for the peer.
    let peer = if arguments.quick { None } else { Some(Peer::install().await?) };
    let measured = measure(&mut arena, &extent, peer.as_ref()).await;
    arena.close().await;
    let figures = measured?;
    if arguments.quick {
        print!("{}", report::steps_in_short(&figures)?);
    }
    let goals = goals::of(&figures);
    let unmet: Vec<_> = goals.iter().filter(|goal| !goal.is_met()).collect();
    println!("{} of {} goals are met", goals.len() - unmet.len(), goals.len());
    for goal in &unmet {
        println!("  {}: {:.2}, where {:.1} is the goal", goal.name, goal.measured, goal.limit);
    }
    ensure!(unmet.is_empty() || !arguments.quick, "Not all goals are met.");
    Ok(())
}

/// Measures growth alone, and writes it into the last run's figures.
async fn grow() -> Result<()> {
    let mut figures = report::read()?;
    let mut arena = Arena::open(arena::PORTS.database, Builds::Packaged).await?;
    for step in [MINT, REDEEM] {
        arena.start(step.function, 1)?;
    }
    let growth = growth::measure(&mut arena, growth::FULL).await;
    arena.close().await;
    figures.growth = Some(growth?);
    report::write(&figures)
}

async fn profile(name: &str) -> Result<()> {
    let mut steps = std::iter::once(FLOOR).chain(STEPS);
    let step = steps.find(|step| step.name == name).ok_or_else(|| anyhow!("there is no step {name}"))?;
    arena::build_with_names(step.function).await?;
    let arena = Arena::open(arena::PORTS.database, Builds::Named).await?;
    let annotated = instructions::annotate(&arena, step).await;
    arena.close().await;
    print!("{}", annotated?);
    Ok(())
}

/// Counts the instructions of every step, and compares them with their budgets or sets new ones.
async fn count_instructions(budgets: Budgets) -> Result<()> {
    arena::build_functions().await?;
    let mut arena = Arena::open(arena::PORTS.database, Builds::Packaged).await?;
    // Its page gives what is later sent to it.
    arena.start("activate", 1)?;
    let counted = instructions::of_steps(&arena, STEPS).await;
    arena.close().await;
    match budgets {
        Budgets::Hold => budgets::hold_against(&counted?),
        Budgets::Set => budgets::set(&counted?),
    }
}

async fn measure(arena: &mut Arena, extent: &Extent, peer: Option<&Peer>) -> Result<Figures> {
    let steps: Vec<MeasuredStep> = std::iter::once(FLOOR).chain(STEPS).collect();
    // Each function once, by its first step.
    let functions: BTreeMap<&str, MeasuredStep> = steps.iter().rev().map(|step| (step.function, *step)).collect();
    let started = functions.iter().map(|(function, step)| (*function, *step));
    let started = started.chain(peer.map(|_| (PEER.function, PEER))).collect();
    let mut figures = Figures {
        machine: Machine::this(),
        at: arena.people.fleet.clock.now(),
        rounds: extent.rounds,
        steps: BTreeMap::new(),
        cold_starts: cold_starts(arena, &started, peer, extent.rounds).await?,
        memory: BTreeMap::new(),
        argon2: Vec::new(),
        argon2_rested: Vec::new(),
        instructions: BTreeMap::new(),
        beside_peer: beside_peer(arena, peer, extent.rounds).await?,
        growth: None,
    };
    // The connections of a round are served by as many instances: Lambda gives an instance one request at a time.
    let most = extent.connections.iter().copied().max().unwrap_or(1).min(2);
    for function in functions.keys() {
        arena.start(function, most)?;
    }
    for step in &steps {
        cell(arena, *step, 16, 2).await?;
    }
    for round in 1..=extent.rounds {
        say(&format!("Round {round} of {}", extent.rounds));
        figures.argon2.push(argon2(Duration::ZERO).await?);
        figures.argon2_rested.push(argon2(REST).await?);
        for connections in extent.connections {
            for step in &steps {
                let is_long = matches!(step.work, Work::Pin | Work::Face);
                let requests = if is_long { extent.requests / 4 } else { extent.requests };
                let cell = cell(arena, *step, requests, *connections).await?;
                figures.steps.entry(step.name.to_owned()).or_default().entry(*connections).or_default().push(cell);
            }
        }
        arena.ensure_running()?;
    }
    for function in functions.keys() {
        figures.memory.insert((*function).to_owned(), arena.peak_memory(function)?);
    }
    if peer.is_some() {
        figures.instructions = instructions::of_steps(arena, std::iter::once(FLOOR).chain(STEPS)).await?;
    }
    if let Some(extent) = extent.growth {
        // Already written once, since what comes now takes long.
        report::write(&figures)?;
        figures.growth = Some(growth::measure(arena, extent).await?);
        report::write(&figures)?;
    }
    Ok(figures)
}

/// What is started as a function: its package, or the peer.
fn program(function: &str, peer: Option<&Peer>) -> Command {
    match peer.filter(|_| function == PEER.function) {
        Some(peer) => peer.program(),
        None => Command::new(Builds::Packaged.program(function)),
    }
}

async fn cell(arena: &Arena, step: MeasuredStep, requests: usize, connections: usize) -> Result<load::Cell> {
    let people = &arena.people;
    load::send(&people.edge, step.function, step.requests(people, requests).await?, step.status, connections).await
}

/// Starts every function alone, once a round, with a request of one of its steps.
async fn cold_starts(
    arena: &mut Arena,
    functions: &BTreeMap<&str, MeasuredStep>,
    peer: Option<&Peer>,
    rounds: usize,
) -> Result<BTreeMap<String, Vec<cold::ColdStart>>> {
    say("Cold starts");
    let mut starts: BTreeMap<String, Vec<cold::ColdStart>> = BTreeMap::new();
    for _ in 0..rounds {
        for (function, step) in functions {
            let requests = step.requests(&arena.people, 1).await?;
            let request = requests.first().ok_or_else(|| anyhow!("no request for {function}"))?;
            let start = cold::start(*step, program(function, peer), &arena.variables, request).await?;
            starts.entry((*function).to_owned()).or_default().push(start);
        }
    }
    Ok(starts)
}

/// redeem-qr and its peer, in turn.
async fn beside_peer(arena: &Arena, peer: Option<&Peer>, rounds: usize) -> Result<Vec<(Warm, Warm)>> {
    let mut measured = Vec::new();
    for _ in 0..peer.map_or(0, |_| rounds) {
        let mut pair = Vec::new();
        for step in [REDEEM, PEER] {
            let requests = step.requests(&arena.people, 200).await?;
            let program = program(step.function, peer);
            let (cell, memory) = cold::serve_warm(step, program, &arena.variables, &requests).await?;
            pair.push(Warm { cell, memory });
        }
        measured.push((pair[0], pair[1]));
    }
    Ok(measured)
}

/// How long one Argon2id hash of a PIN takes, in milliseconds, after a rest: the middle of some.
async fn argon2(rest: Duration) -> Result<f64> {
    let mut program = Command::new(Builds::Packaged.program(arena::PIN_HASH));
    let output = program.arg(rest.as_millis().to_string()).output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let took = String::from_utf8(output.stdout)?;
    Ok(Spread::of(took.lines().map(str::parse).collect::<Result<Vec<f64>, _>>()?).median)
}
