//! Lanes to the table: rows of one NIK always take the same one, where each batch waits for the one before. So the last
//! row of a NIK wins, however many lanes there are, and no batch holds a key twice.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use ikd::domain::resident::Resident;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;

use super::table::{READ_BATCH, Stored, Table, WRITE_BATCH};

/// Bytes of a batch's photographs after which it goes, full or not.
const LARGEST_BATCH: usize = 2 * 1024 * 1024;

/// What the lanes do with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Compare and count only.
    pub dry_run: bool,
    /// Also write rows that the table already holds.
    pub rewrite: bool,
}

/// What the lanes have done so far.
#[derive(Debug, Default)]
pub struct Done {
    pub written: AtomicU64,
    pub unchanged: AtomicU64,
    /// A later row of the same batch had the same NIK.
    pub replaced: AtomicU64,
}

/// The near end of the lanes.
pub struct Lanes(Vec<Lane>);

struct Lane {
    rows: Vec<Resident>,
    bytes: usize,
    sender: Sender<Vec<Resident>>,
}

/// Opens so many lanes. Of each, one batch is filled, one waits and one is written at any time, and no more.
pub fn open(number: usize, table: &Table, way: Way, done: &Arc<Done>) -> (Lanes, JoinSet<Result<()>>) {
    let mut writers = JoinSet::new();
    let lanes = (0..number.max(1)).map(|_| {
        let (sender, batches) = channel(1);
        writers.spawn(write(table.clone(), batches, way, done.clone()));
        Lane { rows: Vec::new(), bytes: 0, sender }
    });
    let lanes = Lanes(lanes.collect());
    (lanes, writers)
}

impl Lanes {
    /// Sends a row on its way; waits, blocking, while its lane is full. An error says that the lane has ended.
    pub fn send(&mut self, resident: Resident) -> Result<()> {
        let mut hasher = DefaultHasher::new();
        resident.nik.hash(&mut hasher);
        let number = usize::try_from(hasher.finish() % self.0.len() as u64)?;
        let lane = self.0.get_mut(number).context("there are no lanes")?;
        lane.bytes += resident.photo.len();
        lane.rows.push(resident);
        if lane.rows.len() == READ_BATCH || lane.bytes >= LARGEST_BATCH { lane.depart() } else { Ok(()) }
    }

    /// Sends what is left, and closes the lanes.
    pub fn finish(mut self) -> Result<()> {
        self.0.iter_mut().filter(|lane| !lane.rows.is_empty()).try_for_each(Lane::depart)
    }
}

impl Lane {
    fn depart(&mut self) -> Result<()> {
        self.bytes = 0;
        self.sender.blocking_send(std::mem::take(&mut self.rows)).context("a lane has ended")
    }
}

async fn write(table: Table, mut batches: Receiver<Vec<Resident>>, way: Way, done: Arc<Done>) -> Result<()> {
    while let Some(batch) = batches.recv().await {
        let of_batch = batch.len();
        let last: BTreeMap<String, Resident> =
            batch.into_iter().map(|resident| (resident.nik.as_str().to_owned(), resident)).collect();
        done.replaced.fetch_add((of_batch - last.len()) as u64, Ordering::Relaxed);
        let mut rows: Vec<Stored> = last.into_values().map(Stored::new).collect::<Result<_>>()?;
        if !way.rewrite {
            let (digests, all) = (table.digests(&rows).await?, rows.len());
            rows.retain(|row| !row.is_in(&digests));
            done.unchanged.fetch_add((all - rows.len()) as u64, Ordering::Relaxed);
        }
        for rows in rows.chunks(WRITE_BATCH) {
            if !way.dry_run {
                table.put(rows).await?;
            }
            done.written.fetch_add(rows.len() as u64, Ordering::Relaxed);
        }
    }
    Ok(())
}
