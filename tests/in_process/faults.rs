//! Every call of every step to a dependency fails in every way, and nobody is told anything untrue.
//!
//! Each step is played once for each of its calls to DynamoDB, each fault and each length of it. The caller gets the
//! right answer or 503 with Retry-After; what it does then is what a client does: it asks again. Between the tables
//! nothing is half-done at any moment ([`World::assert_sound`]).

use std::pin::Pin;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tests::{
    Approved, EMAIL, Fault, HolderWithSession, Lasting, PIN, Registered, World, assert_problem, assert_status,
};
use xtask::actors::{Integrator, Minted, Officer, Phone, Reply, Session, document_hash};
use xtask::personas::BANK;

/// Plays a step through all faults. `act` is the client's request; `confirm` sees the answer that it got in the end,
/// and looks at what came of it.
async fn survives<S>(
    prepare: impl AsyncFn(&World, &str) -> S,
    act: impl AsyncFn(&World, &S) -> Reply,
    confirm: impl AsyncFn(&World, &S, &Reply),
) {
    let (prepare, act, confirm) = (&prepare, &act, &confirm);
    let plays = Fault::ALL.into_iter().map(|fault| async move {
        let world = World::with_faults().await;
        let mut played = 0;
        for lasting in [Lasting::OneAttempt, Lasting::UntilMended] {
            for call in 1.. {
                let nik = world.newcomer().await;
                let state = prepare(&world, &nik).await;
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
    join_all(plays).await;
}

#[track_caller]
fn assert_one_of(reply: &Reply, expected: &[(u16, Option<&str>)]) {
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
        async |world, (_, new)| world.officer().approve_replacing_device(&new.ticket).await.unwrap(),
        async |_, (old, _), answer| {
            assert_status(answer, 200);
            assert_problem(&old.phone.log_in(&old.code).await.unwrap(), 403, "device-blocked");
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

#[tokio::test]
async fn another_email_brings_one_more_code_and_not_two() {
    let prepare = async |world: &World, nik: &str| {
        let approved = world.approved(nik).await;
        world.pass(jiff::SignedDuration::from_mins(1));
        approved
    };
    let confirm = async |world: &World, _: &Approved, answer: &Reply| {
        // What happened unheard is not done again for a minute.
        assert_one_of(answer, &[(202, None), (429, Some("too-many-emails"))]);
        let before = world.ses.taken().len();
        assert!(world.deliver().await.is_empty());
        assert_eq!(world.ses.taken().len(), before + 1);
        let email = world.activation_email(EMAIL);
        assert_status(&world.activate(&email, &email.code).await, 200);
    };
    let by_phone = async |_: &World, approved: &Approved| {
        approved.registered.phone.ask_for_another_email(&approved.registered.id).await.unwrap()
    };
    let by_officer = async |world: &World, approved: &Approved| {
        world.officer().send_another_email(&approved.registered.id, None).await.unwrap()
    };
    tokio::join!(survives(prepare, by_phone, confirm), survives(prepare, by_officer, confirm));
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
            let id = format!("registration#{}", approved.registered.id);
            let stored = world.item("identities", ("pk", &id)).unwrap();
            let tries = stored["activation"]["M"]["tries"]["N"].as_str().unwrap();
            assert!(["1", "2"].contains(&tries), "{tries}");
        },
    )
    .await;
}

#[tokio::test]
async fn a_login_opens_a_session_that_works() {
    survives(
        async |world, nik| world.holder(nik).await,
        async |_, holder| holder.phone.log_in(PIN).await.unwrap(),
        async |_, holder, answer| {
            assert_status(answer, 200);
            let session = Session::of(answer).unwrap();
            assert_status(&holder.phone.mint(&session, &json!({})).await.unwrap(), 201);
        },
    )
    .await;
}

#[tokio::test]
async fn a_wrong_pin_costs_a_try_for_each_time_it_was_sent() {
    survives(
        async |world, nik| world.holder(nik).await,
        async |_, holder| holder.phone.log_in("908172").await.unwrap(),
        async |world, holder, answer| {
            assert_problem(answer, 401, "invalid-credentials");
            let made = tries_made(world, &holder.phone);
            assert!((1..=2).contains(&made), "{made}");
        },
    )
    .await;
}

fn tries_made(world: &World, phone: &Phone) -> u32 {
    let key = ikd::tokens::dpop::thumbprint(phone.key.public()).unwrap();
    let device = world.item("identities", ("pk", &format!("device#{}", key.as_str()))).unwrap();
    device["pin_tries"]["M"]["made"]["N"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_session_that_was_locked_is_locked() {
    survives(
        async |world, nik| world.holder(nik).await,
        async |_, holder| holder.phone.lock(&holder.session).await.unwrap(),
        async |_, holder, answer| {
            // What happened unheard is found to have happened.
            assert_one_of(answer, &[(204, None), (401, Some("session-ended"))]);
            assert_problem(&holder.mint_reply(&json!({})).await, 401, "session-ended");
        },
    )
    .await;
}

#[tokio::test]
async fn a_changed_pin_is_the_new_one_alone() {
    const NEW: &str = "908172";
    survives(
        async |world, nik| world.holder(nik).await,
        async |_, holder| holder.phone.change_pin(&holder.session, PIN, NEW).await.unwrap(),
        async |_, holder, answer| {
            assert_one_of(answer, &[(204, None), (401, Some("session-ended"))]);
            assert_status(&holder.phone.log_in(NEW).await.unwrap(), 200);
            assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 401, "invalid-credentials");
        },
    )
    .await;
}

#[tokio::test]
async fn a_minted_code_is_the_devices_one_live_code() {
    survives(
        async |world, nik| {
            let holder = world.holder(nik).await;
            let before = holder.mint().await.token;
            (holder, before)
        },
        async |_, (holder, _)| holder.mint_reply(&json!({})).await,
        async |world, (_, before), answer| {
            let (bank, token) = bank(world).await;
            let minted = Minted::of(answer).unwrap();
            let old = bank.redeem(&token, before, "account-opening", None).await.unwrap();
            assert_problem(&old, 410, "qr-code-superseded");
            assert_status(&bank.redeem(&token, &minted.token, "account-opening", None).await.unwrap(), 200);
        },
    )
    .await;
}

async fn bank(world: &World) -> (Integrator, String) {
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    (bank, token)
}

#[tokio::test]
async fn a_redemption_with_a_key_is_its_winners_whatever_failed() {
    survives(
        async |world, nik| (world.holder(nik).await.mint().await.token, bank(world).await),
        async |_, (qr, (bank, token))| bank.redeem(token, qr, "account-opening", Some("k")).await.unwrap(),
        async |_, (qr, (bank, token)), answer| {
            assert_status(answer, 200);
            let again = bank.redeem(token, qr, "account-opening", Some("k")).await.unwrap();
            assert_eq!(again.member("/redemption_id"), answer.member("/redemption_id"));
            let other = bank.redeem(token, qr, "account-opening", Some("l")).await.unwrap();
            assert_problem(&other, 410, "qr-code-used");
        },
    )
    .await;
}

#[tokio::test]
async fn without_a_key_nobody_redeems_twice_whatever_failed() {
    survives(
        async |world, nik| (world.holder(nik).await.mint().await.token, bank(world).await),
        async |_, (qr, (bank, token))| bank.redeem(token, qr, "account-opening", None).await.unwrap(),
        async |_, (qr, (bank, token)), answer| {
            assert_one_of(answer, &[(200, None), (410, Some("qr-code-used"))]);
            let again = bank.redeem(token, qr, "account-opening", None).await.unwrap();
            assert_problem(&again, 410, "qr-code-used");
        },
    )
    .await;
}

#[tokio::test]
async fn the_screens_can_be_asked_for_again() {
    for path in ["/me", "/me/family", "/me/documents", "/me/documents/kk", "/me/receipts", "/me/export"] {
        survives(
            async |world, nik| world.holder(nik).await,
            async |_, holder| holder.phone.send(http::Method::GET, path, Some(&holder.session), None).await.unwrap(),
            async |_, _, answer| assert_status(answer, 200),
        )
        .await;
    }
}

#[tokio::test]
async fn a_block_that_was_answered_stands() {
    let by_officer = survives(
        async |world, nik| (world.holder(nik).await, nik.to_owned()),
        async |world, (_, nik)| world.officer().block(nik, "lost").await.unwrap(),
        async |_, (holder, _), answer| {
            assert_status(answer, 200);
            assert_problem(&holder.mint_reply(&json!({})).await, 403, "device-blocked");
        },
    );
    let by_holder = survives(
        async |world, nik| world.holder(nik).await,
        async |_, holder| holder.phone.block_itself(&holder.session, "lost").await.unwrap(),
        async |_, holder, answer| {
            assert_one_of(answer, &[(200, None), (403, Some("device-blocked"))]);
            assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 403, "device-blocked");
        },
    );
    tokio::join!(by_officer, by_holder);
}

#[tokio::test]
async fn an_unlock_happens() {
    survives(
        async |world, nik| {
            let holder = world.holder(nik).await;
            for _ in 0..3 {
                assert_problem(&holder.phone.log_in("908172").await.unwrap(), 401, "invalid-credentials");
            }
            holder
        },
        async |world, holder: &HolderWithSession| world.officer().unlock(&holder.nik).await.unwrap(),
        async |_, holder, answer| {
            assert_status(answer, 200);
            assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
        },
    )
    .await;
}

#[tokio::test]
async fn a_reset_pin_is_dead_and_one_code_more_replaces_it() {
    survives(
        async |world, nik| {
            let holder = world.holder(nik).await;
            world.pass(jiff::SignedDuration::from_mins(1));
            // A session of its own: the minute may have ended the first.
            holder
        },
        async |world, holder: &HolderWithSession| world.officer().reset_pin(&holder.nik, None).await.unwrap(),
        async |world, holder, answer| {
            // Where the reset happened unheard, the next one comes too soon.
            assert_one_of(answer, &[(202, None), (429, Some("too-many-emails"))]);
            assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 401, "invalid-credentials");
            assert!(world.deliver().await.is_empty());
            let email = world.activation_email(EMAIL);
            assert_status(&world.activate(&email, &email.code).await, 200);
            assert_status(&holder.phone.log_in(&email.code).await.unwrap(), 200);
        },
    )
    .await;
}

#[tokio::test]
async fn a_new_first_pin_is_set_once() {
    survives(
        async |world, nik| {
            let holder = world.holder(nik).await;
            world.pass(jiff::SignedDuration::from_mins(1));
            assert_status(&world.officer().reset_pin(nik, None).await.unwrap(), 202);
            assert!(world.deliver().await.is_empty());
            (holder, world.activation_email(EMAIL))
        },
        async |world, (_, email)| world.activate(email, &email.code).await,
        async |_, (holder, email), answer| {
            assert_status(answer, 200);
            assert_status(&holder.phone.log_in(&email.code).await.unwrap(), 200);
        },
    )
    .await;
}

#[tokio::test]
async fn a_signature_that_was_answered_is_on_record() {
    survives(
        async |world, nik| world.holder(nik).await,
        async |_, holder: &HolderWithSession| {
            holder.phone.sign(&holder.session, &document_hash(b"A"), PIN).await.unwrap()
        },
        async |world, holder, answer| {
            // A try that was counted and whose count was not answered is lost; the third of them would lock.
            assert_status(answer, 201);
            let path = format!("http://ikd.test/signatures/{}", answer.member("/id").unwrap());
            let reply = world.send(http::Request::get(path).body(String::new()).unwrap()).await;
            assert_eq!(reply.member("/validity").as_deref(), Some("valid"));
            assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
        },
    )
    .await;
}

#[tokio::test]
async fn an_identity_that_was_erased_is_gone() {
    survives(
        async |world, nik| world.holder(nik).await,
        async |_, holder: &HolderWithSession| holder.phone.erase(&holder.session, PIN).await.unwrap(),
        async |world, holder, answer| {
            // What happened unheard is found to have happened.
            assert_one_of(answer, &[(202, None), (401, Some("session-ended"))]);
            assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 401, "invalid-credentials");
            assert_eq!(world.finish_erasures().await, [""; 0]);
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

#[tokio::test]
async fn without_the_issuers_keys_officers_come_back_later_and_with_them_they_work() {
    let plays = Fault::ALL.into_iter().flat_map(|fault| {
        // The issuer is asked where its keys are, and then for the keys.
        [1, 2].into_iter().map(move |call| async move {
            let world = World::with_faults().await;
            let registered = world.registered(&world.newcomer().await).await;
            world.issuer_faults.plan(call, fault, Lasting::UntilMended);
            let scan = async || world.officer().scan(&registered.ticket).await.unwrap();
            assert_problem(&scan().await, 503, "service-unavailable");
            assert!(world.issuer_faults.mend());
            world.pass(jiff::SignedDuration::from_secs(1));
            assert_status(&scan().await, 200);

            // Keys that are known serve on while the issuer is away, for a day.
            world.issuer_faults.plan(1, fault, Lasting::UntilMended);
            world.pass(jiff::SignedDuration::from_hours(1));
            let ticket = registered.phone.check_status(&registered.id).await.unwrap().member("/ticket/text").unwrap();
            assert_status(&world.officer().scan(&ticket).await.unwrap(), 200);
            assert!(world.issuer_faults.mend(), "withdrawn keys are looked for");
            world.issuer_faults.plan(1, fault, Lasting::UntilMended);
            world.pass(jiff::SignedDuration::from_hours(23));
            assert_problem(&scan().await, 503, "service-unavailable");
        })
    });
    join_all(plays).await;
}

/// API Gateway waits for 30 seconds; people wait for five.
#[tokio::test]
async fn every_step_answers_within_five_seconds_when_the_database_never_does() {
    let world = World::with_faults_in_production().await;
    let holder = world.holder(&world.newcomer().await).await;
    let qr = holder.mint().await.token;
    let approved = world.approved(&world.newcomer().await).await;
    let Registered { phone, id, ticket, .. } = world.registered(&world.newcomer().await).await;
    let (bank, token) = bank(&world).await;
    let officer: Officer = world.officer();
    assert_status(&officer.scan(&ticket).await.unwrap(), 200);
    let captcha = world.captcha(&approved.email).await;
    let answer = world.answer(&approved.email, &captcha);

    world.faults.plan(1, Fault::Late, Lasting::UntilMended);
    let started = Instant::now();
    let anything = json!({});
    let browser = world.browser();
    let (nik, session) = (&holder.nik, &holder.session);
    let hash = document_hash(b"A");
    let check =
        http::Request::get("http://ikd.test/signatures/AEAQCAIBAEAQCAIBAEAQCAIBAE").body(String::new()).unwrap();
    let steps: [Pin<Box<dyn Future<Output = Reply>>>; 18] = [
        Box::pin(world.register(&phone, nik)),
        Box::pin(async { phone.check_status(&id).await.unwrap() }),
        Box::pin(async { officer.approve(&ticket).await.unwrap() }),
        Box::pin(async { phone.ask_for_another_email(&id).await.unwrap() }),
        Box::pin(async { browser.open(&approved.email.link).await.unwrap() }),
        Box::pin(world.activate_with(&approved.email, &approved.email.code, &captcha, &answer)),
        Box::pin(async { holder.phone.log_in(PIN).await.unwrap() }),
        Box::pin(async { holder.phone.mint(session, &anything).await.unwrap() }),
        Box::pin(async { holder.phone.lock(session).await.unwrap() }),
        Box::pin(async { holder.phone.change_pin(session, PIN, "908172").await.unwrap() }),
        Box::pin(async { bank.redeem(&token, &qr, "account-opening", Some("k")).await.unwrap() }),
        Box::pin(async { bank.authenticate().await.unwrap() }),
        Box::pin(async { officer.block(nik, "lost").await.unwrap() }),
        Box::pin(async { officer.unlock(nik).await.unwrap() }),
        Box::pin(async { officer.reset_pin(nik, None).await.unwrap() }),
        Box::pin(async { holder.phone.sign(session, &hash, PIN).await.unwrap() }),
        Box::pin(async { holder.phone.erase(session, PIN).await.unwrap() }),
        Box::pin(async { world.send(check).await }),
    ];
    let answers = join_all(steps).await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    for answer in answers {
        assert_status(&answer, 503);
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
}

/// A step of many calls, each of which is slow: the answer does not wait for their sum.
#[tokio::test]
async fn a_step_that_is_not_done_in_time_is_cut_off_and_nothing_is_half_done() {
    let world = World::with_faults_in_production().await;
    let approved = world.approved(&world.newcomer().await).await;
    let captcha = world.captcha(&approved.email).await;
    let answer = world.answer(&approved.email, &captcha);
    // Captcha and registration are read; from the third call on nothing is answered, and the rest takes two calls more.
    world.faults.plan(3, Fault::Late, Lasting::UntilMended);
    let started = Instant::now();
    let reply = world.activate_with(&approved.email, &approved.email.code, &captcha, &answer).await;
    assert_problem(&reply, 503, "service-unavailable");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    world.faults.mend();
    world.assert_sound();
    assert_status(&world.activate(&approved.email, &approved.email.code).await, 200);
    world.assert_sound();
}
