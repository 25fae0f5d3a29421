//! Walks through a model, played against the real store.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::engine::Engine;

/// Plays walks of so many choices each: what may happen next is counted through, and a choice names one of it. Each walk has a number
/// of its own. They are the same in every run; a failing one is shortened as far as possible.
pub fn play(length: Range<usize>, walk: impl Fn(u32, Vec<u16>)) {
    // Ministack takes ten times as long for a walk.
    let cases = match Engine::of_this_run() {
        Engine::Dynoxide => 200,
        Engine::Ministack => 20,
    };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let begun = AtomicU32::new(0);
    let played = runner.run(&vec(any::<u16>(), length), |choices| {
        walk(begun.fetch_add(1, Ordering::SeqCst), choices);
        Ok(())
    });
    if let Err(failed) = played {
        panic!("{failed}");
    }
}
