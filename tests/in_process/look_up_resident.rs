//! look-up-resident: an officer sees whom a NIK means, their phones and what waits, and of the address only what they may say.

use http::Request;
use ikd::app::Clock;
use ikd::domain::KeyThumbprint;
use ikd::domain::moment::Moment;
use jiff::SignedDuration;
use local::personas::{BUDI, SITI, UNKNOWN};
use serde_json::{Value, json};
use tests::{EMAIL, HolderWithSession, World, assert_invalid, assert_problem, assert_status};

use super::faults::survives;

const A_MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What the officer sees.
async fn shown(world: &World, nik: &str) -> Value {
    let reply = world.officer().look_up(nik).await.unwrap();
    assert_status(&reply, 200);
    reply.json()
}

fn active(key: &KeyThumbprint, activated_at: &str) -> Value {
    json!({ "key": key, "activated_at": activated_at, "status": "active" })
}

#[tokio::test]
async fn of_somebody_who_never_registered_the_officer_sees_the_registrys_row_alone() {
    let world = World::new().await;
    let mut shown = shown(&world, SITI).await;
    let photo = shown["photo"].take();
    assert!(photo.as_str().unwrap().starts_with("/9j/"), "a JPEG");
    let expected = json!({
        "resident": {
            "nik": SITI,
            "name": "SITI AMINAH",
            "gender": "female",
            "birthplace": "MADIUN",
            "birthdate": "1990-07-05",
            "status": "resident",
        },
        "photo": null,
        "devices": [],
        "waiting": null,
        "email": null,
    });
    assert_eq!(shown, expected, "neither address nor family card number nor anything else");
}

#[tokio::test]
async fn the_officer_sees_every_phone_that_the_resident_has_and_had() {
    let world = World::new().await;
    let first = world.holder(SITI).await;
    world.pass(A_MINUTE);
    let second = world.holder(SITI).await;
    world.registered(SITI).await;
    let shown = shown(&world, SITI).await;
    assert_eq!(
        shown["devices"],
        json!([
            {
                "key": first.phone.key.thumbprint(),
                "activated_at": "2026-11-22T05:00:00.000Z",
                "status": "blocked",
                "blocked_at": "2026-11-22T05:01:00.000Z",
                "reason": "replaced",
                "blocked_by": "officer",
            },
            active(second.phone.key.thumbprint(), "2026-11-22T05:01:00.000Z"),
        ])
    );
    assert_eq!((&shown["waiting"], &shown["email"]), (&Value::Null, &json!("s•••@contoh.id")));
}

#[tokio::test]
async fn what_waits_for_its_activation_is_shown_with_its_email() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let before = shown(&world, SITI).await;
    assert_eq!((&before["waiting"], &before["email"]), (&Value::Null, &Value::Null), "nothing was approved yet");

    let registered_at = world.clock.now();
    world.pass(A_MINUTE);
    let decision = json!({ "verdict": "approve", "email": "budi.santoso@Madiun.example" });
    assert_status(&world.officer().decide(&registered.ticket, &decision).await.unwrap(), 200);
    let waits = shown(&world, SITI).await;
    assert_eq!(waits["email"], "b•••@madiun.example", "where the next code goes, as the officer corrected it");
    assert_eq!(waits["waiting"]["registered_at"], Moment::from(registered_at).to_string());
    let status = registered.phone.check_status(&registered.id).await.unwrap().json();
    assert_eq!(waits["waiting"]["activation_email"], status["activation_email"], "as the phone sees it");

    world.pass(SignedDuration::from_hours(24 * 30));
    let forgotten = shown(&world, SITI).await;
    assert_eq!((&forgotten["waiting"], &forgotten["email"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_registration_that_replaced_a_phone_gets_the_next_code() {
    let world = World::new().await;
    let old = world.activated(SITI).await;
    let registered = world.registered(SITI).await;
    let decision = json!({ "verdict": "approve", "replace_device": true, "email": "baru@contoh.id" });
    assert_status(&world.officer().decide(&registered.ticket, &decision).await.unwrap(), 200);
    let shown = shown(&world, SITI).await;
    assert_eq!((&shown["devices"][0]["status"], &shown["email"]), (&json!("blocked"), &json!("b•••@contoh.id")));
    assert_eq!(shown["devices"][0]["key"], json!(old.phone.key.thumbprint()));
    assert_ne!(shown["waiting"], Value::Null);
}

#[tokio::test]
async fn a_reset_of_the_pin_waits_too() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.pass(A_MINUTE);
    assert_status(&world.officer().reset_pin(SITI, Some("lain@contoh.id")).await.unwrap(), 202);
    let waits = shown(&world, SITI).await;
    assert_eq!(waits["waiting"]["activation_email"]["delivery"], "queued");
    assert_eq!((&waits["devices"][0]["status"], &waits["email"]), (&json!("active"), &json!("l•••@contoh.id")));
    assert_eq!(waits["devices"][0]["key"], json!(holder.phone.key.thumbprint()));
}

#[tokio::test]
async fn after_a_block_or_an_erasure_there_is_nobody_to_send_a_code_to() {
    let world = World::new().await;
    world.holder(SITI).await;
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    let holder = world.holder(BUDI).await;
    assert_status(&super::erase_identity::erase(&holder).await, 202);
    for (nik, reason) in [(SITI, "lost"), (BUDI, "erased")] {
        let shown = shown(&world, nik).await;
        assert_eq!((&shown["devices"][0]["reason"], &shown["email"]), (&json!(reason), &Value::Null));
    }
}

#[tokio::test]
async fn residents_who_died_or_moved_away_are_shown_as_such() {
    let world = World::new().await;
    world.change_resident(SITI, |resident| resident.deceased = true).await;
    world.change_resident(BUDI, |resident| "35.78".clone_into(&mut resident.municipality)).await;
    for (nik, status) in [(SITI, "deceased"), (BUDI, "moved")] {
        assert_eq!(shown(&world, nik).await["resident"]["status"], status);
    }
}

#[tokio::test]
async fn a_nik_that_the_registry_does_not_know_is_refused_and_a_row_that_is_gone_is_an_alarm() {
    let world = World::new().await;
    let officer = world.officer();
    assert_problem(&officer.look_up(UNKNOWN).await.unwrap(), 404, "resident-unknown");
    assert_eq!(world.metrics.sum_of_all_functions("MissingResidents"), 0);
    world.holder(SITI).await;
    world.lose_resident(SITI);
    assert_problem(&officer.look_up(SITI).await.unwrap(), 503, "service-unavailable");
    assert_eq!(world.metrics.sum("MissingResidents", "look-up-resident", None), 1);
}

#[tokio::test]
async fn only_officers_look_up_by_a_nik_that_can_exist() {
    let world = World::new().await;
    let officer = world.officer();
    assert_invalid(&officer.look_up("123").await.unwrap(), &["/nik"]);
    for typed in [format!("{SITI}\r\n"), format!("{}.{}", &SITI[..6], &SITI[6..])] {
        assert_status(&officer.look_up(&typed).await.unwrap(), 200);
    }
    let reply = world.send(Request::post("http://ikd.test/resident-lookups").body(String::new()).unwrap()).await;
    assert_problem(&reply, 401, "missing-token");
}

#[tokio::test]
async fn a_look_up_shows_and_changes_nothing_that_names_the_address() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let before = world.items("identities");
    let reply = world.officer().look_up(SITI).await.unwrap();
    assert!(!reply.text.contains(EMAIL), "the address is masked");
    assert!(!reply.text.contains("petugas"), "no officer is named");
    assert_eq!(world.items("identities"), before);
    holder.mint().await;
}

#[tokio::test]
async fn a_resident_can_be_looked_up_again_whatever_failed() {
    survives(
        async |world, nik| world.holder(nik).await,
        async |world, holder: &HolderWithSession| world.officer().look_up(&holder.nik).await.unwrap(),
        async |_, holder, answer| {
            assert_status(answer, 200);
            let key = json!(holder.phone.key.thumbprint());
            assert_eq!((answer.json()["devices"][0]["key"].clone(), answer.json()["email"].is_null()), (key, false));
        },
    )
    .await;
}
