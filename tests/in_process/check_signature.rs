//! check-signature: anyone learns whether a signature is valid.

use ikd::app::Clock;
use ikd::domain::moment::Moment;
use jiff::SignedDuration;
use local::actors::{KeyPair, document_hash};
use local::personas::{BANK, SITI};
use serde_json::json;
use tests::thefts::theft;
use tests::{PIN, World, assert_invalid, assert_problem, assert_status};

use super::sign_document::{CONTRACT, ask, check, sign};

#[tokio::test]
async fn anyone_learns_that_a_signature_counts_and_nothing_about_the_holder() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let id = sign(&holder, PIN).await.member("/id").unwrap();
    let key_id = world.signing_key.thumbprint();
    let valid = json!({ "validity": "valid", "signed_at": "2026-11-22T05:00:00.000Z", "key_id": key_id });
    assert_eq!(check(&world, &id).await, valid);
    for unknown in ["AEAQCAIBAEAQCAIBAEAQCAIBAE", "x", "..%2F..", &id[1..]] {
        assert_eq!(check(&world, unknown).await, json!({ "validity": "unknown" }), "{unknown}");
    }
    for copied in [&id.to_lowercase(), &format!("%20{id}%0D")] {
        assert_eq!(check(&world, copied).await["validity"], "valid", "{copied}");
    }
    // TTL deletes late; what has expired is unknown anyway.
    world.pass(SignedDuration::from_hours(10 * 365 * 24));
    assert_eq!(check(&world, &id).await, json!({ "validity": "unknown" }));
}

#[tokio::test]
async fn anyone_with_the_document_learns_whether_it_is_the_one_that_was_signed() {
    let world = World::new().await;
    let id = sign(&world.holder(SITI).await, PIN).await.member("/id").unwrap();
    let asked = async |document: &[u8]| check(&world, &format!("{id}?document_hash={}", document_hash(document))).await;
    assert_eq!(asked(CONTRACT).await["document_matches"], true);
    assert_eq!(asked(b"Perjanjian jual beli rumah").await["document_matches"], false);
    assert_eq!(check(&world, &id).await.get("document_matches"), None, "nobody asked");
    let unknown = format!("AEAQCAIBAEAQCAIBAEAQCAIBAE?document_hash={}", document_hash(CONTRACT));
    assert_eq!(check(&world, &unknown).await, json!({ "validity": "unknown" }));
    let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for wrong in ["", "x", hex, &format!("{}=", document_hash(CONTRACT))] {
        assert_invalid(&ask(&world, &format!("{id}?document_hash={wrong}")).await, &["/document_hash"]);
        assert_invalid(&ask(&world, &format!("x?document_hash={wrong}")).await, &["/document_hash"]);
    }
}

/// A world later: its service signs with a new key, and publishes others, as after two rotations.
async fn after_rotations(retired: &KeyPair) -> World {
    let (current, key) = (KeyPair::generate().unwrap(), retired.public());
    World::with(&[
        ("IKD_SIGNING_KEY", current.pem()),
        ("IKD_VERIFYING_KEYS", &json!({ "keys": [current.public()] }).to_string()),
        ("IKD_RETIRED_KEYS", &json!({ "keys": [key] }).to_string()),
    ])
    .await
}

#[tokio::test]
async fn a_signature_verifies_after_its_key_has_left_the_published_set_and_nothing_else_of_that_key_does() {
    let before = World::new().await;
    let holder = before.holder(SITI).await;
    let signature = sign(&holder, PIN).await.member("/signature").unwrap();
    let token = before.integrator(BANK).token().await.unwrap();

    let after = after_rotations(&before.signing_key).await;
    let bank = after.integrator(BANK);
    let header = bank.verify_signature(CONTRACT, &signature).await.unwrap();
    assert_eq!(header["name"], "SITI AMINAH");
    assert!(bank.verify_signature(b"Perjanjian jual beli rumah", &signature).await.is_err());
    let reply = bank.redeem(&token, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "account-opening", None).await.unwrap();
    assert_problem(&reply, 401, "invalid-token");
    let phone = holder.phone.speaking_to(after.api.clone());
    assert_problem(&phone.mint(&holder.session, &json!({})).await.unwrap(), 401, "invalid-token");
}

#[tokio::test]
async fn what_a_thief_signed_is_revoked_and_what_the_holder_signed_before_stays_valid() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let before = sign(&holder, PIN).await.member("/id").unwrap();
    world.pass(SignedDuration::from_mins(2));
    let stolen_since = world.clock.now();
    let shown = Moment::from(stolen_since).to_string();
    world.pass(SignedDuration::from_mins(1));
    let by_thief = sign(&holder, PIN).await.member("/id").unwrap();
    world.pass(SignedDuration::from_mins(1));
    let reply = world.officer_named("petugas-7").report(&theft(SITI, stolen_since)).await.unwrap();
    assert_status(&reply, 200);
    assert_eq!(reply.json()["device"]["stolen_since"], json!(shown));
    assert_eq!(check(&world, &before).await["validity"], "valid");
    let revoked = json!({
        "validity": "revoked",
        "signed_at": "2026-11-22T05:03:00.000Z",
        "revoked_since": shown,
        "reported_at": "2026-11-22T05:04:00.000Z",
        "reported_by": "officer",
        "key_id": world.signing_key.thumbprint(),
    });
    assert_eq!(check(&world, &by_thief).await, revoked, "neither the officer nor their words are shown");
}

#[tokio::test]
async fn a_theft_revokes_what_was_signed_in_its_own_second_and_not_in_the_one_before() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let before = sign(&holder, PIN).await.member("/id").unwrap();
    world.pass(SignedDuration::from_secs(1));
    let by_thief = sign(&holder, PIN).await.member("/id").unwrap();
    // A signature's time is in whole seconds: this one may have been made after the theft.
    let since = world.clock.now() + SignedDuration::from_millis(500);
    world.pass(SignedDuration::from_secs(1));
    assert_status(&world.report_theft(SITI, since).await, 200);
    let checked = check(&world, &by_thief).await;
    assert_eq!(checked["validity"], "revoked");
    assert_eq!(
        (&checked["signed_at"], &checked["revoked_since"]),
        (&json!("2026-11-22T05:00:01.000Z"), &json!(Moment::from(since).to_string()))
    );
    assert_eq!(check(&world, &before).await["validity"], "valid");
}

#[tokio::test]
async fn a_lost_phone_or_a_theft_without_a_beginning_revokes_nothing() {
    for reason in ["lost", "stolen", "other"] {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        let id = sign(&holder, PIN).await.member("/id").unwrap();
        world.pass(SignedDuration::from_mins(1));
        assert_status(&world.officer().block(SITI, reason).await.unwrap(), 200);
        assert_eq!(check(&world, &id).await["validity"], "valid", "{reason}");
    }
}
