//! Lanes to the table, or to files: rows of one NIK always take the same one, where each batch waits for the one before. So the
//! last row of a NIK wins, however many lanes there are, and no batch holds a key twice.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use ikd::domain::resident::Resident;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;

use super::bulk::{Files, Folder};
use super::table::{ImportRow, READ_BATCH, Table, WRITE_BATCH};

/// Bytes of a batch's photographs after which it goes, full or not.
const LARGEST_BATCH: usize = 2 * 1024 * 1024;

/// Where the lanes lead.
#[derive(Clone)]
pub enum Target {
    Table(Table),
    /// Files for DynamoDB's own import from S3. No table is compared.
    Files(Folder),
}

/// What the lanes do with the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Compare and count only.
    Look,
    Write,
}

/// How the lanes go about it.
#[derive(Clone, Debug)]
pub struct Way {
    pub pass: Pass,
    /// Also write rows that the table already holds.
    pub rewrite: bool,
    /// The municipality whose residents can have a digital identity here.
    pub municipality: String,
}

/// What the lanes have counted so far.
#[derive(Debug, Default)]
pub struct Counts {
    /// Rows that are new or differ from the table's.
    pub changed: AtomicU64,
    /// Of the lines in files, before compression.
    pub bytes: AtomicU64,
    pub unchanged: AtomicU64,
    /// A later row of the same batch had the same NIK.
    pub repeated: AtomicU64,
    /// Rows of residents who are in the table already.
    pub known: AtomicU64,
    /// Of these, residents whom the row takes the digital identity away from.
    pub taken_away: AtomicU64,
}

/// The near end of the lanes.
pub struct Lanes(Vec<Lane>);

struct Lane {
    rows: Vec<Resident>,
    bytes: usize,
    sender: Sender<Vec<Resident>>,
}

/// Opens so many lanes. Of each, one batch is filled, one waits and one is at its target at any time, and no more.
pub fn open(number: usize, target: &Target, way: &Way, counts: &Arc<Counts>) -> (Lanes, JoinSet<Result<()>>) {
    let mut workers = JoinSet::new();
    let lanes = (0..number.max(1)).map(|lane| {
        let (sender, batches) = channel(1);
        match target {
            Target::Table(table) => {
                workers.spawn(work(table.clone(), batches, way.clone(), counts.clone()));
            }
            Target::Files(folder) => {
                let files = (way.pass == Pass::Write).then(|| folder.files(lane));
                let counts = counts.clone();
                workers.spawn_blocking(move || write(files, batches, &counts));
            }
        }
        Lane { rows: Vec::new(), bytes: 0, sender }
    });
    let lanes = Lanes(lanes.collect());
    (lanes, workers)
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

async fn work(table: Table, mut batches: Receiver<Vec<Resident>>, way: Way, counts: Arc<Counts>) -> Result<()> {
    let add = |count: &AtomicU64, number: usize| count.fetch_add(number as u64, Ordering::Relaxed);
    while let Some(batch) = batches.recv().await {
        let of_batch = batch.len();
        let last: BTreeMap<String, Resident> =
            batch.into_iter().map(|resident| (resident.nik.as_str().to_owned(), resident)).collect();
        add(&counts.repeated, of_batch - last.len());
        let mut rows: Vec<ImportRow> = last.into_values().map(ImportRow::new).collect::<Result<_>>()?;
        if way.pass == Pass::Look || !way.rewrite {
            let held = table.held(&rows).await?;
            add(&counts.known, held.len());
            let takes_away =
                |row: &&ImportRow| held.get(row.nik()).is_some_and(|held| row.takes_away_from(held, &way.municipality));
            add(&counts.taken_away, rows.iter().filter(takes_away).count());
            if !way.rewrite {
                let all = rows.len();
                rows.retain(|row| !held.get(row.nik()).is_some_and(|held| row.says_the_same_as(held)));
                add(&counts.unchanged, all - rows.len());
            }
        }
        for rows in rows.chunks(WRITE_BATCH) {
            if way.pass == Pass::Write {
                table.put(rows).await?;
            }
            add(&counts.changed, rows.len());
        }
    }
    Ok(())
}

/// Writes rows into files, or only counts them where there are none.
fn write(mut files: Option<Files>, mut batches: Receiver<Vec<Resident>>, counts: &Counts) -> Result<()> {
    while let Some(batch) = batches.blocking_recv() {
        for resident in batch {
            let line = ImportRow::new(resident)?.line()?;
            if let Some(files) = &mut files {
                files.write(&line)?;
            }
            counts.bytes.fetch_add(line.len() as u64, Ordering::Relaxed);
            counts.changed.fetch_add(1, Ordering::Relaxed);
        }
    }
    files.map_or(Ok(()), |mut files| files.finish())
}
