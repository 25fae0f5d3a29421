//! Load that lasts: mixed traffic at 70 % of what the functions can do, while devices are blocked, integrators repeat
//! themselves and the database fails. No answer may be improper, no code may serve twice, no function may grow.

mod edge;
mod life;
mod proxy;
mod visits;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use local::actors::{Api, Integrator, Officer};
use local::personas::BANK;
use local::stack::say;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use xtask::progress::Progress;

use crate::arena::{Arena, Builds, PORTS};
use crate::figures::Machine;
use crate::fleet::Member;
use edge::{Edge, FLOOR, FUNCTIONS, Seen};
use visits::{Counters, Course, Left};

/// How much of the peak the soak asks for.
const SHARE_OF_PEAK: f64 = 0.7;
const PEAK_TAKES: Duration = Duration::from_secs(20);
const PEAK_CONNECTIONS: usize = 16;
/// More visits at the same time mean that the functions do not keep up.
const MAX_VISITS: usize = 5_000;
const INSTANCES: usize = 2;
const MIB: f64 = 1_048_576.0;
/// Resident memory at the end is at most so many times that of the first third. What the runtime adds at every request
/// does not count: the floor, which is asked once with each visit, shows how much that is.
const GROWTH_ALLOWED: f64 = 1.1;

/// What was seen.
#[derive(Debug, Serialize, Deserialize)]
pub struct Soak {
    pub machine: Machine,
    pub at: jiff::Timestamp,
    pub minutes: f64,
    /// Visits a second at the peak, and during the soak.
    pub peak: f64,
    pub rate: f64,
    pub visits: u64,
    pub requests: u64,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// By function, in milliseconds: p50, p99, largest.
    pub took: BTreeMap<String, [f64; 3]>,
    pub database_calls: u64,
    /// Answered with an error instead of being carried out.
    pub database_refused: u64,
    /// Carried out, and answered with an error.
    pub database_lost: u64,
    /// Over the minutes, the resident memory of all function instances, the floor's among them, in MiB.
    pub memory: Vec<(f64, f64)>,
    /// By function: how its memory grew after the first third.
    pub grown: BTreeMap<String, Grown>,
    /// What went wrong: how often each kind, and the first of it.
    pub faults: Vec<String>,
}

/// A function's instances after a third of the time, and at the end.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Grown {
    /// MiB.
    pub settled: f64,
    pub last: f64,
    /// Requests between them.
    pub requests: u64,
}

impl Grown {
    /// Bytes for each request.
    pub fn each(&self) -> f64 {
        (self.last - self.settled) * MIB / as_number(usize::try_from(self.requests).unwrap_or_default().max(1))
    }

    /// The memory at the end, without the bytes that requests left behind.
    fn without(&self, each: f64) -> f64 {
        self.last - each * as_number(usize::try_from(self.requests).unwrap_or_default()) / MIB
    }
}

/// Soaks for some minutes.
pub async fn soak(minutes: f64) -> Result<Soak> {
    let proxied = proxy::serve(PROXY_PORT, format!("http://127.0.0.1:{}/", PORTS.database)).await?;
    let mut arena = Arena::open(PROXY_PORT, Builds::Packaged).await?;
    for function in FUNCTIONS.into_iter().chain([FLOOR]) {
        arena.start(function, INSTANCES)?;
    }
    let soaked = Soaking::prepare(&arena, proxied.0)?.run(&mut arena, minutes).await;
    arena.close().await;
    proxied.1.abort();
    soaked
}

const PROXY_PORT: u16 = PORTS.database + 1;

struct Soaking {
    edge: Arc<Edge>,
    counters: Counters,
    waiting: Arc<Mutex<VecDeque<Member>>>,
    under_way: JoinSet<Result<()>>,
    visits: usize,
    faults: Vec<String>,
    counts: Arc<proxy::Counts>,
}

impl Soaking {
    fn prepare(arena: &Arena, counts: Arc<proxy::Counts>) -> Result<Self> {
        let people = &arena.people;
        let edge = Arc::new(Edge::new(people.edge.clone())?);
        let api: Arc<dyn Api> = edge.clone();
        let clock = people.fleet.clock.clone();
        let counters = Counters {
            bank: Integrator::new(api.clone(), clock, BANK.client_id, people.bank.key.clone()),
            bank_token: people.bank_token.clone(),
            officer: Officer::new(api, people.officer_token.clone()),
        };
        Ok(Self {
            edge,
            counters,
            waiting: Arc::default(),
            under_way: JoinSet::new(),
            visits: 0,
            faults: Vec::new(),
            counts,
        })
    }

    async fn run(mut self, arena: &mut Arena, minutes: f64) -> Result<Soak> {
        let peak = self.peak(arena).await?;
        let rate = peak * SHARE_OF_PEAK;
        let lasts = Duration::from_secs_f64(minutes * 60.0);
        say(&format!("Soaking for {minutes} minutes at {rate:.0} visits a second; {peak:.0} are the peak"));
        let progress = Progress::start("soaking");
        self.edge.take();
        self.visits = 0;
        let (began, mut memory) = (Instant::now(), Vec::new());
        let mut settled = None;
        let mut next = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
        while began.elapsed() < lasts {
            next.tick().await;
            self.reap()?;
            ensure!(self.under_way.len() < MAX_VISITS, "the functions do not keep up");
            self.visit(arena, Course::of(self.visits)).await?;
            progress.now(&format!("{} visits", self.visits));
            let minute = began.elapsed().as_secs_f64() / 60.0;
            if memory.last().is_none_or(|(last, _)| minute - last >= minutes / 30.0) {
                let now = memory_of(arena)?;
                memory.push((minute, now.values().sum()));
                arena.ensure_running()?;
                if settled.is_none() && minute >= minutes / 3.0 {
                    settled = Some((now, self.edge.answered()));
                }
            }
        }
        while let Some(ended) = self.under_way.join_next().await {
            self.note(ended?);
        }
        drop(progress);
        let now = memory_of(arena)?;
        memory.push((began.elapsed().as_secs_f64() / 60.0, now.values().sum()));
        let (settled, before) = settled.context("it was too short")?;
        let after = self.edge.answered();
        let grown = now.into_iter().map(|(function, last)| {
            let of = |counts: &BTreeMap<String, u64>| counts.get(&function).copied().unwrap_or_default();
            let settled = settled.get(&function).copied().unwrap_or_default();
            let grown = Grown { settled, last, requests: of(&after) - of(&before) };
            (function, grown)
        });
        let grown: BTreeMap<String, Grown> = grown.collect();
        let seen = self.edge.take();
        Ok(self.figures(arena, [minutes, peak, rate], seen, memory, grown))
    }

    /// Visits a second when some connections wait for nothing but their answers.
    async fn peak(&mut self, arena: &Arena) -> Result<f64> {
        let _shown = Progress::start("looking for the peak");
        let began = Instant::now();
        while began.elapsed() < PEAK_TAKES {
            while self.under_way.len() < PEAK_CONNECTIONS {
                // Nobody waits for the end of a code here.
                let course = Some(Course::of(self.visits)).filter(|course| *course != Course::Late);
                self.visit(arena, course.unwrap_or(Course::Plain)).await?;
            }
            let ended = self.under_way.join_next().await.context("no visit is under way")?;
            self.note(ended?);
        }
        let done = self.visits - self.under_way.len();
        while let Some(ended) = self.under_way.join_next().await {
            self.note(ended?);
        }
        Ok(as_number(done) / began.elapsed().as_secs_f64())
    }

    /// Sends the next visitor on the way.
    async fn visit(&mut self, arena: &Arena, course: Course) -> Result<()> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let member = if let Some(member) = waiting {
            member
        } else {
            let api: Arc<dyn Api> = self.edge.clone();
            let mut member = arena.people.fleet.members(1).await?.remove(0);
            member.phone = member.phone.speaking_to(api);
            member
        };
        self.visits += 1;
        let (counters, queue, edge) = (self.counters.clone(), self.waiting.clone(), self.edge.clone());
        self.under_way.spawn(async move {
            edge.ask_floor().await?;
            let left = visits::make(&counters, &member, course).await.with_context(|| format!("{course:?}"))?;
            if left == Left::Usable {
                queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(member);
            }
            Ok(())
        });
        Ok(())
    }

    /// Takes note of the visits that have ended.
    fn reap(&mut self) -> Result<()> {
        while let Some(ended) = self.under_way.try_join_next() {
            self.note(ended?);
        }
        Ok(())
    }

    fn note(&mut self, ended: Result<()>) {
        if let Err(fault) = ended {
            eprintln!("{fault:#}");
            self.faults.push(format!("{fault:#}"));
        }
    }

    fn faults(&self, seen: &Seen, grown: &BTreeMap<String, Grown>) -> Vec<String> {
        let of =
            |what: &str, faults: &[String]| faults.first().map(|first| format!("{} {what}, as {first}", faults.len()));
        let runtime = grown.get(FLOOR).map_or(0.0, Grown::each);
        let ours = || grown.iter().filter(|(function, _)| *function != FLOOR).map(|(_, grown)| grown);
        let then: f64 = ours().map(|grown| grown.settled).sum();
        let now: f64 = ours().map(|grown| grown.without(runtime)).sum();
        let grew = (now > then * GROWTH_ALLOWED)
            .then(|| format!("the functions grew from {then:.1} to {now:.1} MiB beyond what the runtime adds"));
        [of("visits went wrong", &self.faults), of("unseemly answers", &seen.unseemly), grew]
            .into_iter()
            .flatten()
            .collect()
    }

    fn figures(
        &self,
        arena: &Arena,
        [minutes, peak, rate]: [f64; 3],
        seen: Seen,
        memory: Vec<(f64, f64)>,
        grown: BTreeMap<String, Grown>,
    ) -> Soak {
        Soak {
            machine: Machine::this(),
            at: arena.people.fleet.clock.now(),
            minutes,
            peak,
            rate,
            visits: u64::try_from(self.visits).unwrap_or(u64::MAX),
            requests: seen.statuses.values().sum(),
            faults: self.faults(&seen, &grown),
            statuses: seen.statuses,
            took: seen.took.into_iter().map(|(function, took)| (function.to_owned(), quantiles(took))).collect(),
            database_calls: self.counts.calls.load(Ordering::Relaxed),
            database_refused: self.counts.refused.load(Ordering::Relaxed),
            database_lost: self.counts.lost.load(Ordering::Relaxed),
            memory,
            grown,
        }
    }
}

fn memory_of(arena: &Arena) -> Result<BTreeMap<String, f64>> {
    let functions = FUNCTIONS.into_iter().chain([FLOOR]);
    functions.map(|function| Ok((function.to_owned(), arena.memory(function)?))).collect()
}

fn quantiles(mut took: Vec<f64>) -> [f64; 3] {
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| took.get((took.len() * percent / 100).min(took.len() - 1)).copied().unwrap_or(f64::NAN);
    [at(50), at(99), at(100)]
}

fn as_number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
