//! Faces: a selfie has to show one, the officer reads what an engine says about it, and decides.

use std::io::Cursor;

use image::imageops;
use image::{DynamicImage, ImageFormat, RgbImage};
use local::actors::Reply;
use local::personas::{self, SITI};
use local::photographs;
use serde_json::{Value, json};
use tests::{EMAIL, FACES_HERE, Registered, Sight, World, assert_invalid, assert_problem, assert_status};

async fn with_engine_here() -> World {
    World::with(&FACES_HERE).await
}

async fn register(world: &World, selfie: &[u8]) -> Reply {
    world.phone().register(SITI, EMAIL, "0812-3456-7890", selfie).await.unwrap()
}

async fn registered(world: &World, selfie: &[u8]) -> Registered {
    let phone = world.phone();
    let reply = phone.register(SITI, EMAIL, "0812-3456-7890", selfie).await.unwrap();
    assert_status(&reply, 201);
    let (id, ticket) = (reply.member("/id").unwrap(), reply.member("/ticket/text").unwrap());
    Registered { phone, nik: SITI.to_owned(), id, ticket }
}

async fn seen(world: &World, registered: &Registered) -> Value {
    let reply = world.officer().scan(&registered.ticket).await.unwrap();
    assert_status(&reply, 200);
    reply.json()["face"].clone()
}

fn jpeg(picture: RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn selfie() -> RgbImage {
    image::load_from_memory(&photographs::selfie().unwrap()).unwrap().to_rgb8()
}

#[tokio::test]
async fn two_photographs_of_one_person_match_and_the_officer_reads_what_was_not_checked() {
    let world = with_engine_here().await;
    let registered = world.registered(SITI).await;
    let face = seen(&world, &registered).await;
    assert_eq!(
        (&face["band"], &face["measure"], &face["engine"]),
        (&json!("match"), &json!("distance"), &json!("embedded"))
    );
    assert!(face["score"].as_f64().unwrap() <= 0.45, "{face}");
    assert_eq!((&face["faces"], &face["selfie_problems"]), (&json!(1), &json!([])));
    assert!(face["version"].as_str().is_some_and(|version| !version.is_empty()));
    assert!(face["liveness"].as_str().unwrap().contains("TIDAK memeriksa"));
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
}

#[tokio::test]
async fn a_drawn_face_is_a_face_to_the_detector_and_matches_nobody() {
    let world = with_engine_here().await;
    let registered = registered(&world, &personas::portrait(1, 320, 400).unwrap()).await;
    assert_eq!(seen(&world, &registered).await["band"], "no_match");
}

#[tokio::test]
async fn approving_somebody_else_takes_a_written_reason_and_is_counted() {
    let world = with_engine_here().await;
    let registered = registered(&world, &photographs::selfie_of_a_stranger().unwrap()).await;
    assert_eq!(seen(&world, &registered).await["band"], "no_match");
    let officer = world.officer();
    assert_invalid(&officer.approve(&registered.ticket).await.unwrap(), &["/reason"]);
    assert_eq!(world.metrics.sum("ApprovalsAgainstScore", "approve-face", None), 0);
    let body = json!({ "verdict": "approve", "reason": "Foto registri sudah 15 tahun; KTP-el asli diperlihatkan." });
    assert_status(&officer.decide(&registered.ticket, &body).await.unwrap(), 200);
    assert_status(&officer.decide(&registered.ticket, &body).await.unwrap(), 200);
    assert_eq!(world.metrics.sum("ApprovalsAgainstScore", "approve-face", None), 1);
    assert_eq!(world.metrics.sum("FaceNoMatches", "approve-face", None), 1);
}

#[tokio::test]
async fn an_officer_who_never_looked_is_asked_for_the_reason_all_the_same() {
    let world = with_engine_here().await;
    let registered = registered(&world, &photographs::selfie_of_a_stranger().unwrap()).await;
    assert_invalid(&world.officer().approve(&registered.ticket).await.unwrap(), &["/reason"]);
}

#[tokio::test]
async fn faces_are_compared_once_and_the_score_stays_with_the_registration() {
    let world = with_engine_here().await;
    let registered = world.registered(SITI).await;
    let first = seen(&world, &registered).await;
    assert_eq!(seen(&world, &registered).await, first);
    assert_eq!(world.metrics.sum("FaceMatches", "approve-face", None), 1);
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    assert_eq!(seen(&world, &registered).await, first, "the selfie is gone, and what was said of it is not");
    let stored = world.stored_registration(&registered.id);
    assert!(!stored.to_string().contains("descriptor"));
}

#[tokio::test]
async fn a_selfie_without_one_usable_face_is_refused_with_what_to_do_better() {
    let world = with_engine_here().await;
    let (one, stranger) = (selfie(), photographs::selfie_of_a_stranger().unwrap());
    let stranger = image::load_from_memory(&stranger).unwrap().to_rgb8();
    let mut two = RgbImage::new(960, 640);
    imageops::replace(&mut two, &one, 0, 0);
    imageops::replace(&mut two, &stranger, 480, 0);
    let mut far = RgbImage::from_pixel(1_600, 1_600, image::Rgb([150, 150, 150]));
    imageops::replace(&mut far, &imageops::thumbnail(&one, 48, 64), 800, 800);
    let dark = RgbImage::from_fn(480, 640, |x, y| image::Rgb(one.get_pixel(x, y).0.map(|shade| shade / 7)));
    for (what, picture, advice) in [
        ("a wall", photographs::of_nobody().unwrap(), "Wajah tidak terlihat"),
        ("two faces", jpeg(two), "lebih dari satu wajah"),
        ("a face far away", jpeg(far), "Wajah"),
        ("darkness", jpeg(dark), "gelap"),
        ("a blur", jpeg(imageops::blur(&one, 6.0)), "buram"),
    ] {
        let reply = world.phone().register(SITI, EMAIL, "0812-3456-7890", &picture).await.unwrap();
        assert_eq!(reply.status, 422, "{what}");
        assert_invalid(&reply, &vec!["/selfie"; reply.json()["errors"].as_array().map_or(1, Vec::len)]);
        assert!(reply.text.contains(advice), "{what}: {}", reply.text);
    }
    assert!(world.items("selfies").is_empty());
}

#[tokio::test]
async fn weights_that_are_missing_stop_nobody_who_needs_none() {
    let empty = xtask::root().join("target/tmp/no-weights");
    std::fs::create_dir_all(&empty).unwrap();
    let world = World::with(&[FACES_HERE[0], ("IKD_FACE_WEIGHTS", empty.to_str().unwrap())]).await;
    assert_problem(&register(&world, &photographs::selfie().unwrap()).await, 503, "service-unavailable");
    let unknown = world.officer().scan("UNKNOWN").await.unwrap();
    assert_problem(&unknown, 404, "ticket-unknown");
}

#[tokio::test]
async fn rekognition_answers_in_the_same_bands() {
    let world = World::new().await;
    for (similarity, band) in [(99.5, "match"), (95.0, "review"), (12.0, "no_match")] {
        world.rekognition.sees(Sight { similarity, ..Sight::default() });
        let face = seen(&world, &registered(&world, &photographs::selfie().unwrap()).await).await;
        assert_eq!((&face["band"], &face["score"]), (&json!(band), &json!(similarity)));
        assert_eq!((&face["engine"], &face["measure"]), (&json!("rekognition"), &json!("similarity")));
    }
    world.rekognition.sees(Sight { is_unmatched: true, ..Sight::default() });
    let face = seen(&world, &registered(&world, &photographs::selfie().unwrap()).await).await;
    assert_eq!((&face["band"], &face["score"]), (&json!("no_match"), &json!(null)), "it matches none");
    world.rekognition.sees(Sight { source_has_face: false, ..Sight::default() });
    let face = seen(&world, &registered(&world, &photographs::selfie().unwrap()).await).await;
    assert_eq!((&face["band"], &face["registry_photo_problems"]), (&json!("review"), &json!(["no_face"])));
}

#[tokio::test]
async fn rekognition_refuses_the_same_selfies() {
    let world = World::new().await;
    for sight in [
        Sight { faces: 0, ..Sight::default() },
        Sight { faces: 2, ..Sight::default() },
        Sight { sharpness: 2.0, ..Sight::default() },
    ] {
        world.rekognition.sees(sight);
        assert_invalid(&register(&world, &photographs::selfie().unwrap()).await, &["/selfie"]);
    }
}

#[tokio::test]
async fn without_an_engine_nobody_registers_and_the_officer_decides_without_a_score() {
    let world = World::new().await;
    let registered = registered(&world, &photographs::selfie().unwrap()).await;
    world.rekognition.sees(Sight { is_down: true, ..Sight::default() });
    assert_problem(&register(&world, &photographs::selfie().unwrap()).await, 503, "service-unavailable");
    assert!(seen(&world, &registered).await.is_null());
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
}
