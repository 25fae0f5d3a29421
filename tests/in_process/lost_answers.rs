//! A write that happened and whose answer was lost: the SDK repeats it, and nobody gets a wrong answer.

use ikd::store::keys;
use local::actors::PhoneSession;
use local::personas::{BANK, SITI};
use serde_json::{Value, json};
use tests::{Fault, Lasting, PIN, WRONG_PINS, World, assert_problem, assert_status};

#[tokio::test]
async fn a_redemption_whose_answer_was_lost_is_still_the_winners() {
    let world = World::with_faults().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    world.faults.next("UpdateItem", Fault::AnswerLost);
    assert_status(&bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap(), 200);
    assert!(world.faults.have_happened());
    let other = bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap();
    assert_problem(&other, 410, "qr-code-used");
}

#[tokio::test]
async fn a_redemption_without_any_answer_can_be_learned_again_with_its_key() {
    let world = World::with_faults().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    for _ in 0..3 {
        world.faults.next("UpdateItem", Fault::AnswerLost);
    }
    let first = bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap();
    assert_problem(&first, 503, "service-unavailable");
    assert_status(&bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap(), 200);
}

#[tokio::test]
async fn an_answer_asked_for_again_whose_record_was_lost_is_recorded_once_and_counts_once() {
    let world = World::with_faults().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let redeem = async || bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap();
    assert_status(&redeem().await, 200);
    // The write that redeems finds itself, the parties are read, and the answer is recorded.
    world.faults.plan(3, Fault::AnswerLost, Lasting::OneAttempt);
    assert_status(&redeem().await, 200);
    assert!(world.faults.mend());
    assert_eq!(world.items("qr_codes")[0]["repeats"]["N"], "1");
    world.record_receipts().await;
    let is_receipt = |item: &&Value| item["position"]["S"].as_str().is_some_and(|one| one.starts_with(keys::RECEIPT));
    assert_eq!(world.items("receipts").iter().filter(is_receipt).count(), 2);

    // If it cannot be recorded, it is not given.
    world.faults.plan(3, Fault::Failing, Lasting::UntilMended);
    assert_problem(&redeem().await, 503, "service-unavailable");
    assert!(world.faults.mend());
    assert_eq!(world.items("qr_codes")[0]["repeats"]["N"], "1");
}

#[tokio::test]
async fn a_refusal_that_cannot_be_recorded_is_not_answered() {
    let world = World::with_faults().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    world.faults.plan(3, Fault::Failing, Lasting::UntilMended);
    let redeem = async || bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap();
    assert_problem(&redeem().await, 503, "service-unavailable");
    assert!(world.faults.mend());
    assert_problem(&redeem().await, 410, "qr-code-device-blocked");
}

#[tokio::test]
async fn a_write_that_meets_a_transaction_is_repeated() {
    let world = World::with_faults().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    world.faults.next("UpdateItem", Fault::Conflict);
    assert_status(&bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap(), 200);
    // The first write of a block looks for an approved registration, the second is the block.
    world.faults.next("UpdateItem", Fault::Conflict);
    world.faults.next("UpdateItem", Fault::Conflict);
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    assert!(world.faults.have_happened());
    assert_problem(&holder.mint_reply(&json!({})).await, 403, "device-blocked");
}

#[tokio::test]
async fn a_read_that_meets_a_transaction_is_repeated_and_a_winner_is_told_in_the_end() {
    let world = World::with_faults().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let qr = holder.mint().await.token;
    for _ in 0..2 {
        world.faults.next("TransactGetItems", Fault::Conflict);
    }
    let redeemed = bank.redeem(&token, &qr, "account-opening", None).await.unwrap();
    assert_status(&redeemed, 200);
    assert!(redeemed.member("/claims/name").is_some());
    assert!(world.faults.have_happened());

    let qr = holder.mint().await.token;
    for _ in 0..4 {
        world.faults.next("TransactGetItems", Fault::Conflict);
    }
    let refused = bank.redeem(&token, &qr, "account-opening", Some("k")).await.unwrap();
    assert_problem(&refused, 503, "service-unavailable");
    assert!(world.faults.have_happened());
    assert_status(&bank.redeem(&token, &qr, "account-opening", Some("k")).await.unwrap(), 200);
}

#[tokio::test]
async fn no_member_of_a_family_is_missing_when_the_database_left_some_over() {
    let world = World::with_faults().await;
    let holder = world.holder(SITI).await;
    let family =
        async || holder.phone.send(http::Method::GET, "/me/family", Some(&holder.session), None).await.unwrap();
    let whole = family().await;
    assert_status(&whole, 200);
    world.faults.next("BatchGetItem", Fault::LeftOver);
    assert_eq!(family().await.text, whole.text);
    assert!(world.faults.have_happened());
    for _ in 0..4 {
        world.faults.next("BatchGetItem", Fault::LeftOver);
    }
    assert_problem(&family().await, 503, "service-unavailable");
    assert!(world.faults.have_happened());
}

#[tokio::test]
async fn a_login_whose_answers_were_lost_is_one_login() {
    let world = World::with_faults().await;
    let holder = world.holder(SITI).await;
    world.faults.next("PutItem", Fault::AnswerLost);
    world.faults.next("UpdateItem", Fault::AnswerLost);
    let reply = holder.phone.log_in(PIN).await.unwrap();
    assert_status(&reply, 200);
    assert!(world.faults.have_happened());
    let session = PhoneSession::of(&reply).unwrap();
    assert_status(&holder.phone.mint(&session, &json!({})).await.unwrap(), 201);

    // A lost answer to a wrong try counts it once.
    for (status, problem) in WRONG_PINS {
        world.faults.next("UpdateItem", Fault::AnswerLost);
        assert_problem(&holder.phone.log_in("908172").await.unwrap(), status, problem);
    }
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 423, "pin-locked");
}

#[tokio::test]
async fn transactions_whose_answers_were_lost_happen_once() {
    let world = World::with_faults().await;
    world.faults.next("TransactWriteItems", Fault::AnswerLost);
    let registered = world.registered(SITI).await;
    world.faults.next("TransactWriteItems", Fault::AnswerLost);
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    assert_eq!(world.items("outbox").len(), 1);
    world.faults.next("UpdateItem", Fault::AnswerLost);
    assert!(world.deliver().await.is_empty());
    assert_eq!(world.ses.taken().len(), 1);

    let email = world.activation_email(tests::EMAIL);
    let captcha = world.captcha(&email).await;
    let answer = world.answer(&email, &captcha);
    world.faults.next("TransactWriteItems", Fault::AnswerLost);
    world.faults.next("UpdateItem", Fault::AnswerLost);
    assert_status(&world.activate_with(&email, &email.code, &captcha, &answer).await, 200);
    assert!(world.faults.have_happened());
}

#[tokio::test]
async fn a_wrong_code_whose_count_was_lost_costs_one_try() {
    let world = World::with_faults().await;
    let email = world.approved(SITI).await.email;
    for number in 1..=4 {
        let wrong = format!("{:06}", (email.code.parse::<u32>().unwrap() + number) % 1_000_000);
        world.faults.next("UpdateItem", Fault::AnswerLost);
        assert_problem(&world.activate(&email, &wrong).await, 422, "activation-code-wrong");
    }
    assert_status(&world.activate(&email, &email.code).await, 200);
}

#[tokio::test]
async fn a_changed_pin_and_a_locked_session_whose_answers_were_lost_are_changed_and_locked() {
    let world = World::with_faults().await;
    let holder = world.holder(SITI).await;
    world.faults.next("UpdateItem", Fault::AnswerLost);
    world.faults.next("UpdateItem", Fault::AnswerLost);
    assert_status(&holder.phone.change_pin(&holder.session, PIN, "908172").await.unwrap(), 204);
    let session = PhoneSession::of(&holder.phone.log_in("908172").await.unwrap()).unwrap();
    world.faults.next("TransactWriteItems", Fault::AnswerLost);
    assert_status(&holder.phone.lock(&session).await.unwrap(), 204);
    assert_problem(&holder.phone.mint(&session, &json!({})).await.unwrap(), 401, "session-ended");
}
