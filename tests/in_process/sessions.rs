//! Sessions and proofs over time: a proof serves once, an ended session never again.

use http::Method;
use jiff::SignedDuration;
use local::actors::Officer;
use local::personas::SITI;
use serde_json::{Value, json};
use tests::{World, assert_problem, assert_status};

use super::cast::{is_holder, is_phone, requests};

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
    assert_problem(&mint(&proof).await, 401, "clock-wrong");
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
async fn officers_roles_may_be_inside_another_claim() {
    let world = World::with(&[("IKD_OFFICER_ROLE_CLAIM", "realm_access.roles")]).await;
    let registered = world.registered(SITI).await;
    let claims = world.issuer.claims("petugas-1", "petugas", ikd::app::Clock::now(&*world.clock));
    let scan = async |claim: &str, value: Value| {
        let mut claims = claims.clone();
        claims[claim] = value;
        let officer = Officer::new(world.api.clone(), world.issuer.sign(&claims).unwrap());
        officer.scan(&registered.ticket).await.unwrap()
    };
    assert_status(&scan("realm_access", json!({ "roles": ["offline_access", "petugas"] })).await, 200);
    assert_status(&scan("realm_access.roles", json!(["petugas"])).await, 200);
    for elsewhere in
        [json!(["petugas"]), json!("petugas"), json!({ "role": ["petugas"] }), json!({ "roles": ["tamu"] })]
    {
        assert_problem(&scan("realm_access", elsewhere).await, 403, "not-an-officer");
    }
    let of_a_client = json!({ "realm_access": { "roles": ["petugas"] } });
    assert_problem(&scan("resource_access", of_a_client).await, 403, "not-an-officer");
}

#[tokio::test]
async fn no_step_takes_a_proof_twice() {
    let world = World::new().await;
    let approved = world.approved(local::personas::BUDI).await.registered;
    world.pass(SignedDuration::from_mins(1));
    for (method, path, body) in requests(is_phone) {
        let path = &path.replace("{id}", &approved.id);
        let body = if path == "/registrations" { Some(registration()) } else { body };
        let proof = approved.phone.proof(&method, path, None).unwrap();
        let send = async || {
            approved.phone.send_with_proof(method.clone(), path, None, Some(&proof), body.as_ref()).await.unwrap()
        };
        assert_ne!(send().await.problem().as_deref(), Some("dpop-proof-replayed"), "{path}");
        assert_problem(&send().await, 401, "dpop-proof-replayed");
    }

    let holder = world.holder(SITI).await;
    let logged_in = world.snapshot();
    for (method, path, body) in requests(is_holder) {
        world.restore(&logged_in);
        let proof = holder.phone.proof(&method, &path, Some(&holder.session)).unwrap();
        let send = async || {
            let sent =
                holder.phone.send_with_proof(method.clone(), &path, Some(&holder.session), Some(&proof), body.as_ref());
            sent.await.unwrap()
        };
        let first = send().await;
        // Nobody has scanned a code of this holder.
        let is_unasked = first.problem().as_deref() == Some("question-unknown");
        assert!(first.status.is_success() || is_unasked, "{path}: {}", first.text);
        assert_problem(&send().await, 401, "dpop-proof-replayed");
    }
}

/// A registration that is right in everything.
fn registration() -> Value {
    json!({
        "nik": local::personas::DEWI,
        "email": tests::EMAIL,
        "phone_number": "081234567890",
        "selfie": data_encoding::BASE64.encode(&local::photographs::selfie().unwrap()),
    })
}

#[tokio::test]
async fn an_ended_session_opens_nothing_any_more() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_status(&holder.phone.lock(&holder.session).await.unwrap(), 204);
    for (method, path, body) in requests(is_holder) {
        let reply = holder.phone.send(method, &path, Some(&holder.session), body.as_ref()).await.unwrap();
        assert_problem(&reply, 401, "session-ended");
    }
}
