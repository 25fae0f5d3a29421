//! Files for DynamoDB's own import from S3: items in DynamoDB's JSON, one a line, compressed with gzip.
//!
//! Each lane writes its own files, one after another. They lie in a folder whose name ends in `.unfinished` until all are whole, so
//! that nobody uploads half of them.

use std::fs::{DirBuilder, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Bytes of a file at most before compression. DynamoDB reads files at the same time, up to 50,000 of them, and none should be
/// very large.
const LARGEST_FILE: u64 = 1024 * 1024 * 1024;

/// The folder that gets the files.
#[derive(Clone, Debug)]
pub struct Folder {
    finished: PathBuf,
    unfinished: PathBuf,
}

/// The files of one lane.
pub struct Files {
    folder: PathBuf,
    lane: usize,
    begun: usize,
    open: Option<(GzEncoder<BufWriter<File>>, u64)>,
}

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".unfinished");
        Self { finished: path, unfinished: unfinished.into() }
    }

    /// Makes the folder under its unfinished name. It must not be there: DynamoDB would import what else is in it.
    pub fn create(&self) -> Result<()> {
        let (finished, unfinished) = (self.finished.display(), self.unfinished.display());
        ensure!(!self.finished.exists(), "{finished} exists already: name a new folder.");
        ensure!(!self.unfinished.exists(), "{unfinished} is left of an import that did not end: delete it first.");
        create_private(&self.unfinished).with_context(|| format!("{unfinished} cannot be made"))
    }

    /// Where something can lie while the files are not finished.
    pub fn place_of(&self, name: &str) -> PathBuf {
        self.unfinished.join(name)
    }

    pub fn files(&self, lane: usize) -> Files {
        Files { folder: self.unfinished.clone(), lane, begun: 0, open: None }
    }

    /// Gives the folder its name.
    pub fn finish(&self) -> Result<()> {
        let failed = || format!("{} cannot be renamed", self.unfinished.display());
        std::fs::rename(&self.unfinished, &self.finished).with_context(failed)
    }

    /// Takes the folder away again if there is nothing in it.
    pub fn remove_if_empty(&self) {
        // A folder that has files, or was renamed, stays.
        let _ = std::fs::remove_dir(&self.unfinished);
    }
}

impl Files {
    /// Writes an item's line.
    pub fn write(&mut self, line: &[u8]) -> Result<()> {
        let failed = || "the files cannot be written";
        let (mut file, bytes) = match self.open.take() {
            Some(open) => open,
            None => (self.begin().with_context(failed)?, 0),
        };
        file.write_all(line).with_context(failed)?;
        self.open = Some((file, bytes + line.len() as u64));
        if bytes + line.len() as u64 >= LARGEST_FILE { self.finish() } else { Ok(()) }
    }

    /// Writes what is left of the file; a full disk is noticed here at the latest.
    pub fn finish(&mut self) -> Result<()> {
        let Some((file, _)) = self.open.take() else { return Ok(()) };
        let finish = || file.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all();
        finish().context("the files cannot be written to the end")
    }

    fn begin(&mut self) -> io::Result<GzEncoder<BufWriter<File>>> {
        let name = format!("residents-{:02}-{:05}.json.gz", self.lane, self.begun);
        self.begun += 1;
        let file = File::create_new(self.folder.join(name))?;
        Ok(GzEncoder::new(BufWriter::with_capacity(64 * 1024, file), Compression::default()))
    }
}

/// A folder that nobody else on this machine can read, where the system knows such rights.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
