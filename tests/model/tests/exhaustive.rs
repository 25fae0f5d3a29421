//! Every interleaving of a few actors, in worlds small enough to be walked through completely.

use std::fmt::Debug;
use std::hash::Hash;

use qr_model::enrolments::Enrolments;
use qr_model::questions::{Question, Wish};
use qr_model::{KEPT, Life, Request};
use stateright::{Checker, Expectation, Model};

/// Walks through every state. What must always hold holds; what must be possible is reached, except `unreachable`,
/// which this world leaves out.
#[track_caller]
fn check<M>(world: M, unreachable: &[&str])
where
    M: Model<State: Clone + Debug + Hash + PartialEq + Send + Sync, Action: Clone + Debug + PartialEq>
        + Send
        + Sync
        + 'static,
{
    let checker = world.checker().threads(2).spawn_bfs().join();
    assert!(checker.is_done());
    println!("{} states, {} of them different", checker.state_count(), checker.unique_state_count());
    for property in checker.model().properties() {
        let found = checker.discovery(property.name);
        let is_expected = property.expectation == Expectation::Sometimes && !unreachable.contains(&property.name);
        let path = found.as_ref().map(ToString::to_string).unwrap_or_default();
        assert_eq!(found.is_some(), is_expected, "{}: {path}", property.name);
    }
}

/// The same of a code's life. What its world leaves out by itself need not be named.
#[track_caller]
fn check_life(life: Life, unreachable: &[&str]) {
    let left_out = [
        (life.blocks, "a winner meets a blocked device"),
        (life.disables, "a winner is disabled before it learns anything"),
        (life.registry_changes, "a holder whom the registry refused is admitted again"),
    ];
    let left_out = left_out.into_iter().filter(|(happens, _)| !happens).map(|(_, name)| name);
    check(life, &left_out.chain(unreachable.iter().copied()).collect::<Vec<_>>());
}

const WINNER: Request = Request { redemption: 0, code: 0 };
const OTHER: Request = Request { redemption: 1, code: 0 };
const ANOTHER: Request = Request { redemption: 2, code: 0 };
const OF_SECOND_CODE: Request = Request { redemption: 3, code: 1 };

/// Messages take up to a second, clocks differ by up to two, around the end of a code's life.
fn around_the_end(requests: &[Request]) -> Life {
    Life {
        codes: 1,
        requests: requests.to_vec(),
        tries: 1,
        clocks: vec![-1, 1],
        under_way: 1,
        instants: vec![89, 90, 91, 92, 93],
        shown: true,
        blocks: false,
        disables: false,
        registry_changes: false,
        sessions: false,
    }
}

const NOT_ENDED: &str = "a winner asks again after its redemption has ended, and before it is swept";
const NO_REDEMPTION_SWEPT: &str = "a redemption is swept";
const NOBODY_ELSE: &str = "a loser learns that the code was used";

#[test]
fn a_winner_that_repeats_its_request_and_another_integrator_around_the_end() {
    check_life(around_the_end(&[WINNER, WINNER, OTHER]), &[NOT_ENDED, NO_REDEMPTION_SWEPT]);
}

#[test]
fn three_that_do_not_repeat_around_the_end() {
    check_life(around_the_end(&[WINNER, OTHER, ANOTHER]), &[NOT_ENDED, NO_REDEMPTION_SWEPT]);
}

#[test]
fn a_block_at_any_moment_around_the_end() {
    check_life(Life { blocks: true, ..around_the_end(&[WINNER, OTHER]) }, &[NOT_ENDED, NO_REDEMPTION_SWEPT]);
}

#[test]
fn an_integrator_that_is_disabled_and_a_device_that_is_blocked_at_any_moment() {
    let life = Life { blocks: true, disables: true, ..around_the_end(&[WINNER, OTHER]) };
    check_life(life, &[NOT_ENDED, NO_REDEMPTION_SWEPT]);
}

#[test]
fn a_registry_that_changes_its_word_and_takes_it_back_at_any_moment() {
    let life = Life { registry_changes: true, blocks: true, ..around_the_end(&[WINNER, WINNER]) };
    check_life(life, &[NOT_ENDED, NO_REDEMPTION_SWEPT, NOBODY_ELSE]);
}

#[test]
fn a_redemption_ends_for_its_winner_and_everybody_else_whether_or_not_it_was_swept() {
    let life = Life {
        instants: vec![89, 90, 88 + KEPT, 89 + KEPT, 90 + KEPT, 92 + KEPT],
        ..around_the_end(&[WINNER, WINNER, OTHER])
    };
    check_life(life, &[]);
}

#[test]
fn steps_that_send_their_write_again_around_the_end() {
    check_life(Life { tries: 2, ..around_the_end(&[WINNER, OTHER]) }, &[NOT_ENDED, NO_REDEMPTION_SWEPT]);
}

#[test]
fn clocks_that_agree_and_messages_that_take_no_time_keep_the_90_seconds_exactly() {
    let life =
        Life { clocks: vec![0], under_way: 0, blocks: true, ..around_the_end(&[WINNER, WINNER, OTHER, ANOTHER]) };
    assert_eq!(life.bound(), 0);
    check_life(life, &[NOT_ENDED, NO_REDEMPTION_SWEPT]);
}

#[test]
fn codes_that_replace_one_another_while_sessions_and_blocks_come_and_go() {
    let life = Life {
        codes: 2,
        requests: vec![WINNER, OF_SECOND_CODE],
        tries: 1,
        clocks: vec![0],
        under_way: 1,
        instants: vec![0, 1, 90, 91],
        shown: false,
        blocks: true,
        disables: false,
        registry_changes: false,
        sessions: true,
    };
    check_life(life, &[NOT_ENDED, NO_REDEMPTION_SWEPT, NOBODY_ELSE]);
}

#[test]
fn two_mints_at_once_by_clocks_that_differ() {
    let life = Life {
        codes: 3,
        requests: vec![WINNER],
        tries: 1,
        clocks: vec![-1, 1],
        under_way: 1,
        instants: vec![0, 1, 90, 91],
        shown: false,
        blocks: false,
        disables: false,
        registry_changes: false,
        sessions: false,
    };
    check_life(life, &[NOT_ENDED, NO_REDEMPTION_SWEPT, NOBODY_ELSE]);
}

#[test]
fn phones_that_are_replaced_erased_enrolled_again_and_reported_as_stolen_at_any_moment() {
    check(Enrolments { registrations: 3, erasures: 2, redemptions: 2, officers: 2 }, &[]);
}

/// A question with two requests of the phone.
fn question(requests: Vec<Wish>) -> Question {
    Question {
        requests,
        clocks: vec![-1, 1],
        under_way: 3,
        instants: vec![0, 58, 60, 62, 65, KEPT - 1, KEPT],
        blocks: true,
        locks: true,
        supersedes: true,
    }
}

const RIGHT: Wish = Wish::Allow { digits_are_right: true };
const WRONG: Wish = Wish::Allow { digits_are_right: false };

#[test]
fn of_two_answers_to_a_question_one_counts_and_everybody_hears_of_it() {
    check(question(vec![RIGHT, Wish::Refuse]), &["wrong digits end it"]);
}

#[test]
fn of_two_tabs_that_allow_one_counts() {
    check(question(vec![RIGHT, RIGHT]), &["the holder refuses", "wrong digits end it"]);
}

#[test]
fn digits_are_compared_three_times_at_most() {
    let world = Question {
        clocks: vec![0],
        instants: vec![0, 60, KEPT],
        locks: false,
        ..question(vec![WRONG, WRONG, WRONG, RIGHT])
    };
    check(world, &["the holder refuses"]);
}
