//! Work that computes for long, on a thread beside the one that waits for the network.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinError;

/// Whether somebody still waits for the work. A thread cannot be stopped from outside, so the work asks between its stages:
/// after a time limit, what is left of it would delay the next request.
#[derive(Clone, Debug, Default)]
pub struct StillWanted(Arc<AtomicBool>);

/// Nobody waits for the work any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody waits for it any more")]
pub struct Abandoned;

impl StillWanted {
    /// Ends the work here if nobody waits for it.
    pub fn ensure(&self) -> Result<(), Abandoned> {
        if self.0.load(Ordering::Relaxed) { Err(Abandoned) } else { Ok(()) }
    }
}

/// Notes that nobody waits any more, when the one who waits is gone.
struct Waiter(StillWanted);

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Does the work, and waits for it.
pub async fn compute<T: Send + 'static>(work: impl FnOnce(&StillWanted) -> T + Send + 'static) -> Result<T, JoinError> {
    let wanted = StillWanted::default();
    let _waiter = Waiter(wanted.clone());
    tokio::task::spawn_blocking(move || work(&wanted)).await
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_is_done_while_somebody_waits_and_ends_between_its_stages_when_nobody_does() {
        assert_eq!(compute(StillWanted::ensure).await.unwrap(), Ok(()));
        let (go_on, stage) = mpsc::channel::<()>();
        let (ended, end) = mpsc::channel();
        let work = compute(move |wanted| {
            let before = wanted.ensure();
            stage.recv().unwrap();
            ended.send((before, wanted.ensure())).unwrap();
        });
        assert!(tokio::time::timeout(Duration::from_millis(20), work).await.is_err(), "it still computes");
        go_on.send(()).unwrap();
        assert_eq!(end.recv().unwrap(), (Ok(()), Err(Abandoned)));
    }
}
