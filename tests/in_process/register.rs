//! register: who may, who may not, and what nobody learns from a refusal.

use data_encoding::BASE64;
use declaration::Need;
use ikd::domain::Id;
use ikd::store::keys;
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
    assert_eq!(reply.member("/ticket/expires_at").as_deref(), Some("2026-11-23T05:00:00.000Z"));

    let stored = world.stored_registration(&id);
    assert_eq!(stored["phone_number"]["S"], "+6281234567890");
    assert_eq!(stored["device_key"]["S"], phone.key.thumbprint().as_str());
    assert!(stored["expires_at"]["N"].is_string(), "a pending registration carries a TTL");
}

#[tokio::test]
async fn what_keyboards_and_clipboards_add_is_taken_off_and_one_form_is_stored() {
    let world = World::new().await;
    for (nik, email, phone_number) in [
        (format!("{SITI} "), format!("{EMAIL} "), "0062 812-3456-7890"),
        (format!("{} {}", &SITI[..6], &SITI[6..]), format!("\u{feff}{EMAIL}\r\n"), "+62 (0)812 3456 7890"),
        (
            format!("\u{202d}{SITI}\u{202c}"),
            format!("{EMAIL}\u{a0}"),
            "\u{202a}62\u{a0}812\u{2011}3456\u{2011}7890\u{202c}",
        ),
    ] {
        let mut body = body();
        body["nik"] = json!(nik);
        body["email"] = json!(email);
        body["phone_number"] = json!(phone_number);
        let reply = world.phone().register_with(&body).await.unwrap();
        assert_status(&reply, 201);
        let stored = world.stored_registration(&reply.member("/id").unwrap());
        assert_eq!(
            [&stored["nik"]["S"], &stored["email"]["S"], &stored["phone_number"]["S"]],
            [SITI, EMAIL, "+6281234567890"],
            "{phone_number}"
        );
    }
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

#[tokio::test]
async fn whoever_sends_a_photo_of_another_format_reads_what_to_do() {
    let world = World::new().await;
    for (file, format) in [
        (&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], "HEIC"),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        (b"GIF89a\x01\0\x01\0", "GIF"),
    ] {
        let mut body = body();
        body["selfie"] = json!(BASE64.encode(file));
        let reply = world.phone().register_with(&body).await.unwrap();
        assert_invalid(&reply, &["/selfie"]);
        let advice = reply.member("/errors/0/detail").unwrap();
        assert!(advice.contains(format) && advice.contains("JPEG"), "{advice}");
    }
}

#[tokio::test]
async fn a_photo_as_cameras_and_encoders_write_it_is_taken() {
    let world = World::new().await;
    let photo = photographs::selfie().unwrap();
    let large = image::load_from_memory(&photo).unwrap().resize(2_560, 2_560, image::imageops::FilterType::Triangle);
    let large = large.into_rgb8();
    let encoded = |quality| {
        let mut bytes = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&large).unwrap();
        bytes
    };
    let encoded = [55, 45, 35, 25].into_iter().map(encoded).find(|file| file.len() <= 262_144).unwrap();
    let wrapped =
        BASE64.encode(&photo).as_bytes().chunks(76).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
    for selfie in [BASE64.encode(&encoded), BASE64.encode(&[photo.as_slice(), &[0; 16]].concat()), wrapped] {
        let mut body = body();
        body["selfie"] = json!(selfie);
        let reply = world.phone().register_with(&body).await.unwrap();
        assert_status(&reply, 201);
    }
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

/// A world in which two registrations of one NIK may wait.
async fn world_for_two() -> World {
    World::with(&[("IKD_WAITING_REGISTRATIONS_MAX", "2")]).await
}

/// How many registrations there are.
fn stored(world: &World) -> usize {
    let is_one = |item: &&Value| item["pk"]["S"].as_str().is_some_and(|key| key.starts_with(keys::REGISTRATION));
    world.items("identities").iter().filter(is_one).count()
}

#[tokio::test]
async fn of_more_registrations_than_may_wait_the_oldest_makes_room_with_its_selfie() {
    let world = world_for_two().await;
    let oldest = world.registered(SITI).await;
    let of_another_nik = world.registered(BUDI).await;
    let (second, third) = (world.registered(SITI).await, world.registered(SITI).await);
    assert_problem(&oldest.phone.check_status(&oldest.id).await.unwrap(), 404, "not-found");
    assert_problem(&world.officer().scan(&oldest.ticket).await.unwrap(), 404, "ticket-unknown");
    assert!(world.item("selfies", ("id", &oldest.id)).is_none());
    for waiting in [&second, &third, &of_another_nik] {
        let reply = waiting.phone.check_status(&waiting.id).await.unwrap();
        assert_eq!(reply.member("/stage").as_deref(), Some("pending"));
    }
    assert_eq!(stored(&world), 3);
    world.assert_sound();
}

#[tokio::test]
async fn a_registration_that_an_officer_opened_is_not_pushed_out_however_many_follow() {
    let world = world_for_two().await;
    let siti = world.registered(SITI).await;
    assert_status(&world.officer().scan(&siti.ticket).await.unwrap(), 200);
    for _ in 0..6 {
        world.registered(SITI).await;
    }
    assert_eq!(stored(&world), 3, "the opened one, and two that wait");
    assert_status(&world.officer().approve(&siti.ticket).await.unwrap(), 200);
    for _ in 0..3 {
        world.registered(SITI).await;
    }
    let reply = siti.phone.check_status(&siti.id).await.unwrap();
    assert_eq!(reply.member("/stage").as_deref(), Some("approved"));
    world.assert_sound();
}

#[tokio::test]
async fn a_rejected_registration_is_not_pushed_out() {
    let world = world_for_two().await;
    let siti = world.registered(SITI).await;
    assert_status(&world.officer().reject(&siti.ticket, "Foto buram").await.unwrap(), 200);
    for _ in 0..4 {
        world.registered(SITI).await;
    }
    let reply = siti.phone.check_status(&siti.id).await.unwrap();
    assert_eq!(reply.member("/stage").as_deref(), Some("rejected"));
    assert_eq!(stored(&world), 3);
}

#[tokio::test]
async fn of_many_registrations_at_once_no_more_wait_than_may() {
    let world = world_for_two().await;
    let phones: Vec<_> = (0..12).map(|_| world.phone()).collect();
    let replies = futures::future::join_all(phones.iter().map(|phone| world.register(phone, SITI))).await;
    for reply in &replies {
        assert!(matches!(reply.status.as_u16(), 201 | 503), "{}", reply.text);
    }
    assert!(replies.iter().filter(|reply| reply.status.as_u16() == 201).count() >= 2);
    assert_eq!(stored(&world), 2);
    world.assert_sound();
}

#[tokio::test]
async fn an_officer_who_opens_a_registration_while_it_is_pushed_out_sees_it_and_keeps_it_or_sees_nothing() {
    let world = world_for_two().await;
    for _ in 0..10 {
        let siti = world.registered(SITI).await;
        world.registered(SITI).await;
        let (officer, strangers) = (world.officer(), [world.phone(), world.phone()]);
        let ((first, second), review) = tokio::join!(
            async { (world.register(&strangers[0], SITI).await, world.register(&strangers[1], SITI).await) },
            officer.scan(&siti.ticket)
        );
        assert_status(&first, 201);
        assert_status(&second, 201);
        let (review, decision) = (review.unwrap(), officer.reject(&siti.ticket, "Foto buram").await.unwrap());
        if review.status.as_u16() == 200 {
            assert_status(&decision, 200);
        } else {
            assert_problem(&review, 404, "ticket-unknown");
            assert_problem(&decision, 404, "ticket-unknown");
        }
    }
    world.assert_sound();
}

#[tokio::test]
async fn a_selfie_ends_with_its_registration_whether_or_not_it_was_swept() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let app = world.app(&[Need::Store]);
    let id = Id::parse(&registered.id).unwrap();
    let week = SignedDuration::from_hours(7 * 24);
    assert!(app.store().selfie(&id, app.now() + week - SignedDuration::from_secs(1)).await.unwrap().is_some());
    assert!(app.store().selfie(&id, app.now() + week).await.unwrap().is_none());
}
