//! The attempts whose answer was not shown yet, each in a sealed file, so that a restart loses none.
//!
//! To ask again, the code itself is needed: for 90 seconds any integrator could redeem it, afterwards only this one can, and only
//! with the attempt's key. So each file is encrypted (AES-256-GCM) with a key derived from the integrator's private key, and
//! deleted when the answer was shown, after a day at the latest. Nothing of an answer is ever written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::key::{ClientKey, UnusableKey};
use crate::scanned::ScannedCode;

/// For how long the service answers again.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The name that all files of a journal end with.
const ENDING: &str = "attempt";
const UNFINISHED: &str = "unfinished";

/// A folder of attempts.
pub struct Journal {
    folder: PathBuf,
    key: RandomizedNonceKey,
}

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("the folder for unanswered scans cannot be used: {0}")]
    Folder(#[from] io::Error),
    #[error(transparent)]
    Key(#[from] UnusableKey),
    #[error("an attempt cannot be sealed")]
    Unsealed,
}

/// What is written of an attempt.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    /// The attempt's name, which is its idempotency key.
    pub id: String,
    pub code: String,
    pub purpose: String,
    /// By this machine's clock, since the service's may not be known yet.
    pub scanned_at: Timestamp,
}

impl Journal {
    /// Opens a folder, which is made if it is not there, for its owner alone.
    pub fn open(folder: &Path, key: &ClientKey) -> Result<Self, JournalError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        Ok(Self { folder: folder.to_owned(), key: key.sealing_key()? })
    }

    /// Writes an attempt down. When this returns, a restart finds it.
    pub(crate) fn write(&self, record: &Record) -> Result<(), JournalError> {
        let path = self.path(&record.id);
        let unfinished = path.with_extension(UNFINISHED);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&unfinished)?;
        file.write_all(&self.seal(record)?)?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        Ok(self.sync_folder()?)
    }

    /// Forgets an attempt. One that is not there is forgotten already.
    pub(crate) fn erase(&self, id: &str) -> Result<(), JournalError> {
        unless_gone(fs::remove_file(self.path(id)))?;
        Ok(self.sync_folder()?)
    }

    /// The attempts that are left from before, without those that are older than a day. What cannot be unsealed was sealed with
    /// another key or is damaged; it can never be asked about again, and goes as well. A file that cannot be read now is reported
    /// and stays: the attempt in it may still be asked about, and meanwhile others can be scanned.
    pub(crate) fn read(&self, now: Timestamp) -> Result<Vec<Record>, JournalError> {
        let mut records = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != ENDING && extension != UNFINISHED) {
                continue;
            }
            // A file that was not finished belongs to a scan that was never sent, or to another program at this moment.
            let is_finished = path.extension().is_some_and(|extension| extension == ENDING);
            let is_young = |record: &Record| now.duration_since(record.scanned_at) < KEPT;
            let sealed = match fs::read(&path) {
                Ok(sealed) => sealed,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    eprintln!("An attempt cannot be read now, and stays in {}: {error}.", path.display());
                    continue;
                }
            };
            match self.unseal(sealed).filter(is_young) {
                Some(record) if is_finished => records.push(record),
                Some(_) => {}
                None => {
                    unless_gone(fs::remove_file(&path))?;
                }
            }
        }
        records.sort_by_key(|record| record.scanned_at);
        Ok(records)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(id).with_extension(ENDING)
    }

    fn seal(&self, record: &Record) -> Result<Vec<u8>, JournalError> {
        let mut text = serde_json::to_vec(record).map_err(|_| JournalError::Unsealed)?;
        let nonce = self.key.seal_in_place_append_tag(Aad::empty(), &mut text).map_err(|_| JournalError::Unsealed)?;
        Ok([&nonce.as_ref()[..], &text].concat())
    }

    fn unseal(&self, mut sealed: Vec<u8>) -> Option<Record> {
        let (nonce, text) = sealed.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        serde_json::from_slice(self.key.open_in_place(nonce, Aad::empty(), text).ok()?).ok()
    }

    /// Makes a new or a removed name last. Where folders cannot be opened, the system does that by itself.
    fn sync_folder(&self) -> io::Result<()> {
        if cfg!(unix) { File::open(&self.folder)?.sync_all() } else { Ok(()) }
    }
}

/// Nothing for a file that is not there any more: another program on this computer was faster.
fn unless_gone<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Record {
    pub fn scanned_code(&self) -> ScannedCode {
        ScannedCode::from_journal(self.code.clone())
    }
}
