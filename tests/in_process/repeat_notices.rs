//! repeat-notices: a notice that nobody took comes again, for a day.

use axum::http::StatusCode;
use futures::future::join_all;
use ikd::app::Clock;
use jiff::SignedDuration;
use local::personas::SITI;
use tests::{Fault, Lasting, World, assert_status};

use super::answer_scan::Asked;
use super::send_notice::{Streams, assert_signed, bank_with_callback};

#[tokio::test]
async fn a_notice_that_nobody_takes_comes_again_for_a_day_and_is_given_up() {
    let mut streams = Streams::default();
    let mut world = World::new().await;
    let receiver = bank_with_callback(&mut world).await;
    let asked = Asked::by_bank(&world).await;
    assert_status(&asked.answer(&asked.allowing()).await, 200);
    let elsewhere = receiver.url().replace("notices", "elsewhere");
    receiver.answer_next((StatusCode::FOUND, [("location", elsewhere.clone())]));
    receiver.answer_next((StatusCode::PERMANENT_REDIRECT, [("location", elsewhere)]));
    for status in [400, 401, 404, 410, 429, 500, 503] {
        receiver.answer_next(StatusCode::from_u16(status).unwrap());
    }
    let begun = world.clock.now();
    streams.hand_out(&world).await;
    let mut came = receiver.came();
    assert_eq!(came.len(), 1);
    loop {
        let before = world.items("notices");
        let Some(due_at) = before[0]["due_at"]["N"].as_str() else { break };
        world.pass(SignedDuration::from_secs(due_at.parse::<i64>().unwrap() - world.clock.now().as_second() - 1));
        world.repeat_notices().await.unwrap();
        assert_eq!(world.items("notices"), before, "it is not due yet");
        world.pass(SignedDuration::from_secs(1));
        world.repeat_notices().await.unwrap();
        world.send_notices().await;
        came.extend(receiver.came());
    }
    assert_eq!(world.items("notices")[0]["state"]["S"], "given-up");
    let taken = world.clock.now().duration_since(begun);
    assert!(taken > SignedDuration::from_hours(23) && taken < SignedDuration::from_hours(24), "{taken}");
    assert_eq!(came.len(), 9);
    assert!(came.iter().all(|one| one.path == "/notices"), "redirections are not followed");
    for taken in &came {
        assert_signed(taken, 1);
        assert_eq!((&taken.headers["webhook-id"], &taken.body), (&came[0].headers["webhook-id"], &came[0].body));
    }
    let given_up = |world: &World| {
        let sums = world.metrics.sums().into_iter();
        sums.filter(|((name, _), _)| name == "NoticesGivenUp").map(|(_, sum)| sum).sum::<u64>()
    };
    assert_eq!(given_up(&world), 1);
    world.pass(SignedDuration::from_hours(1));
    world.repeat_notices().await.unwrap();
    streams.hand_out(&world).await;
    assert_eq!((receiver.came().len(), given_up(&world)), (0, 1));
}

#[tokio::test]
async fn a_notice_that_is_taken_late_is_not_sent_again() {
    let mut streams = Streams::default();
    let mut world = World::new().await;
    let receiver = bank_with_callback(&mut world).await;
    let asked = Asked::by_bank(&world).await;
    assert_status(&asked.answer(&asked.allowing()).await, 200);
    receiver.answer_next(StatusCode::INTERNAL_SERVER_ERROR);
    streams.hand_out(&world).await;
    world.repeat_notices().await.unwrap();
    streams.hand_out(&world).await;
    assert_eq!(receiver.came().len(), 1, "it is not due before its minute is over");
    world.pass(SignedDuration::from_mins(1));
    let (one, other) = tokio::join!(world.repeat_notices(), world.repeat_notices());
    one.and(other).unwrap();
    streams.hand_out(&world).await;
    assert_eq!(receiver.came().len(), 1, "two clocks move it on once");
    assert!(world.items("notices").is_empty());
}

#[tokio::test]
async fn what_is_due_moves_on_once_whatever_fails() {
    let plays = Fault::ALL.into_iter().map(|fault| async move {
        let mut streams = Streams::default();
        let mut world = World::with_faults().await;
        let receiver = bank_with_callback(&mut world).await;
        let asked = Asked::of(&world, world.holder(SITI).await).await;
        assert_status(&asked.answer(&asked.refusing()).await, 200);
        receiver.answer_next(StatusCode::INTERNAL_SERVER_ERROR);
        streams.hand_out(&world).await;
        world.pass(SignedDuration::from_mins(1));
        let due = world.snapshot();
        for lasting in [Lasting::OneAttempt, Lasting::UntilMended] {
            // A query of a shard, and the write.
            for call in [1, 17] {
                world.restore(&due);
                world.faults.plan(call, fault, lasting);
                let moved = world.repeat_notices().await;
                assert!(world.faults.mend(), "{fault:?} at call {call}");
                if moved.is_err() {
                    world.repeat_notices().await.unwrap();
                }
                let [notice] = &world.items("notices")[..] else { panic!("one notice") };
                assert_eq!(notice["tries"]["N"], "2", "{fault:?} at call {call}, {lasting:?}");
            }
        }
    });
    join_all(plays).await;
}
