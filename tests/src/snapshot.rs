//! The state of a world at one moment. What was prepared once can be played many times from there.

use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::world::World;

/// What is in the database, and how far its streams were worked through. Clock and mailbox are not part of it.
pub struct Snapshot {
    /// A copy of the database.
    file: PathBuf,
    outbox_position: Option<String>,
    erasures_position: Option<String>,
}

impl World {
    pub fn snapshot(&self) -> Snapshot {
        static TAKEN: AtomicU32 = AtomicU32::new(0);
        let name = format!("ikd-tests-{}-{}.db", process::id(), TAKEN.fetch_add(1, Ordering::Relaxed));
        let file = std::env::temp_dir().join(name);
        self.database.engine().vacuum_into(file.to_str().expect("a path in UTF-8")).expect("a copy of the database");
        Snapshot {
            file,
            outbox_position: self.position.lock().unwrap().clone(),
            erasures_position: self.erasures_position.lock().unwrap().clone(),
        }
    }

    /// Brings the world back to that moment.
    pub fn restore(&self, snapshot: &Snapshot) {
        let file = snapshot.file.to_str().expect("a path in UTF-8");
        self.database.engine().restore_from(file).expect("the copy of the database");
        self.position.lock().unwrap().clone_from(&snapshot.outbox_position);
        self.erasures_position.lock().unwrap().clone_from(&snapshot.erasures_position);
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            // The last two exist only if the engine made them.
            let mut file = self.file.clone().into_os_string();
            file.push(ending);
            drop(fs::remove_file(file));
        }
    }
}
