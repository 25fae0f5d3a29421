//! Every call of every step to a dependency fails in every way, and nobody gets a wrong answer.
//!
//! Each step is played once for each of its calls to DynamoDB, each fault and each length of it. The caller gets the
//! right answer or 503 with Retry-After; what it does then is what a client does: it asks again. Between the tables
//! nothing is half-done at any moment ([`World::assert_sound`]).

use futures::future::join_all;
use futures::stream::{self, StreamExt};
use ikd::app::Clock;
use local::actors::Reply;
use local::personas::BANK;
use tests::engine::Engine;
use tests::thefts::{approval_reporting, stolen};
use tests::{Approved, EMAIL, Fault, Lasting, World, assert_problem, assert_status};

/// Plays a step through all faults, each time from where `prepare` ended. `act` is the client's request; `confirm` sees the
/// answer that it got in the end, and checks its effect.
pub async fn survives<S>(
    prepare: impl AsyncFn(&World, &str) -> S,
    act: impl AsyncFn(&World, &S) -> Reply,
    confirm: impl AsyncFn(&World, &S, &Reply),
) {
    let (prepare, act, confirm) = (&prepare, &act, &confirm);
    let plays = Fault::ALL.into_iter().map(|fault| async move {
        let world = World::with_faults().await;
        let state = prepare(&world, &world.newcomer().await).await;
        let prepared = world.snapshot();
        let mut played = 0;
        for lasting in [Lasting::OneAttempt, Lasting::UntilMended] {
            for call in 1.. {
                world.restore(&prepared);
                world.faults.plan(call, fault, lasting);
                let mut answer = act(&world, &state).await;
                if !world.faults.mend() {
                    confirm(&world, &state, &answer).await;
                    break;
                }
                played += 1;
                world.assert_sound();
                if answer.status.as_u16() == 503 {
                    assert_eq!(answer.header("retry-after"), Some("1"));
                    answer = act(&world, &state).await;
                }
                assert_ne!(answer.status.as_u16(), 503, "{fault:?} at call {call}, {lasting:?}");
                confirm(&world, &state, &answer).await;
                world.assert_sound();
            }
        }
        assert!(played >= 2, "the step made no call");
    });
    // Each play has real time-outs, which a slow engine must not meet because of the others.
    let at_once = match Engine::of_this_run() {
        Engine::Dynoxide => Fault::ALL.len(),
        Engine::Ministack => 2,
    };
    stream::iter(plays).buffer_unordered(at_once).collect::<()>().await;
}

#[track_caller]
pub fn assert_one_of(reply: &Reply, expected: &[(u16, Option<&str>)]) {
    let problem = reply.problem();
    let got = (reply.status.as_u16(), problem.as_deref());
    assert!(expected.contains(&got), "{got:?} is none of {expected:?}: {}", reply.text);
}

#[tokio::test]
async fn no_registration_is_lost() {
    survives(
        async |world, nik| (world.phone(), nik.to_owned()),
        async |world, (phone, nik)| world.register(phone, nik).await,
        async |world, (phone, _), answer| {
            assert_status(answer, 201);
            let id = answer.member("/id").unwrap();
            assert_eq!(phone.check_status(&id).await.unwrap().member("/stage").as_deref(), Some("pending"));
            let ticket = answer.member("/ticket/text").unwrap();
            assert_status(&world.officer().scan(&ticket).await.unwrap(), 200);
        },
    )
    .await;
}

#[tokio::test]
async fn a_status_can_be_asked_for_again() {
    survives(
        async |world, nik| world.registered(nik).await,
        async |_, registered| registered.phone.check_status(&registered.id).await.unwrap(),
        async |_, _, answer| assert_eq!(answer.member("/stage").as_deref(), Some("pending")),
    )
    .await;
}

#[tokio::test]
async fn a_review_can_be_asked_for_again() {
    survives(
        async |world, nik| world.registered(nik).await,
        async |world, registered| world.officer().scan(&registered.ticket).await.unwrap(),
        async |_, _, answer| assert_status(answer, 200),
    )
    .await;
}

#[tokio::test]
async fn an_approval_happens_once_and_orders_one_email() {
    survives(
        async |world, nik| world.registered(nik).await,
        async |world, registered| world.officer().approve(&registered.ticket).await.unwrap(),
        async |world, registered, answer| {
            assert_status(answer, 200);
            let before = world.ses.taken().len();
            assert!(world.deliver().await.is_empty());
            assert_eq!(world.ses.taken().len(), before + 1);
            let email = world.activation_email(EMAIL);
            assert_status(&world.activate(&email, &email.code).await, 200);
            let status = registered.phone.check_status(&registered.id).await.unwrap();
            assert_eq!(status.member("/stage").as_deref(), Some("active"));
        },
    )
    .await;
}

#[tokio::test]
async fn an_approval_that_replaces_a_device_blocks_it_in_the_same_moment() {
    survives(
        async |world, nik| {
            let old = world.activated(nik).await;
            (old, world.registered(nik).await)
        },
        async |world, (_, new)| {
            let report = approval_reporting(&stolen(world.clock.now()));
            world.officer().decide(&new.ticket, &report).await.unwrap()
        },
        async |world, (old, _), answer| {
            assert_status(answer, 200);
            assert_problem(&old.phone.log_in(&old.code).await.unwrap(), 403, "device-blocked");
            assert!(world.stored_device(old.phone.key.thumbprint()).get("theft").is_some());
        },
    )
    .await;
}

#[tokio::test]
async fn a_rejection_happens_once() {
    survives(
        async |world, nik| world.registered(nik).await,
        async |world, registered| world.officer().reject(&registered.ticket, "Swafoto tidak jelas.").await.unwrap(),
        async |_, registered, answer| {
            assert_status(answer, 200);
            let status = registered.phone.check_status(&registered.id).await.unwrap();
            assert_eq!(status.member("/stage").as_deref(), Some("rejected"));
        },
    )
    .await;
}

/// Plays another way to ask for an e-mail.
async fn brings_one_more_code_and_not_two(ask: impl AsyncFn(&World, &Approved) -> Reply) {
    let prepare = async |world: &World, nik: &str| {
        let approved = world.approved(nik).await;
        world.pass(jiff::SignedDuration::from_mins(1));
        approved
    };
    let confirm = async |world: &World, _: &Approved, answer: &Reply| {
        // If it happened and the answer was lost, it is not done again for a minute.
        assert_one_of(answer, &[(202, None), (429, Some("too-many-emails"))]);
        let before = world.ses.taken().len();
        assert!(world.deliver().await.is_empty());
        assert_eq!(world.ses.taken().len(), before + 1);
        let email = world.activation_email(EMAIL);
        assert_status(&world.activate(&email, &email.code).await, 200);
    };
    survives(prepare, ask, confirm).await;
}

#[tokio::test]
async fn another_email_that_the_phone_asks_for_brings_one_more_code_and_not_two() {
    brings_one_more_code_and_not_two(async |_, approved| {
        approved.registered.phone.ask_for_another_email(&approved.registered.id).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn another_email_that_an_officer_asks_for_brings_one_more_code_and_not_two() {
    brings_one_more_code_and_not_two(async |world, approved| {
        world.officer().send_another_email(&approved.registered.id, None).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn another_email_by_nik_brings_one_more_code_and_not_two() {
    brings_one_more_code_and_not_two(async |world, approved| {
        world.officer().send_another_email_to(&approved.registered.nik, None).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn an_activation_link_can_be_opened_again() {
    survives(
        async |world, nik| world.approved(nik).await,
        async |world, approved| world.browser().open(&approved.email.link).await.unwrap(),
        async |world, approved, answer| {
            assert_status(answer, 200);
            assert_status(&world.activate(&approved.email, &approved.email.code).await, 200);
        },
    )
    .await;
}

#[tokio::test]
async fn an_activation_happens_once_and_its_code_opens_the_app() {
    survives(
        async |world, nik| world.approved(nik).await,
        async |world, approved| world.activate(&approved.email, &approved.email.code).await,
        async |_, approved, answer| {
            assert_status(answer, 200);
            let reply = approved.registered.phone.log_in(&approved.email.code).await.unwrap();
            assert_eq!(reply.member("/scope").as_deref(), Some("change-pin"));
        },
    )
    .await;
}

#[tokio::test]
async fn a_wrong_activation_code_costs_a_try_for_each_time_it_was_sent() {
    survives(
        async |world, nik| world.approved(nik).await,
        async |world, approved| {
            let wrong = format!("{:06}", (approved.email.code.parse::<u32>().unwrap() + 1) % 1_000_000);
            world.activate(&approved.email, &wrong).await
        },
        async |world, approved, answer| {
            assert_problem(answer, 422, "activation-code-wrong");
            let stored = world.stored_registration(&approved.registered.id);
            let tries = stored["activation"]["M"]["tries"]["N"].as_str().unwrap();
            assert!(["1", "2"].contains(&tries), "{tries}");
        },
    )
    .await;
}

#[tokio::test]
async fn an_integrator_gets_its_token() {
    survives(
        async |world, _| world.integrator(BANK),
        async |_, bank| bank.authenticate().await.unwrap(),
        async |_, _, answer| assert_status(answer, 200),
    )
    .await;
}

/// The stream's function has no caller to ask again: the stream does.
#[tokio::test]
async fn an_email_is_sent_with_one_code_whatever_fails_in_the_database_or_in_ses() {
    let plays = Fault::ALL.into_iter().map(|fault| async move {
        let world = World::with_faults().await;
        for (faults, calls) in [(&world.faults, 3), (&world.ses_faults, 1)] {
            for (lasting, call) in [Lasting::OneAttempt, Lasting::UntilMended]
                .into_iter()
                .flat_map(|lasting| (1..=calls).map(move |call| (lasting, call)))
            {
                let registered = world.registered(&world.newcomer().await).await;
                assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
                let before = world.ses.taken().len();
                faults.plan(call, fault, lasting);
                let failed = world.deliver().await;
                assert!(faults.mend(), "the function makes {calls} calls");
                world.assert_sound();
                assert_eq!(world.deliver().await, [""; 0], "the stream comes back with what failed: {failed:?}");

                let email = world.activation_email(EMAIL);
                let sent = world.ses.taken().split_off(before);
                assert!((1..=2).contains(&sent.len()), "{fault:?}: {}", sent.len());
                let text = |mail: &serde_json::Value| mail["Content"]["Simple"]["Body"]["Text"]["Data"].to_string();
                assert!(sent.iter().all(|mail| text(mail).contains(&email.code)), "a second code");
                let status = registered.phone.check_status(&registered.id).await.unwrap();
                assert_eq!(status.member("/activation_email/delivery").as_deref(), Some("sent"));
            }
        }
    });
    join_all(plays).await;
}
