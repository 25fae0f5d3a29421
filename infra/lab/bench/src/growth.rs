//! Whether mint and redeem stay as fast while the tables grow, and what more instances bring.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use xtask::progress::Progress;

use crate::arena::Arena;
use crate::capacity::{self, Capacity};
use crate::load::{self, Cell};
use crate::steps::{MINT, MeasuredStep, REDEEM};

/// Latencies over sizes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Growth {
    /// By number of residents.
    pub residents: Vec<Point>,
    /// By number of expired QR codes that TTL has not deleted.
    pub stale_codes: Vec<Point>,
    /// By number of instances of redeem-qr, at as many connections.
    pub instances: Vec<(usize, Cell)>,
}

/// Mint and redeem with so many items in a table.
#[derive(Debug, Serialize, Deserialize)]
pub struct Point {
    pub items: usize,
    pub mint: Cell,
    pub redeem: Cell,
    pub mint_capacity: Capacity,
    pub redeem_capacity: Capacity,
}

/// How far to go.
#[derive(Clone, Copy)]
pub struct Extent {
    pub residents: &'static [usize],
    pub stale_codes: &'static [usize],
    pub requests: usize,
}

pub const FULL: Extent =
    Extent { residents: &[1_000, 100_000, 1_000_000], stale_codes: &[0, 1_000, 100_000, 1_000_000], requests: 500 };

/// How many instances of redeem-qr are compared.
const INSTANCES: [usize; 4] = [1, 2, 4, 8];

pub async fn measure(arena: &mut Arena, extent: Extent) -> Result<Growth> {
    let mut growth = Growth { residents: Vec::new(), stale_codes: Vec::new(), instances: Vec::new() };
    let progress = Progress::start("measuring growth");
    progress.count_up_to(INSTANCES.len() + extent.residents.len() + extent.stale_codes.len());
    for instances in INSTANCES {
        progress.now(&format!("{instances} instances"));
        arena.stop(REDEEM.function).await?;
        arena.start(REDEEM.function, instances)?;
        cell(arena, REDEEM, extent.requests / 4, instances).await?;
        growth.instances.push((instances, cell(arena, REDEEM, extent.requests, instances).await?));
        progress.advance();
    }
    arena.stop(REDEEM.function).await?;
    arena.start(REDEEM.function, 1)?;
    let mut there = 0;
    for number in extent.residents {
        progress.now(&format!("{number} residents"));
        arena.people.fleet.bulk_residents(number - there).await?;
        there = *number;
        growth.residents.push(point(arena, *number, extent).await?);
        progress.advance();
    }
    let member = arena.people.fleet.members(1).await?.remove(0);
    there = 0;
    for number in extent.stale_codes {
        progress.now(&format!("{number} expired QR codes"));
        arena.people.fleet.stale_codes(&member, number - there).await?;
        there = *number;
        growth.stale_codes.push(point(arena, *number, extent).await?);
        progress.advance();
    }
    progress.finish("measured growth");
    Ok(growth)
}

async fn point(arena: &Arena, items: usize, extent: Extent) -> Result<Point> {
    Ok(Point {
        items,
        mint: cell(arena, MINT, extent.requests, 1).await?,
        redeem: cell(arena, REDEEM, extent.requests, 1).await?,
        mint_capacity: capacity::of_step(arena, MINT).await?,
        redeem_capacity: capacity::of_step(arena, REDEEM).await?,
    })
}

async fn cell(arena: &Arena, step: MeasuredStep, requests: usize, connections: usize) -> Result<Cell> {
    let people = &arena.people;
    load::send(&people.edge, step.function, step.requests(people, requests).await?, step.status, connections).await
}
