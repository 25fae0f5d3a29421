//! When a dependency fails, the caller is told to come back, and nothing is half-done.

use http::{Method, Request};
use serde_json::json;
use tests::{PIN, World, assert_problem, assert_status};
use xtask::actors::{Officer, Session};
use xtask::personas::{BANK, SITI};

#[tokio::test]
async fn without_the_database_every_step_answers_503_with_retry_after() {
    // The same keys and clock in both worlds: what one issued the other recognises.
    let (with, without) = (World::new().await, World::without_database().await);
    let link = {
        let app = without.app(&[ikd::app::Need::SEAL]);
        app.seal().link(&ikd::domain::Id::from_random([1; 16]), 1).unwrap().expose().to_owned()
    };
    let ticket = {
        let app = without.app(&[ikd::app::Need::SEAL]);
        let end = ikd::app::Clock::now(&*with.clock) + jiff::SignedDuration::from_hours(1);
        app.seal().ticket(&ikd::domain::Id::from_random([1; 16]), end).unwrap().expose().to_owned()
    };
    let phone = without.phone();
    let officer = without.officer();
    let bank = without.integrator(BANK);
    let id = "AEAQCAIBAEAQCAIBAEAQCAIBAE";
    let email = xtask::actors::ActivationEmail {
        code: "123456".into(),
        link: format!("http://ikd.test/activation?token={link}"),
    };
    for (step, reply) in [
        ("register", without.register(&phone, SITI).await),
        ("check-status", phone.check_status(id).await.unwrap()),
        ("approve-face, review", officer.scan(&ticket).await.unwrap()),
        ("approve-face, decision", officer.approve(&ticket).await.unwrap()),
        ("resend-activation", phone.ask_for_another_email(id).await.unwrap()),
        ("activate", without.activate(&email, "123456").await),
        ("login", phone.log_in(PIN).await.unwrap()),
        ("block-device", officer.block(SITI, "lost").await.unwrap()),
        ("reset-pin", officer.reset_pin(SITI, None).await.unwrap()),
        ("issue-token", bank.authenticate().await.unwrap()),
    ] {
        assert_problem(&reply, 503, "service-unavailable");
        assert_eq!(reply.header("retry-after"), Some("1"), "{step}");
    }
    assert_status(&without.browser().open(&email.link).await.unwrap(), 503);
}

#[tokio::test]
async fn without_the_database_holders_and_integrators_come_back_later_too() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let broken = world.with_database_gone();
    let phone = holder.phone.speaking_to(broken.clone());
    for reply in [
        phone.mint(&holder.session, &json!({})).await,
        phone.lock(&holder.session).await,
        phone.change_pin(&holder.session, PIN, "908172").await,
        phone.block_itself(&holder.session, "lost").await,
    ] {
        assert_problem(&reply.unwrap(), 503, "service-unavailable");
    }
    let request = Request::builder()
        .method(Method::POST)
        .uri("http://ikd.test/redemptions")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(json!({ "token": qr.token, "purpose": "account-opening" }).to_string())
        .unwrap();
    assert_problem(&broken.send(request).await.unwrap(), 503, "service-unavailable");

    // Nothing was lost: with the database back, everything goes on where it stood.
    let session = Session { access_token: holder.session.access_token.clone() };
    assert_status(&bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap(), 200);
    assert_status(&holder.phone.mint(&session, &json!({})).await.unwrap(), 201);
}

#[tokio::test]
async fn without_the_officers_issuer_officers_come_back_later() {
    let world = World::with(&[("IKD_OFFICER_ISSUER", "http://127.0.0.1:9")]).await;
    let registered = world.registered(SITI).await;
    let officer = world.officer();
    assert_problem(&officer.scan(&registered.ticket).await.unwrap(), 503, "service-unavailable");
    assert_problem(&officer.block(SITI, "lost").await.unwrap(), 503, "service-unavailable");
    let status = registered.phone.check_status(&registered.id).await.unwrap();
    assert_eq!(status.member("/stage").as_deref(), Some("pending"));
}

#[tokio::test]
async fn an_invented_key_id_makes_the_issuer_be_asked_once_in_a_while_only() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let stranger =
        xtask::actors::KeyPair::generate().unwrap().sign("JWT", &json!({ "iss": "x", "sub": "x", "exp": 1 })).unwrap();
    let forger = Officer::new(world.api.clone(), stranger);
    assert_status(&world.officer().scan(&registered.ticket).await.unwrap(), 200);
    let before = world.issuer.times_asked();
    for _ in 0..20 {
        assert_problem(&forger.scan(&registered.ticket).await.unwrap(), 401, "invalid-token");
    }
    assert_eq!(world.issuer.times_asked(), before);
    world.pass(jiff::SignedDuration::from_secs(30));
    for _ in 0..20 {
        assert_problem(&forger.scan(&registered.ticket).await.unwrap(), 401, "invalid-token");
    }
    assert_eq!(world.issuer.times_asked(), before + 1);
}
