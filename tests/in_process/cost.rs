//! The hot path is O(1): every step's DynamoDB round trips, counted through the SDK.

use serde_json::json;
use tests::{Count, PIN, World, assert_status};
use xtask::actors::document_hash;
use xtask::personas::{BANK, BUDI, SITI};

#[track_caller]
fn assert_within(step: &str, count: Count, round_trips: usize) {
    assert!(count.in_sequence <= round_trips, "{step}: {count:?}, {round_trips} round trips are its budget");
    assert!(count.in_total >= 1, "{step}: nothing was counted");
}

#[tokio::test]
async fn every_step_keeps_its_budget_of_round_trips() {
    let world = World::new().await;
    let take = || world.calls.take();
    let (officer, bank) = (world.officer(), world.integrator(BANK));

    let registered = world.registered(SITI).await;
    assert_within("register", take(), 4);
    registered.phone.check_status(&registered.id).await.unwrap();
    assert_within("check-status", take(), 4);
    officer.scan(&registered.ticket).await.unwrap();
    assert_within("approve-face, review", take(), 4);
    assert_status(&officer.approve(&registered.ticket).await.unwrap(), 200);
    assert_within("approve-face, decision", take(), 4);
    world.deliver().await;
    assert_within("send-activation-email", take(), 4);
    world.pass(jiff::SignedDuration::from_mins(1));
    assert_status(&registered.phone.ask_for_another_email(&registered.id).await.unwrap(), 202);
    assert_within("resend-activation", take(), 4);
    world.deliver().await;
    let email = world.activation_email(tests::EMAIL);
    let captcha = world.captcha(&email).await;
    let answer = world.answer(&email, &captcha);
    take();
    assert_status(&world.activate_with(&email, &email.code, &captcha, &answer).await, 200);
    assert_within("activate", take(), 4);

    let holder = world.holder(BUDI).await;
    take();
    assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
    assert_within("login", take(), 3);
    let holder = tests::HolderWithSession {
        session: xtask::actors::Session::of(&holder.phone.log_in(PIN).await.unwrap()).unwrap(),
        ..holder
    };
    take();
    for path in ["/me", "/me/family", "/me/documents", "/me/documents/kk", "/me/receipts", "/me/export"] {
        let reply = holder.phone.send(http::Method::GET, path, Some(&holder.session), None).await.unwrap();
        assert_status(&reply, 200);
        assert_within(path, take(), 4);
    }
    for path in ["/me/documents/ktp-el", "/me/documents/kk"] {
        let printed = holder.phone.fetch(&holder.session, path, "application/pdf").await.unwrap();
        assert_status(&printed, 200);
        assert_within(path, take(), 4);
        assert_status(&bank.check_document(&printed).await.unwrap(), 200);
        assert_within("verify-document", take(), 4);
    }
    let signed = holder.phone.sign(&holder.session, &document_hash(b"A"), PIN).await.unwrap();
    assert_status(&signed, 201);
    assert_within("sign-document", take(), 4);
    let request = http::Request::get(format!("http://ikd.test/signatures/{}", signed.member("/id").unwrap()));
    assert_status(&world.send(request.body(String::new()).unwrap()).await, 200);
    assert_within("check-signature", take(), 4);
    holder.mint().await;
    assert_within("mint-qr", take(), 2);
    let qr = holder.mint().await;
    assert_within("mint-qr, replacing", take(), 2);

    let token = bank.token().await.unwrap();
    assert_within("issue-token", take(), 4);
    assert_status(&bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap(), 200);
    assert_within("redeem-qr", take(), 2);
    assert_status(&bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap(), 200);
    assert_within("redeem-qr, again", take(), 2);
    assert_eq!(bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap().status.as_u16(), 410);
    assert_eq!(take(), Count { in_sequence: 1, in_total: 1 }, "a loser costs one write");

    assert_status(&holder.phone.change_pin(&holder.session, PIN, "908172").await.unwrap(), 204);
    assert_within("change-pin", take(), 4);
    let session = xtask::actors::Session::of(&holder.phone.log_in("908172").await.unwrap()).unwrap();
    take();
    assert_status(&holder.phone.lock(&session).await.unwrap(), 204);
    assert_within("lock", take(), 4);
    world.pass(jiff::SignedDuration::from_mins(1));
    take();
    assert_status(&officer.reset_pin(BUDI, None).await.unwrap(), 202);
    assert_within("reset-pin", take(), 4);
    world.deliver().await;
    let email = world.activation_email(tests::EMAIL);
    assert_status(&world.activate(&email, &email.code).await, 200);
    take();
    assert_status(&officer.block(BUDI, "lost").await.unwrap(), 200);
    assert_within("block-device", take(), 4);
    let leaving = world.holder(SITI).await;
    take();
    assert_status(&leaving.phone.erase(&leaving.session, PIN).await.unwrap(), 202);
    assert_within("erase-identity", take(), 4);
    assert!(holder.phone.mint(&session, &json!({})).await.unwrap().status.is_client_error());
}
