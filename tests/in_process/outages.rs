//! When a dependency fails, the answer asks the caller to come back, and nothing is half-done.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use http::{Method, Request, StatusCode};
use local::actors::{Officer, PhoneSession, Reply, Signs, document_hash};
use local::personas::{BANK, BUDI, SITI};
use serde_json::json;
use tests::{EMAIL, Fault, Lasting, PIN, Registered, World, assert_problem, assert_status};
use tokio::net::TcpListener;

use super::faults_of_holders::bank;

#[tokio::test]
async fn without_the_database_every_step_answers_503_with_retry_after() {
    // The same keys and clock in both worlds: what one issued the other recognises.
    let (with, without) = (World::new().await, World::without_database().await);
    let link = {
        let app = without.app(&[declaration::Need::SealingKey]);
        app.seal().link(&ikd::domain::Id::from_random([1; 16]), 1).unwrap().expose().to_owned()
    };
    let ticket = {
        let app = without.app(&[declaration::Need::SealingKey]);
        let end = ikd::app::Clock::now(&*with.clock) + jiff::SignedDuration::from_hours(1);
        app.seal().ticket(&ikd::domain::Id::from_random([1; 16]), end).unwrap().expose().to_owned()
    };
    let phone = without.phone();
    let officer = without.officer();
    let bank = without.integrator(BANK);
    let id = "AEAQCAIBAEAQCAIBAEAQCAIBAE";
    let email = local::actors::ActivationEmail {
        code: "123456".into(),
        link: format!("http://ikd.test/activation?token={link}"),
    };
    for (step, reply) in [
        ("register", without.register(&phone, SITI).await),
        ("check-status", phone.check_status(id).await.unwrap()),
        ("approve-face, review", officer.scan(&ticket).await.unwrap()),
        ("approve-face, decision", officer.approve(&ticket).await.unwrap()),
        ("resend-activation", phone.ask_for_another_email(id).await.unwrap()),
        ("resend-activation, by NIK", officer.send_another_email_to(SITI, None).await.unwrap()),
        ("activate", without.activate(&email, "123456").await),
        ("login", phone.log_in(PIN).await.unwrap()),
        ("block-device", officer.block(SITI, "lost").await.unwrap()),
        ("look-up-resident", officer.look_up(SITI).await.unwrap()),
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

    // Nothing was lost: with the database back, everything goes on where it was.
    let session = PhoneSession { access_token: holder.session.access_token.clone() };
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
        local::actors::KeyPair::generate().unwrap().sign("JWT", &json!({ "iss": "x", "sub": "x", "exp": 1 })).unwrap();
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

            // Known keys are still used while the issuer is away, for a day.
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

#[tokio::test]
async fn an_issuer_that_sends_anything_but_its_documents_is_as_one_out_of_reach() {
    let true_issuer = World::new().await.issuer;
    let discovery = json!({ "jwks_uri": format!("{}/jwks.json", true_issuer.address()) }).to_string();
    let elsewhere = format!("{}/.well-known/openid-configuration", true_issuer.address());
    let scan_with = async |status: StatusCode, location: &str, body: String| {
        let issuer = issuer_that_answers(status, location, body).await;
        let world = World::with(&[("IKD_OFFICER_ISSUER", &issuer)]).await;
        let token = true_issuer.token("petugas-1", "petugas", ikd::app::Clock::now(&*world.clock)).unwrap();
        let ticket = world.registered(SITI).await.ticket;
        Officer::new(world.api.clone(), token).scan(&ticket).await.unwrap()
    };
    for (status, location, body) in [
        (StatusCode::FOUND, elsewhere.as_str(), String::new()),
        (StatusCode::NOT_FOUND, "", discovery.clone()),
        (StatusCode::OK, "", discovery[1..].to_owned()),
        (StatusCode::OK, "", discovery.clone() + &" ".repeat(1 << 20)),
    ] {
        assert_problem(&scan_with(status, location, body).await, 503, "service-unavailable");
    }
    assert_problem(&scan_with(StatusCode::OK, "", UNENDING.to_owned()).await, 503, "service-unavailable");
    // With a correct document, the token is read, and found to be another issuer's.
    assert_problem(&scan_with(StatusCode::OK, "", discovery.clone()).await, 401, "invalid-token");
}

/// A body that never ends.
const UNENDING: &str = "{";

/// The address of an issuer that answers everything alike.
async fn issuer_that_answers(status: StatusCode, location: &str, body: String) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let location = location.to_owned();
    let routes = Router::new().fallback(async move || {
        let never_ends = body == UNENDING;
        let sent = stream::iter([Ok::<_, Infallible>(body)]);
        let body = if never_ends { Body::from_stream(sent.chain(stream::pending())) } else { Body::from_stream(sent) };
        (status, [("location", location)], body)
    });
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
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
    let steps: [Pin<Box<dyn Future<Output = Reply>>>; 19] = [
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
        Box::pin(async { officer.look_up(nik).await.unwrap() }),
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

/// Work that computes cannot be cut off: where it would not be done in time, it does not start.
#[tokio::test]
async fn work_that_no_longer_fits_into_the_time_limit_is_not_started_and_costs_no_try() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let captcha = world.captcha(&approved.email).await;
    let hurried = world.answering_within(250);
    let hashes = world.hashes_computed();

    let stranger = world.phone().speaking_to(hurried.clone());
    assert_problem(&stranger.log_in(PIN).await.unwrap(), 503, "service-unavailable");
    let selfie = local::photographs::selfie().unwrap();
    let reply = stranger.register(BUDI, EMAIL, "0812-3456-7890", &selfie).await.unwrap();
    assert_problem(&reply, 503, "service-unavailable");
    let body = json!({
        "token": approved.email.token(),
        "code": approved.email.code,
        "captcha": captcha.member("/captcha"),
        "answer": world.answer(&approved.email, &captcha),
    });
    let request = Request::post("http://ikd.test/activation").header("content-type", "application/json");
    let reply = hurried.send(request.body(body.to_string()).unwrap()).await.unwrap();
    assert_problem(&reply, 503, "service-unavailable");

    assert_eq!(world.hashes_computed(), hashes);
    assert!(world.items("selfies").is_empty(), "nothing of the picture is stored");
    assert_eq!(world.stored_registration(&approved.registered.id)["activation"]["M"]["tries"]["N"], "0");
    assert_status(&world.activate(&approved.email, &approved.email.code).await, 200);
    world.assert_sound();
}

/// A step of many slow calls: the answer does not wait for all of them.
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
