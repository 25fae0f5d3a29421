//! Who is calling: every protected route refuses who is not, and proofs serve once.

use http::{Method, Request};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{PIN, World, assert_problem, assert_status};
use xtask::actors::{KeyPair, Officer, Phone};
use xtask::personas::{BANK, SITI};

/// The holder's routes, each with a body that is right.
fn holder_routes() -> [(Method, &'static str, Option<Value>); 4] {
    [
        (Method::POST, "/qr-codes", Some(json!({}))),
        (Method::DELETE, "/sessions/current", None),
        (Method::PUT, "/pin", Some(json!({ "old_pin": PIN, "new_pin": "908172", "new_pin_repeated": "908172" }))),
        (Method::POST, "/device-blocks", Some(json!({ "reason": "lost" }))),
    ]
}

#[tokio::test]
async fn holders_need_a_token_of_ours_and_a_proof_of_their_key() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let stranger = holder.phone.with_key(KeyPair::generate().unwrap());
    let forged = xtask::actors::Session { access_token: holder.session.access_token.replace('.', ".e") };
    for (method, path, body) in holder_routes() {
        let send = async |phone: &Phone, session, proof: Option<&str>| {
            phone.send_with_proof(method.clone(), path, session, proof, body.as_ref()).await.unwrap()
        };
        let proof = holder.phone.proof(&method, path, Some(&holder.session)).unwrap();
        assert_problem(&send(&holder.phone, Some(&holder.session), None).await, 401, "invalid-dpop-proof");
        assert_problem(&send(&holder.phone, None, Some(&proof)).await, 401, "missing-token");
        assert_problem(&send(&holder.phone, Some(&forged), Some(&proof)).await, 401, "invalid-token");
        let foreign = stranger.proof(&method, path, Some(&holder.session)).unwrap();
        assert_problem(&send(&stranger, Some(&holder.session), Some(&foreign)).await, 401, "invalid-dpop-proof");
    }
    holder.mint().await;
}

#[tokio::test]
async fn a_proof_serves_once_for_its_request_and_for_a_minute() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let (phone, session) = (&holder.phone, &holder.session);
    let mint = async |proof: &str| {
        phone.send_with_proof(Method::POST, "/qr-codes", Some(session), Some(proof), Some(&json!({}))).await.unwrap()
    };
    let proof = phone.proof(&Method::POST, "/qr-codes", Some(session)).unwrap();
    assert_status(&mint(&proof).await, 201);
    assert_problem(&mint(&proof).await, 401, "dpop-proof-replayed");

    for proof in [
        phone.proof(&Method::PUT, "/qr-codes", Some(session)).unwrap(),
        phone.proof(&Method::POST, "/pin", Some(session)).unwrap(),
        phone.proof(&Method::POST, "/qr-codes", None).unwrap(),
        session.access_token.clone(),
        "nonsense".to_owned(),
    ] {
        assert_problem(&mint(&proof).await, 401, "invalid-dpop-proof");
    }
    let proof = phone.proof(&Method::POST, "/qr-codes", Some(session)).unwrap();
    world.pass(SignedDuration::from_secs(61));
    assert_problem(&mint(&proof).await, 401, "invalid-dpop-proof");
}

#[tokio::test]
async fn a_proof_replayed_fifty_times_at_once_serves_once() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let proof = holder.phone.proof(&Method::POST, "/qr-codes", Some(&holder.session)).unwrap();
    let mut replays = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (phone, session, proof) = (holder.phone.clone(), holder.session.clone(), proof.clone());
        replays.spawn(async move {
            let body = json!({});
            let sent = phone.send_with_proof(Method::POST, "/qr-codes", Some(&session), Some(&proof), Some(&body));
            sent.await.unwrap().status.as_u16()
        });
    }
    let statuses = replays.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 49);
}

#[tokio::test]
async fn phones_without_a_session_prove_their_key_too() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let status = format!("/registrations/{}", registered.id);
    let resend = format!("{status}/activation-emails");
    for (method, path) in [
        (Method::POST, "/registrations"),
        (Method::GET, status.as_str()),
        (Method::POST, resend.as_str()),
        (Method::POST, "/sessions"),
    ] {
        let send = async |proof: Option<&str>| {
            registered.phone.send_with_proof(method.clone(), path, None, proof, None).await.unwrap()
        };
        assert_problem(&send(None).await, 401, "invalid-dpop-proof");
        let wrong = registered.phone.proof(&Method::PATCH, path, None).unwrap();
        assert_problem(&send(Some(&wrong)).await, 401, "invalid-dpop-proof");
    }
    let proof = registered.phone.proof(&Method::GET, &status, None).unwrap();
    let send = async || registered.phone.send_with_proof(Method::GET, &status, None, Some(&proof), None).await.unwrap();
    assert_status(&send().await, 200);
    assert_problem(&send().await, 401, "dpop-proof-replayed");
}

#[tokio::test]
async fn a_proof_that_shows_a_private_key_or_a_weak_algorithm_is_refused() {
    let world = World::new().await;
    let phone = world.phone();
    let proof = phone.proof(&Method::POST, "/sessions", None).unwrap();
    let parts: Vec<&str> = proof.split('.').collect();
    let mut header: Value =
        serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(parts[0].as_bytes()).unwrap()).unwrap();
    for (pointer, value) in
        [("/alg", json!("none")), ("/alg", json!("HS256")), ("/typ", json!("JWT")), ("/jwk", Value::Null)]
    {
        let mut changed = header.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        let changed = data_encoding::BASE64URL_NOPAD.encode(changed.to_string().as_bytes());
        for proof in [format!("{changed}.{}.{}", parts[1], parts[2]), format!("{changed}.{}.", parts[1])] {
            let reply = phone.send_with_proof(Method::POST, "/sessions", None, Some(&proof), None).await.unwrap();
            assert_problem(&reply, 401, "invalid-dpop-proof");
        }
    }
    header["jwk"]["d"] = json!("AAAA");
    let shown = data_encoding::BASE64URL_NOPAD.encode(header.to_string().as_bytes());
    let proof = format!("{shown}.{}.{}", parts[1], parts[2]);
    let reply = phone.send_with_proof(Method::POST, "/sessions", None, Some(&proof), None).await.unwrap();
    assert_problem(&reply, 401, "invalid-dpop-proof");
}

#[tokio::test]
async fn officers_tokens_are_the_issuers_for_us_in_time_and_with_the_role() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let now = ikd::app::Clock::now(&*world.clock);
    let right = world.issuer.claims("petugas-1", "petugas", now);
    let changed = |member: &str, value: Value| {
        let mut claims = right.clone();
        claims[member] = value;
        world.issuer.sign(&claims).unwrap()
    };
    let scan = async |token: String| Officer::new(world.api.clone(), token).scan(&registered.ticket).await.unwrap();
    assert_status(&scan(world.issuer.sign(&right).unwrap()).await, 200);
    assert_status(&scan(changed("roles", json!("tamu petugas"))).await, 200);
    for token in [
        changed("iss", json!("https://elsewhere.example")),
        changed("aud", json!("another-service")),
        changed("exp", json!(now.as_second())),
        changed("nbf", json!(now.as_second() + 60)),
        KeyPair::generate().unwrap().sign("JWT", &right).unwrap(),
    ] {
        assert_problem(&scan(token).await, 401, "invalid-token");
    }
    for roles in [json!(["tamu"]), json!([]), json!("petugas-tamu"), Value::Null] {
        assert_problem(&scan(changed("roles", roles)).await, 403, "not-an-officer");
    }
}

#[tokio::test]
async fn an_integrators_token_opens_nothing_but_redemptions() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let token = world.integrator(BANK).token().await.unwrap();
    let session = xtask::actors::Session { access_token: token.clone() };
    assert_problem(&holder.phone.mint(&session, &json!({})).await.unwrap(), 401, "invalid-token");
    let officer = Officer::new(world.api.clone(), token);
    assert_problem(&officer.block(SITI, "lost").await.unwrap(), 401, "invalid-token");
    let bank = world.integrator(BANK);
    let reply = bank.redeem(&holder.session.access_token, "A", "account-opening", None).await.unwrap();
    assert_problem(&reply, 401, "invalid-token");
}

#[tokio::test]
async fn without_any_token_every_route_asks_for_one() {
    let world = World::new().await;
    for (method, path) in [
        (Method::GET, "/registrations/by-ticket/AAAA"),
        (Method::POST, "/registrations/by-ticket/AAAA/decision"),
        (Method::POST, "/redemptions"),
        (Method::POST, "/device-blocks"),
        (Method::POST, "/qr-codes"),
        (Method::DELETE, "/sessions/current"),
    ] {
        let request = Request::builder().method(method).uri(format!("http://ikd.test{path}"));
        let request = request.header("content-type", "application/json").body("{}".to_owned()).unwrap();
        let reply = world.send(request).await;
        assert_problem(&reply, 401, "missing-token");
        assert!(reply.header("www-authenticate").unwrap().contains("DPoP"));
    }
}

#[tokio::test]
async fn the_claim_and_the_role_that_make_an_officer_are_configuration() {
    let variables = [("IKD_OFFICER_ROLE_CLAIM", "cognito:groups"), ("IKD_OFFICER_ROLE", "dukcapil")];
    let world = World::with(&variables).await;
    let registered = world.registered(SITI).await;
    let now = ikd::app::Clock::now(&*world.clock);
    let mut claims = world.issuer.claims("petugas-1", "petugas", now);
    let token = world.issuer.sign(&claims).unwrap();
    let reply = Officer::new(world.api.clone(), token).scan(&registered.ticket).await.unwrap();
    assert_problem(&reply, 403, "not-an-officer");
    claims["cognito:groups"] = json!(["dukcapil"]);
    // Cognito's access tokens have no aud and name the client instead.
    claims["client_id"] = claims.as_object_mut().unwrap().remove("aud").unwrap();
    let token = world.issuer.sign(&claims).unwrap();
    assert_status(&Officer::new(world.api.clone(), token).scan(&registered.ticket).await.unwrap(), 200);
}

#[tokio::test]
async fn no_step_takes_a_proof_twice() {
    let world = World::new().await;
    let approved = world.approved(xtask::personas::BUDI).await.registered;
    world.pass(SignedDuration::from_mins(1));
    let status = format!("/registrations/{}", approved.id);
    let resend = format!("{status}/activation-emails");
    let login = json!({ "pin": "908172" });
    for (method, path, body) in [
        (Method::POST, "/registrations", Some(registration())),
        (Method::GET, status.as_str(), None),
        (Method::POST, resend.as_str(), None),
        (Method::POST, "/sessions", Some(login)),
    ] {
        let proof = approved.phone.proof(&method, path, None).unwrap();
        let send = async || {
            approved.phone.send_with_proof(method.clone(), path, None, Some(&proof), body.as_ref()).await.unwrap()
        };
        assert_ne!(send().await.problem().as_deref(), Some("dpop-proof-replayed"), "{path}");
        assert_problem(&send().await, 401, "dpop-proof-replayed");
    }

    for (method, path, body) in holder_routes() {
        let holder = world.holder(SITI).await;
        let proof = holder.phone.proof(&method, path, Some(&holder.session)).unwrap();
        let send = async || {
            let sent =
                holder.phone.send_with_proof(method.clone(), path, Some(&holder.session), Some(&proof), body.as_ref());
            sent.await.unwrap()
        };
        assert!(send().await.status.is_success(), "{path}");
        assert_problem(&send().await, 401, "dpop-proof-replayed");
    }
}

/// A registration that is right in everything.
fn registration() -> Value {
    json!({
        "nik": xtask::personas::DEWI,
        "email": tests::EMAIL,
        "phone_number": "081234567890",
        "selfie": data_encoding::BASE64.encode(&xtask::personas::portrait(1, 320, 400).unwrap()),
    })
}

#[tokio::test]
async fn an_ended_session_opens_nothing_any_more() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_status(&holder.phone.lock(&holder.session).await.unwrap(), 204);
    for (method, path, body) in holder_routes() {
        let reply = holder.phone.send(method, path, Some(&holder.session), body.as_ref()).await.unwrap();
        assert_problem(&reply, 401, "session-ended");
    }
}

#[tokio::test]
async fn what_officers_share_with_phones_is_closed_to_everybody_else() {
    let world = World::new().await;
    let registered = world.approved(SITI).await.registered;
    let now = ikd::app::Clock::now(&*world.clock);
    let guest = Officer::new(world.api.clone(), world.issuer.token("x", "tamu", now).unwrap());
    let nobody = Officer::new(world.api.clone(), "nonsense".to_owned());
    assert_problem(&guest.send_another_email(&registered.id, None).await.unwrap(), 403, "not-an-officer");
    assert_problem(&nobody.send_another_email(&registered.id, None).await.unwrap(), 401, "invalid-token");
    assert_problem(&guest.block(SITI, "lost").await.unwrap(), 403, "not-an-officer");
    assert_problem(&nobody.block(SITI, "lost").await.unwrap(), 401, "invalid-token");
    let request = Request::post(format!("http://ikd.test/registrations/{}/activation-emails", registered.id));
    let request = request.header("authorization", "Basic cGV0dWdhczpyYWhhc2lh").body(String::new()).unwrap();
    assert_problem(&world.send(request).await, 401, "missing-token");
}
