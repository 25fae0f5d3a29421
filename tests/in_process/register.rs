//! register: who may, who may not, and what nobody learns from a refusal.

use data_encoding::BASE64;
use jiff::SignedDuration;
use local::personas::{self, BUDI, DECEASED, ELSEWHERE, NOT_RECORDED, SITI, UNDER_17, UNKNOWN};
use local::photographs;
use serde_json::{Value, json};
use tests::{EMAIL, World, assert_invalid, assert_problem, assert_status};

fn body() -> Value {
    json!({
        "nik": SITI,
        "email": EMAIL,
        "phone_number": "0812-3456-7890",
        "selfie": BASE64.encode(&photographs::selfie().unwrap()),
    })
}

#[tokio::test]
async fn a_resident_of_the_city_registers_and_gets_a_ticket() {
    let world = World::new().await;
    let phone = world.phone();
    let reply = phone.register_with(&body()).await.unwrap();
    assert_status(&reply, 201);
    let id = reply.member("/id").unwrap();
    assert_eq!(reply.header("location"), Some(format!("/registrations/{id}").as_str()));
    assert_eq!(reply.member("/stage").as_deref(), Some("pending"));
    assert_eq!(reply.member("/ticket/expires_at").as_deref(), Some("2026-11-23T05:00:00Z"));

    let stored = world.stored_registration(&id);
    assert_eq!(stored["phone_number"]["S"], "+6281234567890");
    assert_eq!(stored["device_key"]["S"], phone.key.thumbprint().as_str());
    assert!(stored["expires_at"]["N"].is_string(), "a pending registration carries a TTL");
}

#[tokio::test]
async fn every_refusal_for_a_registry_reason_looks_the_same() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for nik in [UNKNOWN, NOT_RECORDED, ELSEWHERE, DECEASED, UNDER_17] {
        let reply = world.register(&world.phone(), nik).await;
        assert_problem(&reply, 422, "not-eligible");
        let mut json = reply.json();
        json.as_object_mut().unwrap().remove("instance");
        answers.push((json, reply.headers.clone()));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(world.items("identities").is_empty() && world.items("selfies").is_empty(), "nothing is stored");
}

#[tokio::test]
async fn registrations_of_one_nik_live_side_by_side() {
    let world = World::new().await;
    let (stranger, siti) = (world.registered(SITI).await, world.registered(SITI).await);
    for registered in [&stranger, &siti] {
        let reply = registered.phone.check_status(&registered.id).await.unwrap();
        assert_eq!(reply.member("/stage").as_deref(), Some("pending"));
    }
}

#[tokio::test]
async fn a_holder_may_register_a_new_phone_and_keeps_the_old_one_until_an_officer_approves() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.registered(SITI).await;
    holder.mint().await;
}

#[tokio::test]
async fn a_key_that_is_a_device_already_cannot_register_again() {
    let world = World::new().await;
    let activated = world.activated(SITI).await;
    assert_problem(&world.register(&activated.phone, BUDI).await, 409, "key-already-bound");
}

#[tokio::test]
async fn all_wrong_values_are_named_at_once_and_none_is_repeated() {
    let world = World::new().await;
    let body = json!({ "nik": "357701", "email": "siti@", "phone_number": "12", "selfie": "aGVsbG8=" });
    let reply = world.phone().register_with(&body).await.unwrap();
    assert_invalid(&reply, &["/nik", "/email", "/phone_number", "/selfie"]);
    assert!(!reply.text.contains("357701") && !reply.text.contains("siti@"));
}

#[tokio::test]
async fn members_that_are_unknown_missing_twice_or_wrong_are_refused_by_name() {
    let world = World::new().await;
    for (change, pointer) in [
        (json!({ "nama": "SITI" }), "/nama"),
        (json!({ "nik": 3_577_014_507_900_003_u64 }), "/nik"),
        (json!({ "email": null }), "/email"),
    ] {
        let mut body = body();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_invalid(&world.phone().register_with(&body).await.unwrap(), &[pointer]);
    }
    let mut body = body();
    body.as_object_mut().unwrap().remove("email");
    assert_invalid(&world.phone().register_with(&body).await.unwrap(), &["/email"]);
}

#[tokio::test]
async fn a_selfie_must_be_a_picture_large_enough_and_not_too_large() {
    let world = World::new().await;
    for selfie in [
        String::new(),
        BASE64.encode(&personas::portrait(1, 200, 400).unwrap()),
        BASE64.encode(&photographs::selfie().unwrap()[..2_000]),
        "A".repeat(360_000),
    ] {
        let mut body = body();
        body["selfie"] = json!(selfie);
        assert_invalid(&world.phone().register_with(&body).await.unwrap(), &["/selfie"]);
    }
    let mut body = body();
    body["selfie"] = json!("A".repeat(500_000));
    assert_problem(&world.phone().register_with(&body).await.unwrap(), 413, "body-too-large");
}

/// A PNG with a header that promises a usable picture, and nothing readable behind it.
fn promising_picture() -> Vec<u8> {
    let mut picture = personas::portrait(1, 320, 400).unwrap();
    if !picture.starts_with(b"\x89PNG") {
        let decoded = image::load_from_memory(&picture).unwrap();
        picture = Vec::new();
        decoded.write_to(&mut std::io::Cursor::new(&mut picture), image::ImageFormat::Png).unwrap();
    }
    let data = picture.windows(4).position(|name| name == b"IDAT").unwrap();
    picture[data + 4..data + 64].fill(0xff);
    picture
}

#[tokio::test]
async fn only_the_picture_of_somebody_who_may_enrol_is_decoded() {
    let world = World::new().await;
    let mut body = body();
    body["selfie"] = json!(BASE64.encode(&promising_picture()));
    for nik in [UNKNOWN, ELSEWHERE, DECEASED] {
        body["nik"] = json!(nik);
        assert_problem(&world.phone().register_with(&body).await.unwrap(), 422, "not-eligible");
    }
    body["nik"] = json!(SITI);
    let phone = world.phone();
    let proof = phone.proof(&http::Method::POST, "/registrations", None).unwrap();
    let send = async || {
        phone.send_with_proof(http::Method::POST, "/registrations", None, Some(&proof), Some(&body)).await.unwrap()
    };
    assert_invalid(&send().await, &["/selfie"]);
    assert_problem(&send().await, 401, "dpop-proof-replayed");
    let activated = world.activated(BUDI).await;
    assert_problem(&activated.phone.register_with(&body).await.unwrap(), 409, "key-already-bound");
}

#[tokio::test]
async fn a_picture_that_is_drawn_over_and_over_is_refused_by_its_header() {
    let world = World::new().await;
    let selfie = photographs::selfie().unwrap();
    let (rest, end) = selfie.split_at(selfie.len() - 2);
    let scan = selfie.windows(2).position(|marker| marker == [0xff, 0xda]).unwrap();
    let mut body = body();
    // Forty times the header of the scan, which tells the decoder to go through the picture again.
    let scans = selfie[scan..scan + 14].repeat(40);
    body["selfie"] = json!(BASE64.encode(&[rest, scans.as_slice(), end].concat()));
    body["nik"] = json!(UNKNOWN);
    assert_invalid(&world.phone().register_with(&body).await.unwrap(), &["/selfie"]);
}

#[tokio::test]
async fn the_municipality_is_configuration() {
    let world = World::with(&[("IKD_MUNICIPALITY", "35.19")]).await;
    assert_status(&world.register(&world.phone(), ELSEWHERE).await, 201);
    assert_problem(&world.register(&world.phone(), SITI).await, 422, "not-eligible");
}

#[tokio::test]
async fn a_registration_that_nobody_decides_is_forgotten_after_seven_days() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    world.pass(SignedDuration::from_hours(7 * 24));
    assert_problem(&registered.phone.check_status(&registered.id).await.unwrap(), 404, "not-found");
}
