//! The file of an import. It is opened once and read twice, and the second time gives out nothing that the first time did
//! not see.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use ikd::domain::Digest;

use super::lanes::Pass;

/// Bytes that have one digest.
const PIECE: u64 = 1024 * 1024;

/// An open file, and what was seen of it. If another file takes its name, this one is still read.
#[derive(Clone)]
pub struct Source {
    file: Arc<File>,
    opened: State,
    /// The digest of each piece that the first pass read, and of the nothing behind the last one.
    seen: Arc<Mutex<Vec<Digest>>>,
}

/// What a change of a file changes, too.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    length: u64,
    /// Nothing where the system does not know it.
    changed_at: Option<SystemTime>,
}

impl Source {
    pub fn open(path: &Path) -> Result<Self> {
        let failed = || format!("{} cannot be opened", path.display());
        // To open a pipe would wait for its writer.
        let found = std::fs::metadata(path).with_context(failed)?;
        ensure!(found.is_file(), "{} is not a file that can be read twice.", path.display());
        let file = File::open(path).with_context(failed)?;
        let opened = State::of(&file).with_context(failed)?;
        Ok(Self { file: Arc::new(file), opened, seen: Arc::default() })
    }

    /// Bytes in the file when it was opened.
    pub fn length(&self) -> u64 {
        self.opened.length
    }

    /// Whether length and time of change are those of the opening. This notices most changes before anything is written;
    /// [`Pieces`] notice all of them.
    pub fn is_unchanged(&self) -> io::Result<bool> {
        Ok(State::of(&self.file)? == self.opened)
    }

    /// Reads the file from its beginning.
    pub fn read(&self, pass: Pass) -> io::Result<Pieces> {
        (&*self.file).rewind()?;
        Ok(Pieces { source: self.clone(), pass, piece: Vec::new(), given: 0, read: 0, has_ended: false })
    }
}

impl State {
    fn of(file: &File) -> io::Result<Self> {
        let found = file.metadata()?;
        Ok(Self { length: found.len(), changed_at: found.modified().ok() })
    }
}

/// A file in pieces. Each is read whole; in the second pass its bytes are given out only if the first pass saw the same.
pub struct Pieces {
    source: Source,
    pass: Pass,
    piece: Vec<u8>,
    /// Bytes of the piece that were given out.
    given: usize,
    /// Pieces read.
    read: usize,
    has_ended: bool,
}

impl Pieces {
    fn next_piece(&mut self) -> io::Result<()> {
        let mut piece = std::mem::take(&mut self.piece);
        self.given = 0;
        piece.clear();
        (&*self.source.file).take(PIECE).read_to_end(&mut piece)?;
        self.compare(Digest::of(&[piece.as_slice()]))?;
        self.read += 1;
        self.has_ended = piece.is_empty();
        self.piece = piece;
        Ok(())
    }

    fn compare(&self, digest: Digest) -> io::Result<()> {
        let mut seen = self.source.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match self.pass {
            Pass::Look => seen.push(digest),
            Pass::Write if seen.get(self.read) == Some(&digest) => {}
            Pass::Write => {
                let reason = "the file is not the same as when the import looked at it";
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
        }
        Ok(())
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.piece.len() && !self.has_ended {
            self.next_piece()?;
        }
        let left = self.piece.get(self.given..).unwrap_or_default();
        let number = left.len().min(buffer.len());
        buffer[..number].copy_from_slice(&left[..number]);
        self.given += number;
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A file that is deleted at the end of its test.
    struct Temporary(PathBuf);

    impl Temporary {
        fn new(name: &str, bytes: &[u8]) -> Self {
            let path = std::env::temp_dir().join(format!("ikd-source-{}-{name}", std::process::id()));
            std::fs::write(&path, bytes).unwrap();
            Self(path)
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn bytes() -> Vec<u8> {
        (0..2 * PIECE + 77).map(|at| u8::try_from(at % 251).unwrap()).collect()
    }

    /// What a pass gives out, and whether it ended well.
    fn read(source: &Source, pass: Pass) -> (Vec<u8>, bool) {
        let mut given = Vec::new();
        let is_whole = source.read(pass).unwrap().read_to_end(&mut given).is_ok();
        (given, is_whole)
    }

    #[test]
    fn a_file_that_nobody_changes_is_read_whole_both_times() {
        for (name, bytes) in [("whole", bytes()), ("one-piece", vec![7; usize::try_from(PIECE).unwrap()])] {
            let file = Temporary::new(name, &bytes);
            let source = Source::open(&file.0).unwrap();
            assert_eq!(source.length(), bytes.len() as u64);
            for pass in [Pass::Look, Pass::Write] {
                assert!(read(&source, pass) == (bytes.clone(), true), "{name}, {pass:?}");
            }
            assert!(source.is_unchanged().unwrap());
        }
    }

    #[test]
    fn nothing_is_given_out_that_was_not_looked_at() {
        let (before, piece) = (bytes(), usize::try_from(PIECE).unwrap());
        let altered = [&before[..piece + 5], b"!", &before[piece + 6..]].concat();
        let longer = [before.as_slice(), b"!"].concat();
        for (name, after, same) in [
            ("altered", altered, piece),
            ("shorter", before[..piece].to_vec(), piece),
            ("longer", longer, 2 * piece),
            ("longer-by-a-piece", [before.as_slice(), before.as_slice()].concat(), 2 * piece),
        ] {
            let file = Temporary::new(name, &before);
            let source = Source::open(&file.0).unwrap();
            assert!(read(&source, Pass::Look).1);
            std::fs::write(&file.0, after).unwrap();
            assert!(read(&source, Pass::Write) == (before[..same].to_vec(), false), "{name}");
        }
    }

    #[test]
    fn a_file_of_another_length_is_noticed_without_reading_it() {
        let file = Temporary::new("length", &bytes());
        let source = Source::open(&file.0).unwrap();
        std::fs::write(&file.0, b"short").unwrap();
        assert!(!source.is_unchanged().unwrap());
    }

    #[test]
    fn a_file_that_takes_the_name_is_not_read() {
        let file = Temporary::new("name", &bytes());
        let source = Source::open(&file.0).unwrap();
        assert!(read(&source, Pass::Look).1);
        let other = Temporary::new("other", b"another file");
        std::fs::rename(&other.0, &file.0).unwrap();
        assert!(source.is_unchanged().unwrap());
        assert!(read(&source, Pass::Write) == (bytes(), true));
    }

    #[test]
    fn what_cannot_be_read_twice_is_refused() {
        assert!(Source::open(Path::new("/dev/null")).is_err());
    }
}
