//! The packages as they are deployed: an emulator of AWS runs them as processes behind its gateway, with the roles and the
//! variables that the template gives them. The floor is deployed beside them.

mod account;
mod flood;
mod process;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use ikd::app::{Clock, SystemClock};
use jiff::SignedDuration;
use local::actors::{Integrator, Officer};
use local::deployed::{Deployment, Setup};
use local::personas::BANK;
use serde::{Deserialize, Serialize};
use xtask::package;
use xtask::progress::Progress;

use crate::arena::{self, peak_memory};
use crate::capture::Capture;
use crate::figures::{Machine, Spread};
use crate::fleet::Fleet;
use crate::shelf::Tables;
use crate::steps::{FLOOR, MeasuredStep, People, STEPS};
use account::Account;
pub use flood::Flooded;
use flood::flood;

/// The steps that are flooded beside the floor.
const FLOODED: [&str; 5] = ["mint-qr", "redeem-qr", "login", "activate, page", "verify-document"];

/// The connections, and the requests that they send together; steps that hash a PIN send a quarter.
const CONNECTIONS: [(usize, usize); 3] = [(1, 80), (8, 240), (64, 512)];

/// How often every function is started.
const STARTS: usize = 3;

/// Everything of one run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deployed {
    pub machine: Machine,
    pub at: jiff::Timestamp,
    /// By step and number of connections.
    pub flooded: BTreeMap<String, BTreeMap<usize, Flooded>>,
    /// By function.
    pub starts: BTreeMap<String, Vec<Start>>,
}

/// A function's start.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Start {
    /// How long the first answer took through the gateway, in milliseconds.
    pub first: f64,
    /// How long an answer took after it.
    pub later: f64,
    /// How long the process was on a processor until its first answer, in milliseconds.
    pub own: f64,
    /// The most memory that it had by then, in MiB.
    pub memory: f64,
}

/// Builds the packages, deploys them and measures.
pub async fn measure() -> Result<Deployed> {
    package::build(&[]).await?;
    arena::build_yardsticks().await?;
    package::weigh(FLOOR.function, &[arena::Builds::Packaged.program(FLOOR.function)]).await?;
    let deployment = Deployment::start(&Setup::default()).await?;
    let measured = measure_on(&deployment).await;
    deployment.stop().await?;
    measured
}

async fn measure_on(deployment: &Deployment) -> Result<Deployed> {
    let mut account = Account::of(deployment).await?;
    let people = people(deployment, &account)?;
    account.add_floor(&package::zip_of(FLOOR.function)).await?;
    Ok(Deployed {
        machine: Machine::this(),
        at: people.fleet.clock.now(),
        flooded: flood_steps(&people).await?,
        starts: start_functions(&people, &account).await?,
    })
}

/// Sends every flooded step's requests by so many connections.
async fn flood_steps(people: &People) -> Result<BTreeMap<String, BTreeMap<usize, Flooded>>> {
    let steps: Vec<MeasuredStep> = [FLOOR].into_iter().chain(flooded_steps()).collect();
    let progress = Progress::start("loading the deployed packages");
    progress.count_up_to(steps.len() * CONNECTIONS.len());
    let mut flooded: BTreeMap<String, BTreeMap<usize, Flooded>> = BTreeMap::new();
    for step in steps {
        for (connections, requests) in CONNECTIONS {
            progress.now(&format!("{}, {connections} at once", step.name));
            let requests = if step.is_long() { requests / 4 } else { requests };
            // The first ones start processes.
            flood_step(people, step, connections, connections).await?;
            let seen = flood_step(people, step, requests, connections).await?;
            flooded.entry(step.name.to_owned()).or_default().insert(connections, seen);
            progress.advance();
        }
    }
    progress.finish("loaded the deployed packages");
    Ok(flooded)
}

/// The steps that are flooded, without the floor.
pub fn flooded_steps() -> impl Iterator<Item = MeasuredStep> {
    FLOODED.iter().filter_map(|name| STEPS.into_iter().find(|step| step.name == *name))
}

async fn flood_step(people: &People, step: MeasuredStep, requests: usize, connections: usize) -> Result<Flooded> {
    let requests = step.requests(people, requests).await?;
    let flooded = flood(&people.edge, requests, step.status, connections).await;
    flooded.with_context(|| format!("{}, {connections} connections", step.name))
}

/// Starts every function that has a route, again and again, each with a request of its first step.
async fn start_functions(people: &People, account: &Account) -> Result<BTreeMap<String, Vec<Start>>> {
    let steps = STEPS.into_iter().rev().chain([FLOOR]);
    let functions: BTreeMap<&str, MeasuredStep> = steps.map(|step| (step.function, step)).collect();
    let progress = Progress::start("starting the deployed packages");
    progress.count_up_to(functions.len() * STARTS);
    let mut starts: BTreeMap<String, Vec<Start>> = BTreeMap::new();
    for _ in 0..STARTS {
        for (function, step) in &functions {
            progress.now(function);
            let start = start(people, account, *step).await.with_context(|| format!("the start of {function}"))?;
            starts.entry((*function).to_owned()).or_default().push(start);
            progress.advance();
        }
    }
    progress.finish("started the deployed packages");
    Ok(starts)
}

async fn start(people: &People, account: &Account, step: MeasuredStep) -> Result<Start> {
    const LATER: usize = 5;

    account.restart(step.function).await?;
    let first = flood_step(people, step, 1, 1).await?;
    let process = process::of_function(account.name(step.function)?)?;
    let (own, memory) = (process::processor_time(process)?, peak_memory(process)?);
    let later = flood_step(people, step, LATER, 1).await?;
    Ok(Start { first: first.cell.p50, later: later.cell.p50, own, memory })
}

/// Who asks, and whom they ask about, in the tables of a deployment.
fn people(deployment: &Deployment, account: &Account) -> Result<People> {
    let edge = deployment.api_url.clone();
    let captured = Arc::new(Capture::new(edge.clone()));
    let tables = Tables { client: deployment.database(), prefix: Deployment::table("") };
    let fleet = Fleet::new(Arc::new(tables), captured.clone(), &account.variables())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let staff = deployment.people()?;
    let bank_token = fleet.integrator_token(&BANK.registered(&staff.bank), SignedDuration::from_mins(60))?;
    Ok(People {
        officer: Officer::new(captured.clone(), staff.officer_token.clone()),
        officer_token: staff.officer_token,
        bank: Integrator::new(captured.clone(), clock, BANK.client_id, staff.bank),
        bank_token,
        captured,
        fleet,
        http: reqwest::Client::new(),
        edge,
    })
}

impl Deployed {
    /// A quantity of a function's starts.
    pub fn spread(&self, function: &str, of: impl Fn(&Start) -> f64) -> Option<Spread> {
        Some(Spread::of(self.starts.get(function)?.iter().map(of)))
    }
}
