//! export-data: everything that is stored about the holder, and nothing that opens anything.

use std::collections::BTreeSet;

use declaration::Need;
use http::Method;
use ikd::app::Clock;
use ikd::domain::moment::Moment;
use ikd::domain::registration::Registration;
use ikd::domain::signature::{DocumentHash, Signature};
use ikd::store::keys;
use jiff::SignedDuration;
use local::actors::document_hash;
use local::personas::{BANK, BUDI, SITI};
use serde_json::{Value, json};
use tests::thefts::GROUNDS;
use tests::{HolderWithSession, PIN, World, assert_problem, assert_status};

async fn export(holder: &HolderWithSession) -> Value {
    let reply = holder.phone.send(Method::GET, "/me/export", Some(&holder.session), None).await.unwrap();
    assert_status(&reply, 200);
    assert_eq!((reply.header("cache-control"), reply.header("screen-capture")), (Some("no-store"), Some("deny")));
    reply.json()
}

#[tokio::test]
async fn the_export_holds_registry_registrations_devices_signatures_and_receipts() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    holder.phone.sign(&holder.session, &document_hash(b"A"), PIN).await.unwrap();
    let (bank, qr) = (world.integrator(BANK), holder.mint().await.token);
    bank.redeem(&bank.token().await.unwrap(), &qr, BANK.purposes[0].name, None).await.unwrap();
    world.record_receipts().await;
    let export = export(&holder).await;
    assert_eq!(export["registry"]["biodata"]["name"], "SITI AMINAH");
    assert_eq!(export["registry"]["documents"]["bpjs-kesehatan"]["number"], "0001234567890");
    let [registration] = &export["registrations"].as_array().unwrap()[..] else { panic!("{export}") };
    assert_eq!(
        (&registration["email"], &registration["phone_number"]),
        (&json!(tests::EMAIL), &json!("+6281234567890"))
    );
    let [device] = &export["devices"].as_array().unwrap()[..] else { panic!("{export}") };
    assert_eq!((&device["status"], &device["has_session"]), (&json!("active"), &json!(true)));
    assert_eq!(device["registration"], registration["id"]);
    assert_eq!(export["signatures"][0]["document_hash"], document_hash(b"A"));
    assert_eq!(export["receipts"]["receipts"][0]["integrator"], "Bank Madiun");
    assert_eq!(export["receipts"]["head"]["count"], 1);
}

#[tokio::test]
async fn the_export_has_every_registration_and_every_signature_however_many_there_are() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let app = world.app(&[Need::Store]);
    let device = app.store().device(holder.phone.key.thumbprint()).await.unwrap().unwrap();
    let registration = app.store().registration(&device.registration, app.now()).await.unwrap().unwrap();
    for _ in 0..230 {
        let one = Registration { id: app.random_id(), ..registration.clone() };
        world.put("identities", ("pk", &keys::registration(&one.id)), &one).await;
    }
    for number in 0..1_100_u32 {
        let id = app.random_id();
        let document_hash = DocumentHash::parse(&document_hash(&number.to_be_bytes())).unwrap();
        let (nik, device) = (device.nik.clone(), device.key.clone());
        let expires_at = app.now() + SignedDuration::from_hours(1);
        let (signed_at, key_id) = (app.now(), world.signing_key.thumbprint().as_str().to_owned());
        let one = Signature { id: id.clone(), document_hash, nik, device, key_id, signed_at, expires_at };
        world.put("signatures", ("id", id.as_str()), &one).await;
    }
    let export = export(&holder).await;
    let ids = |kind: &str| -> BTreeSet<String> {
        export[kind].as_array().unwrap().iter().map(|one| one["id"].to_string()).collect()
    };
    assert_eq!((ids("registrations").len(), ids("signatures").len()), (231, 1_100));
}

#[tokio::test]
async fn what_has_ended_is_not_exported_whether_or_not_it_was_swept() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.registered(SITI).await;
    holder.phone.sign(&holder.session, &document_hash(b"A"), PIN).await.unwrap();
    let count = async |holder: &HolderWithSession| {
        let export = export(holder).await;
        ["registrations", "signatures"].map(|kind| export[kind].as_array().unwrap().len())
    };
    assert_eq!(count(&holder).await, [2, 1]);
    world.pass(SignedDuration::from_hours(7 * 24));
    let holder = holder.logged_in_again().await;
    assert_eq!(count(&holder).await, [1, 1]);
    world.pass(SignedDuration::from_hours(10 * 365 * 24));
    let holder = holder.logged_in_again().await;
    assert_eq!(count(&holder).await, [1, 0]);
    assert_eq!(world.items("signatures").len(), 1, "nothing was swept");
}

#[tokio::test]
async fn nothing_that_opens_anything_is_exported() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    holder.mint().await;
    let text = export(&holder).await.to_string();
    let stored = world.stored_device(holder.phone.key.thumbprint());
    for secret in ["pin_hash", "session", "qr_code"] {
        let value = &stored[secret];
        let value = value["S"].as_str().or(value["M"]["id"]["S"].as_str()).or(value["M"]["token_hash"]["S"].as_str());
        assert!(!text.contains(value.unwrap()), "{secret} is exported");
    }
}

#[tokio::test]
async fn who_typed_the_holders_nik_keeps_their_contact_data() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.pass(SignedDuration::from_secs(1));
    let stranger = world.phone();
    let selfie = local::photographs::selfie().unwrap();
    assert_status(&stranger.register(SITI, "orang.lain@contoh.id", "0899-8888-7777", &selfie).await.unwrap(), 201);
    let export = export(&holder).await;
    assert_eq!(export["registrations"].as_array().unwrap().len(), 2);
    assert_eq!(export["registrations"][1]["status"], "pending");
    assert!(!export.to_string().contains("orang.lain") && !export.to_string().contains("8888"));
}

#[tokio::test]
async fn the_trail_tells_what_was_done_in_order_and_names_no_officer() {
    let world = World::new().await;
    world.holder(SITI).await;
    world.pass(SignedDuration::from_mins(1));
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    world.pass(SignedDuration::from_mins(1));
    let since = world.clock.now();
    assert_status(&world.report_theft(SITI, since).await, 200);
    world.pass(SignedDuration::from_mins(1));
    let rejected = world.registered(SITI).await;
    assert_status(&world.officer().scan(&rejected.ticket).await.unwrap(), 200);
    world.officer().reject(&rejected.ticket, "Swafoto tidak jelas.").await.unwrap();
    world.pass(SignedDuration::from_mins(1));
    let holder = world.holder(SITI).await;
    let export = export(&holder).await;
    let trail = export["processing_trail"].as_array().unwrap();
    let events: Vec<(&str, &str)> =
        trail.iter().map(|event| (event["event"].as_str().unwrap(), event["by"].as_str().unwrap())).collect();
    assert_eq!(
        events,
        [
            ("registered", "phone"),
            ("approved", "officer"),
            ("device-activated", "phone"),
            ("device-blocked", "officer"),
            ("theft-reported", "officer"),
            ("registered", "phone"),
            ("opened", "officer"),
            ("rejected", "officer"),
            ("registered", "phone"),
            ("approved", "officer"),
            ("device-activated", "phone"),
        ]
    );
    for (position, reason) in [(3, "lost"), (4, GROUNDS), (7, "Swafoto tidak jelas.")] {
        assert_eq!(trail[position]["reason"], reason);
    }
    assert_eq!(export["devices"][0]["stolen_since"], json!(Moment::from(since)));
    assert!(!export.to_string().contains("petugas-1"));
}

#[tokio::test]
async fn an_export_is_the_holders_alone_and_needs_the_database() {
    let world = World::new().await;
    let (siti, budi) = (world.holder(SITI).await, world.holder(BUDI).await);
    let text = export(&budi).await.to_string();
    assert!(text.contains(BUDI) && !text.contains(SITI), "a family member's data are not the holder's");
    let phone = siti.phone.speaking_to(world.with_database_gone());
    let reply = phone.send(Method::GET, "/me/export", Some(&siti.session), None).await.unwrap();
    assert_problem(&reply, 503, "service-unavailable");
}
