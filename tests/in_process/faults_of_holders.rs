//! What [`faults`](super::faults) does to enrolment, for the steps from a holder's login to the end of the identity.

use ikd::app::Clock;
use ikd::domain::moment::Moment;
use local::actors::{Integrator, Minted, Phone, PhoneSession, document_hash};
use local::personas::BANK;
use serde_json::json;
use tests::{EMAIL, Fault, HolderWithSession, Lasting, PIN, World, assert_problem, assert_status};

use super::erase_identity::erase;
use super::faults::{assert_one_of, survives};
use super::sign_document::check;

#[tokio::test]
async fn a_login_opens_a_session_that_works() {
    survives(
        async |world, nik| world.holder(nik).await,
        async |_, holder| holder.phone.log_in(PIN).await.unwrap(),
        async |_, holder, answer| {
            assert_status(answer, 200);
            let session = PhoneSession::of(answer).unwrap();
            assert_status(&holder.phone.mint(&session, &json!({})).await.unwrap(), 201);
        },
    )
    .await;
}

#[tokio::test]
async fn a_holder_whom_the_registry_refused_is_admitted_when_the_row_is_right_again() {
    survives(
        async |world, nik| {
            let holder = world.holder(nik).await;
            world.change_resident(nik, |resident| resident.deceased = true).await;
            holder
        },
        async |_, holder| holder.phone.log_in(PIN).await.unwrap(),
        async |world, holder, answer| {
            assert_problem(answer, 403, "holder-deceased");
            world.change_resident(&holder.nik, |_| {}).await;
            assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
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

/// Sends a PIN while each call of the login fails in turn. Whatever the answer is, the request has cost one try at most.
async fn costs_one_try(fault: Fault, pin: &str) {
    let world = World::with_faults().await;
    let holder = world.holder(&world.newcomer().await).await;
    for lasting in [Lasting::OneAttempt, Lasting::UntilMended] {
        for call in 1.. {
            world.faults.plan(call, fault, lasting);
            let reply = holder.phone.log_in(pin).await.unwrap();
            let has_happened = world.faults.mend();
            let made = tries_made(&world, &holder.phone);
            let expected = match reply.status.as_u16() {
                200 => 0..=0,
                401 => 1..=1,
                _ => 0..=1,
            };
            assert!(expected.contains(&made), "{made} after {fault:?} at call {call}, {lasting:?}: {}", reply.text);
            assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
            assert_eq!(tries_made(&world, &holder.phone), 0, "the right PIN forgets it");
            if !has_happened {
                assert!(call > 4, "a login makes four calls or more");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_pin_that_was_sent_once_is_counted_once_whatever_fails_after_the_count() {
    let plays = Fault::ALL.into_iter().flat_map(|fault| [PIN, "908172"].map(|pin| costs_one_try(fault, pin)));
    futures::future::join_all(plays).await;
}

fn tries_made(world: &World, phone: &Phone) -> u32 {
    let device = world.stored_device(phone.key.thumbprint());
    device["pin_tries"]["M"]["made"]["N"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_session_that_was_locked_is_locked() {
    survives(
        async |world, nik| world.holder(nik).await,
        async |_, holder| holder.phone.lock(&holder.session).await.unwrap(),
        async |_, holder, answer| {
            // If it happened and the answer was lost, a second try finds that.
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

pub async fn bank(world: &World) -> (Integrator, String) {
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
async fn a_winner_that_asks_again_is_answered_whatever_failed() {
    survives(
        async |world, nik| {
            let (bank, token) = bank(world).await;
            let qr = world.holder(nik).await.mint().await.token;
            let first = bank.redeem(&token, &qr, "account-opening", Some("k")).await.unwrap();
            assert_status(&first, 200);
            (qr, bank, token, first)
        },
        async |_, (qr, bank, token, _)| bank.redeem(token, qr, "account-opening", Some("k")).await.unwrap(),
        async |_, (.., first), answer| {
            assert_status(answer, 200);
            assert_eq!(answer.json()["claims"], first.json()["claims"]);
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
    can_be_asked_for_again(&["/me", "/me/family", "/me/receipts"]).await;
}

#[tokio::test]
async fn documents_and_the_export_can_be_asked_for_again() {
    can_be_asked_for_again(&["/me/documents", "/me/documents/kk", "/me/export"]).await;
}

async fn can_be_asked_for_again(paths: &[&str]) {
    for path in paths {
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
async fn a_theft_that_was_answered_is_on_record() {
    for is_active in [true, false] {
        survives(
            async |world, nik| {
                let holder = world.holder(nik).await;
                let hash = document_hash(b"A");
                let signed = holder.phone.sign(&holder.session, &hash, PIN).await.unwrap();
                if !is_active {
                    assert_status(&world.officer().block(nik, "lost").await.unwrap(), 200);
                }
                (holder, signed.member("/id").unwrap(), world.clock.now())
            },
            async |world, (holder, _, since)| world.report_theft(&holder.nik, *since).await,
            async |world, (holder, signature, since), answer| {
                assert_status(answer, 200);
                assert_eq!(answer.json()["device"]["stolen_since"], json!(Moment::from(*since).to_string()));
                assert_problem(&holder.mint_reply(&json!({})).await, 403, "device-blocked");
                assert_eq!(check(world, signature).await["validity"], "revoked");
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_theft_that_was_answered_after_an_erasure_is_on_record() {
    for (is_named, is_finished) in [(true, false), (false, true)] {
        survives(
            async |world, nik| {
                let holder = world.holder(nik).await;
                let signed = holder.phone.sign(&holder.session, &document_hash(b"A"), PIN).await.unwrap();
                assert_status(&erase(&holder).await, 202);
                if is_finished {
                    assert_eq!(world.finish_erasures().await, [""; 0]);
                }
                (holder, signed.member("/id").unwrap(), world.clock.now())
            },
            async |world, (holder, _, since)| {
                if is_named {
                    world.report_theft_of(&holder.nik, &holder.phone, *since).await
                } else {
                    world.report_theft(&holder.nik, *since).await
                }
            },
            async |world, (holder, signature, since), answer| {
                assert_status(answer, 200);
                assert_eq!(answer.json()["device"]["key"], json!(holder.phone.key.thumbprint()));
                assert_eq!(answer.json()["device"]["stolen_since"], json!(Moment::from(*since).to_string()));
                assert_eq!(check(world, signature).await["validity"], "revoked");
                assert_eq!(world.finish_erasures().await, [""; 0]);
                assert_eq!(check(world, signature).await["validity"], "revoked");
            },
        )
        .await;
    }
}

#[tokio::test]
async fn an_unlock_happens() {
    survives(
        async |world, nik| {
            let holder = world.holder(nik).await;
            holder.lock_pin().await;
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
            // If the reset happened and its answer was lost, the next one comes too soon.
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
            // A try that was counted without an answer is lost; the third of them would lock.
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
            // If it happened and the answer was lost, a second try finds that.
            assert_one_of(answer, &[(202, None), (403, Some("device-blocked"))]);
            assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 403, "device-blocked");
            assert_eq!(world.finish_erasures().await, [""; 0]);
        },
    )
    .await;
}
