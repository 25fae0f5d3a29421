//! Which DynamoDB the tests run on: the embedded engine, or the one that `cargo xtask test --engine` has started.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use local::stack::database::Database;
use xtask::engine::ENDPOINT;

/// A DynamoDB that the tests can run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// In this process, which is the ordinary way.
    Dynoxide,
    /// In a process of its own, written in another language by other people.
    Ministack,
}

impl Engine {
    /// The one that these tests run on.
    pub fn of_this_run() -> Self {
        if std::env::var_os(ENDPOINT).is_some() { Self::Ministack } else { Self::Dynoxide }
    }

    /// Variables of a function's configuration that give the engine time. Ministack answers two hundred calls one after another,
    /// on a machine that is busy with tests.
    pub(crate) const fn patience(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // What computes for long, as the pages of a print do, takes longer beside other tests.
            Self::Dynoxide => &[("IKD_ANSWER_WITHIN_MILLISECONDS", "20000")],
            Self::Ministack => {
                &[("IKD_AWS_TIMEOUT_MILLISECONDS", "25000"), ("IKD_ANSWER_WITHIN_MILLISECONDS", "25000")]
            }
        }
    }
}

/// An empty database, which no other test sees.
///
/// # Errors
///
/// The engine cannot be reached.
pub async fn database() -> Result<Database> {
    let Some(endpoint) = std::env::var_os(ENDPOINT) else {
        let mut database = Database::in_memory()?;
        database.serve(0).await?;
        return Ok(database);
    };
    let endpoint = endpoint.into_string().ok().with_context(|| format!("{ENDPOINT} is not UTF-8"))?;
    Ok(Database::elsewhere(&endpoint, &unused_account()))
}

/// An account's number, of twelve digits. Ministack takes it from the access key and keeps accounts apart.
fn unused_account() -> String {
    static USED: AtomicU32 = AtomicU32::new(0);
    format!("{:07}{:05}", process::id() % 10_000_000, USED.fetch_add(1, Ordering::Relaxed))
}
