//! send-notice: an integrator is told that a question has ended, as record-receipt has put it down.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use axum::http::StatusCode;
use futures::future::join_all;
use ikd::app::Clock;
use ikd::callbacks::{PublicOnly, shown_secret};
use ikd::domain::callback::{Callback, CallbackSecret, CallbackUrl};
use ikd::domain::secret::MacKey;
use jiff::SignedDuration;
use local::actors::Minted;
use local::personas::{BANK, SITI};
use local::stack::stream_pump;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tests::{Fault, Lasting, Receiver, Taken, World, assert_problem, assert_status};

use super::answer_scan::Asked;

/// A bank that wants notices, at a server of its own.
pub async fn bank_with_callback(world: &mut World) -> Receiver {
    let receiver = Receiver::start().await;
    world.call_back_through(receiver.connector());
    register(world, &receiver, 1, true).await;
    receiver
}

async fn register(world: &World, receiver: &Receiver, generation: u32, enabled: bool) {
    let callback = Callback { url: CallbackUrl::parse(&receiver.url()).unwrap(), generation };
    let bank = world.integrator(BANK);
    let bank = ikd::domain::integrator::Integrator { callback: Some(callback), enabled, ..BANK.registered(&bank.key) };
    world.database.register(&bank).await.unwrap();
}

/// How far the QR codes' stream was worked through.
#[derive(Default)]
pub struct Streams(Option<String>);

impl Streams {
    /// Works both streams through: what ended is put down, and what is put down is sent.
    pub async fn hand_out(&mut self, world: &World) {
        self.put_down(world).await;
        assert_eq!(world.send_notices().await, [""; 0]);
    }

    pub async fn put_down(&mut self, world: &World) {
        loop {
            let records = world.qr_code_records(self.0.as_deref());
            let Some(last) = records.last() else { return };
            assert_eq!(world.record_receipts_of(&records).await, [""; 0]);
            self.0 = stream_pump::sequence_number(last).map(str::to_owned);
        }
    }
}

/// Asserts that a notice has what a library of Standard Webhooks would sign with this secret.
pub fn assert_signed(taken: &Taken, generation: u32) {
    let header = |name: &str| taken.headers[name].to_str().unwrap();
    let secret =
        CallbackSecret::derive(&MacKey::new(b"callback key of the tests, long enough"), "bank-madiun", generation);
    let library = Webhook::new(&shown_secret(&secret)).unwrap();
    let at = header("webhook-timestamp").parse().unwrap();
    let expected = library.sign(header("webhook-id"), at, taken.body.as_bytes()).unwrap();
    assert!(header("webhook-signature").split(' ').any(|one| one == expected), "{taken:?}");
}

#[tokio::test]
async fn a_notice_says_which_question_has_ended_and_nothing_else() {
    let mut streams = Streams::default();
    let mut world = World::new().await;
    let receiver = bank_with_callback(&mut world).await;
    let asked = Asked::by_bank(&world).await;
    streams.hand_out(&world).await;
    assert!(receiver.came().is_empty(), "the holder has not answered");

    assert_status(&asked.answer(&asked.allowing()).await, 200);
    let ended_at = world.clock.now();
    world.pass(SignedDuration::from_secs(2));
    streams.hand_out(&world).await;
    let came = receiver.came();
    let [taken] = &came[..] else { panic!("{came:?}") };
    let id = asked.scanned.header("location").unwrap().trim_start_matches("/redemptions/").to_owned();
    let body: Value = serde_json::from_str(&taken.body).unwrap();
    let at = body["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(at, ended_at);
    assert_eq!(body, json!({ "type": "redemption.ended", "timestamp": body["timestamp"], "data": { "id": id } }));
    assert_eq!(taken.headers["webhook-id"], id.as_str());
    assert_eq!(taken.headers["webhook-timestamp"], world.clock.now().as_second().to_string().as_str());
    assert_eq!(taken.headers["content-type"], "application/json");
    assert_signed(taken, 1);
    assert_status(&asked.fetch().await, 200);

    assert!(world.items("notices").is_empty(), "what was taken is forgotten");
    streams.hand_out(&world).await;
    world.pass(SignedDuration::from_hours(1));
    world.repeat_notices().await.unwrap();
    streams.hand_out(&world).await;
    assert_eq!(receiver.came().len(), 0, "and is not sent again");
}

#[tokio::test]
async fn every_end_has_its_notice_and_a_code_without_a_question_has_none() {
    let mut streams = Streams::default();
    let mut world = World::new().await;
    let receiver = bank_with_callback(&mut world).await;
    let asked = Asked::by_bank(&world).await;
    assert_status(&asked.answer(&asked.refusing()).await, 200);
    streams.hand_out(&world).await;
    assert_eq!(receiver.came().len(), 1, "refused");

    let asked = Asked::of(&world, asked.holder).await;
    world.pass(SignedDuration::from_mins(1));
    assert_eq!(asked.checked().await["withheld"], "holder-did-not-answer");
    streams.hand_out(&world).await;
    assert_eq!(receiver.came().len(), 1, "not answered, as the phone has noticed");

    let asked = Asked::of(&world, asked.holder).await;
    assert_status(&asked.holder.mint_reply(&json!({})).await, 201);
    assert_problem(&asked.fetch().await, 410, "holder-did-not-answer");
    streams.hand_out(&world).await;
    assert_eq!(receiver.came().len(), 1, "another code was shown");

    let qr = Minted::of(&asked.holder.mint_reply(&json!({})).await).unwrap();
    assert_status(&asked.bank.redeem(&asked.token, &qr.token, "account-opening", None).await.unwrap(), 200);
    streams.hand_out(&world).await;
    assert_eq!(receiver.came().len(), 0, "answered at once");
}

#[tokio::test]
async fn who_has_registered_no_callback_or_is_disabled_gets_no_notice() {
    let mut streams = Streams::default();
    let mut world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    assert_status(&asked.answer(&asked.refusing()).await, 200);
    streams.hand_out(&world).await;
    assert!(world.items("notices").is_empty());

    let receiver = bank_with_callback(&mut world).await;
    let asked = Asked::of(&world, asked.holder).await;
    assert_status(&asked.answer(&asked.refusing()).await, 200);
    streams.put_down(&world).await;
    assert_eq!(world.items("notices").len(), 1, "the end before is not told afterwards");
    register(&world, &receiver, 1, false).await;
    streams.hand_out(&world).await;
    assert_eq!((receiver.came().len(), world.items("notices").len()), (0, 0));
}

#[tokio::test]
async fn integrators_that_answer_late_hold_up_a_batch_once_and_are_not_waited_for() {
    let mut streams = Streams::default();
    let mut world = World::new().await;
    let receiver = bank_with_callback(&mut world).await;
    let mut asked = Asked::by_bank(&world).await;
    for left in [2, 1, 0] {
        assert_status(&asked.answer(&asked.refusing()).await, 200);
        receiver.answer_late();
        if left > 0 {
            asked = Asked::of(&world, asked.holder).await;
        }
    }
    let begun = std::time::Instant::now();
    streams.hand_out(&world).await;
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_secs(5) && waited < Duration::from_secs(10), "{waited:?}");
    assert_eq!((receiver.came().len(), world.items("notices").len()), (3, 3));

    // By the time that the stream comes to it, it is due again, or will be in a moment.
    let records = world.notice_records(None);
    world.pass(SignedDuration::from_mins(1));
    assert_eq!(world.send_notices_of(&records).await, [""; 0]);
    assert!(receiver.came().is_empty());
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_one_before() {
    let mut streams = Streams::default();
    let mut world = World::new().await;
    let receiver = bank_with_callback(&mut world).await;
    register(&world, &receiver, 2, true).await;
    let asked = Asked::by_bank(&world).await;
    assert_status(&asked.answer(&asked.refusing()).await, 200);
    streams.hand_out(&world).await;
    let came = receiver.came();
    assert_signed(&came[0], 1);
    assert_signed(&came[0], 2);
}

#[tokio::test]
async fn nothing_is_sent_to_a_private_network() {
    let receiver = Receiver::start().await;
    let post = || {
        let mut request = HttpRequest::get(receiver.url_here()).unwrap();
        request.set_method("POST").unwrap();
        request
    };
    assert!(receiver.connector().call(post()).await.is_ok());
    assert_eq!(receiver.came().len(), 1);
    assert!(receiver.connector_by(PublicOnly).call(post()).await.is_err());
    assert!(receiver.came().is_empty());
}

#[tokio::test]
async fn a_notice_arrives_whatever_fails() {
    let plays = Fault::ALL.into_iter().map(|fault| async move {
        let mut world = World::with_faults().await;
        let receiver = bank_with_callback(&mut world).await;
        let asked = Asked::of(&world, world.holder(SITI).await).await;
        assert_status(&asked.answer(&asked.refusing()).await, 200);
        let ended = world.qr_code_records(None);
        let prepared = world.snapshot();
        for lasting in [Lasting::OneAttempt, Lasting::UntilMended] {
            for call in 1.. {
                world.restore(&prepared);
                receiver.answer_next(StatusCode::INTERNAL_SERVER_ERROR);
                world.faults.plan(call, fault, lasting);
                // Each as the stream repeats it.
                let put = world.record_receipts_of(&ended).await;
                let _sent = world.send_notices_of(&world.notice_records(None)).await;
                let met = world.faults.mend();
                if !put.is_empty() {
                    assert_eq!(world.record_receipts_of(&ended).await, [""; 0]);
                }
                for _ in 0..2 {
                    let waiting = world.notice_records(None);
                    assert_eq!(world.send_notices_of(&waiting).await, [""; 0], "{fault:?} at call {call}");
                    world.pass(SignedDuration::from_mins(5));
                    world.repeat_notices().await.unwrap();
                }
                let came = receiver.came();
                assert!((2..=6).contains(&came.len()), "{fault:?} at call {call}, {lasting:?}: {came:?}");
                assert!(came.iter().all(|one| one.body == came[0].body));
                assert!(world.items("notices").is_empty(), "{fault:?} at call {call}, {lasting:?}");
                if !met {
                    break;
                }
            }
        }
    });
    join_all(plays).await;
}
