//! Measures the functions as they are packaged, under Lambda's emulator and the embedded database: `cargo xtask bench`.

mod arena;
mod budgets;
mod capacity;
mod capture;
mod cold;
mod deployed;
mod distant;
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
mod shelf;
mod soak;
mod steps;
mod upstream;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use clap::{Parser, ValueEnum};
use tokio::process::Command;
use xtask::progress::Progress;

use arena::{Arena, Builds};
use figures::{Figures, Machine, REST, Spread, Warm};
use peer::Peer;
use steps::{FLOOR, MINT, MeasuredStep, PEER, REDEEM, STEPS};

/// Measures the functions.
#[derive(Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
struct Arguments {
    /// Instead: the instructions of every step beside their goals and budgets; nothing is written.
    #[arg(long)]
    quick: bool,
    /// Instead: only how steps perform while the tables grow, added to the figures of the last run.
    #[arg(long, conflicts_with = "quick")]
    growth: bool,
    /// Instead: every step again with 5 ms added to each call to the database.
    #[arg(long, conflicts_with_all = ["quick", "growth"])]
    distant: bool,
    /// Instead: load on the packages as they are deployed to an emulator of AWS, and their cold starts there.
    #[arg(long, conflicts_with_all = ["quick", "growth", "distant"])]
    deployed: bool,
    /// Instead: mixed traffic for so many minutes, while devices are blocked and the database fails.
    #[arg(long, value_name = "MINUTES", conflicts_with_all = ["quick", "growth", "distant", "deployed"])]
    soak: Option<f64>,
    /// Instead: where a step spends its instructions, by Callgrind.
    #[arg(long, value_name = "STEP", conflicts_with_all = ["quick", "growth", "distant", "deployed", "soak"])]
    profile: Option<String>,
    /// Instead: the instructions of every step, compared with their budgets; `set` writes the budgets and the report's part again.
    #[arg(long, value_name = "BUDGETS", num_args = 0..=1, default_missing_value = "hold",
          conflicts_with_all = ["quick", "growth", "distant", "deployed", "soak", "profile"])]
    instructions: Option<Budgets>,
    /// Only these steps; no budget is compared or set.
    #[arg(long, value_name = "STEP", requires = "instructions")]
    only: Vec<String>,
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
    growth: growth::Extent,
}

const FULL: Extent = Extent { rounds: 5, connections: &[1, 2, 8], requests: 60, growth: growth::FULL };

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
    if let Some(step) = &arguments.profile {
        return profile(step).await;
    }
    if let Some(budgets) = arguments.instructions {
        return if arguments.only.is_empty() {
            count_instructions(budgets).await
        } else {
            count_instructions_of(&arguments.only).await
        };
    }
    if arguments.deployed {
        return report::write_deployed(&deployed::measure().await?);
    }
    arena::build_functions().await?;
    arena::build_yardsticks().await?;
    if arguments.quick {
        return quick().await;
    }
    if let Some(minutes) = arguments.soak {
        let soak = soak::soak(minutes).await?;
        report::write_soak(&soak)?;
        ensure!(soak.faults.is_empty(), "{}", soak.faults.join("\n"));
        return Ok(());
    }
    if arguments.growth {
        return grow().await;
    }
    if arguments.distant {
        return report::write_distant(&distant::measure().await?);
    }
    let mut arena = Arena::open(arena::PORTS.database, Builds::Packaged).await?;
    let peer = Peer::install().await?;
    let measured = measure(&mut arena, &FULL, &peer).await;
    arena.close().await;
    let figures = measured?;
    report::write_distant(&distant::measure().await?)?;
    let mut goals = goals::of_instructions(&figures.instructions, figures.hash_instructions);
    goals.extend(goals::of(&figures));
    let unmet: Vec<_> = goals.iter().filter(|goal| !goal.is_met()).collect();
    println!("{} of {} goals are met", goals.len() - unmet.len(), goals.len());
    for goal in &unmet {
        println!("  {}: {:.2}, where {:.1} is the goal", goal.name, goal.measured, goal.limit);
    }
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

/// Shows the instructions of every step beside their goals and budgets. A goal that is missed is no failure; a budget is.
async fn quick() -> Result<()> {
    let (counted, hash) = on_their_own(&STEPS, async |arena| count(arena).await).await?;
    print!("{}", report::instructions_in_short(&counted, hash)?);
    budgets::hold_against(&without_floor(counted))
}

/// Counts the instructions of every step, and compares them with their budgets or sets new ones.
async fn count_instructions(budgets: Budgets) -> Result<()> {
    arena::build_functions().await?;
    match budgets {
        Budgets::Hold => {
            let counting = async |arena: &Arena| instructions::of_steps(arena, STEPS).await;
            budgets::hold_against(&on_their_own(&STEPS, counting).await?)
        }
        Budgets::Set => {
            arena::build_yardsticks().await?;
            let (counted, hash) = on_their_own(&STEPS, async |arena| count(arena).await).await?;
            let mut figures = report::read()?;
            figures.instructions.clone_from(&counted);
            figures.hash_instructions = hash;
            report::write(&figures)?;
            budgets::set(&without_floor(counted))
        }
    }
}

/// Counts the instructions of some steps, whose functions alone are built, and prints them.
async fn count_instructions_of(names: &[String]) -> Result<()> {
    let known = |name: &String| STEPS.into_iter().find(|step| step.name == name);
    let steps = names.iter().map(|name| known(name).ok_or_else(|| anyhow!("there is no step {name}")));
    let steps = steps.collect::<Result<Vec<MeasuredStep>>>()?;
    arena::build_functions_of(&steps).await?;
    let counting = async |arena: &Arena| instructions::of_steps(arena, steps.iter().copied()).await;
    for (name, thousands) in on_their_own(&steps, counting).await? {
        println!("\"{name}\" = {thousands}");
    }
    Ok(())
}

/// Counts instructions of some steps where nothing else is measured.
async fn on_their_own<T>(steps: &[MeasuredStep], counting: impl AsyncFnOnce(&Arena) -> Result<T>) -> Result<T> {
    const ACTIVATE: &str = "activate";

    let mut arena = Arena::open(arena::PORTS.database, Builds::Packaged).await?;
    if steps.iter().any(|step| step.function == ACTIVATE) {
        // Its page gives what is later sent to it.
        arena.start(ACTIVATE, 1)?;
    }
    let counted = counting(&arena).await;
    arena.close().await;
    counted
}

/// The instructions of every step and of the floor, and of one hash of a PIN, in thousands.
async fn count(arena: &Arena) -> Result<(BTreeMap<String, u64>, u64)> {
    let steps = std::iter::once(FLOOR).chain(STEPS);
    Ok((instructions::of_steps(arena, steps).await?, instructions::of_hash(arena).await?))
}

/// The floor has no budget.
fn without_floor(mut counted: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    counted.remove(FLOOR.name);
    counted
}

async fn measure(arena: &mut Arena, extent: &Extent, peer: &Peer) -> Result<Figures> {
    let steps: Vec<MeasuredStep> = std::iter::once(FLOOR).chain(STEPS).collect();
    // Each function once, by its first step.
    let functions: BTreeMap<&str, MeasuredStep> = steps.iter().rev().map(|step| (step.function, *step)).collect();
    let started = functions.iter().map(|(function, step)| (*function, *step));
    let started = started.chain([(PEER.function, PEER)]).collect();
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
        hash_instructions: 0,
        beside_peer: beside_peer(arena, peer, extent.rounds).await?,
        growth: None,
    };
    // The connections of a round are served by as many instances: Lambda gives an instance one request at a time.
    let most = extent.connections.iter().copied().max().unwrap_or(1).min(2);
    for function in functions.keys() {
        arena.start(function, most)?;
    }
    warm_up(arena, &steps).await?;
    for round in 1..=extent.rounds {
        let progress = Progress::start(&format!("round {round} of {}", extent.rounds));
        progress.count_up_to(steps.len() * extent.connections.len());
        progress.now("Argon2id");
        figures.argon2.push(argon2(Duration::ZERO).await?);
        figures.argon2_rested.push(argon2(REST).await?);
        for connections in extent.connections {
            for step in &steps {
                let requests = if step.is_long() { extent.requests / 4 } else { extent.requests };
                progress.now(&format!("{}, {connections} at once", step.name));
                let cell = cell(arena, *step, requests, *connections).await?;
                figures.steps.entry(step.name.to_owned()).or_default().entry(*connections).or_default().push(cell);
                progress.advance();
            }
        }
        progress.finish(&format!("measured round {round}"));
        arena.ensure_running()?;
    }
    for function in functions.keys() {
        figures.memory.insert((*function).to_owned(), arena.peak_memory(function)?);
    }
    (figures.instructions, figures.hash_instructions) = count(arena).await?;
    // Already written once, since what comes now takes long.
    report::write(&figures)?;
    figures.growth = Some(growth::measure(arena, extent.growth).await?);
    report::write(&figures)?;
    Ok(figures)
}

/// Has every step answer some requests before any is measured.
async fn warm_up(arena: &Arena, steps: &[MeasuredStep]) -> Result<()> {
    let progress = Progress::start("warming up");
    progress.count_up_to(steps.len());
    for step in steps {
        progress.now(step.name);
        cell(arena, *step, 16, 2).await?;
        progress.advance();
    }
    progress.finish("warmed up");
    Ok(())
}

/// What is started as a function: its package, or the peer.
fn program(function: &str, peer: &Peer) -> Command {
    if function == PEER.function { peer.program() } else { Command::new(Builds::Packaged.program(function)) }
}

async fn cell(arena: &Arena, step: MeasuredStep, requests: usize, connections: usize) -> Result<load::Cell> {
    let people = &arena.people;
    load::send(&people.edge, step.function, step.requests(people, requests).await?, step.status, connections).await
}

/// Starts every function alone, once a round, with a request of one of its steps.
async fn cold_starts(
    arena: &mut Arena,
    functions: &BTreeMap<&str, MeasuredStep>,
    peer: &Peer,
    rounds: usize,
) -> Result<BTreeMap<String, Vec<cold::ColdStart>>> {
    let progress = Progress::start("starting functions cold");
    progress.count_up_to(rounds * functions.len());
    let mut starts: BTreeMap<String, Vec<cold::ColdStart>> = BTreeMap::new();
    for _ in 0..rounds {
        for (function, step) in functions {
            progress.now(function);
            let requests = step.requests(&arena.people, 1).await?;
            let request = requests.first().ok_or_else(|| anyhow!("no request for {function}"))?;
            let start = cold::start(*step, program(function, peer), &arena.variables, request).await?;
            starts.entry((*function).to_owned()).or_default().push(start);
            progress.advance();
        }
    }
    progress.finish("started all functions cold");
    Ok(starts)
}

/// redeem-qr and its peer, in turn.
async fn beside_peer(arena: &Arena, peer: &Peer, rounds: usize) -> Result<Vec<(Warm, Warm)>> {
    let progress = Progress::start("measuring redeem-qr beside its peer");
    progress.count_up_to(rounds);
    let mut measured = Vec::new();
    for _ in 0..rounds {
        let mut pair = Vec::new();
        for step in [REDEEM, PEER] {
            let requests = step.requests(&arena.people, 200).await?;
            let program = program(step.function, peer);
            let (cell, memory) = cold::serve_warm(step, program, &arena.variables, &requests).await?;
            pair.push(Warm { cell, memory });
        }
        measured.push((pair[0], pair[1]));
        progress.advance();
    }
    progress.finish("measured redeem-qr beside its peer");
    Ok(measured)
}

/// How long one Argon2id hash of a PIN takes, in milliseconds, after a rest: the middle of some.
async fn argon2(rest: Duration) -> Result<f64> {
    const HASHES: usize = 9;

    let mut program = Command::new(Builds::Packaged.program(arena::PIN_HASH));
    let output = program.args([rest.as_millis().to_string(), HASHES.to_string()]).output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let took = String::from_utf8(output.stdout)?;
    Ok(Spread::of(took.lines().map(str::parse).collect::<Result<Vec<f64>, _>>()?).median)
}
