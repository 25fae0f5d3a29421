//! What is stored and is not one of the states is refused as it is read, and not taken for something else.

use declaration::Need;
use ikd::app::App;
use ikd::domain::claims::ClaimSet;
use ikd::domain::device::{BlockReason, BlockedBy, Device};
use ikd::domain::qr_code::{QrCode, QrToken, Redemption};
use ikd::domain::question::Consent;
use ikd::domain::registration::{Registration, RegistrationState};
use ikd::domain::{Id, KeyThumbprint};
use ikd::store::{StoreError, keys};
use jiff::{SignedDuration, Timestamp};
use local::personas::SITI;
use serde::Serialize;
use serde_json::{Value, json};
use tests::World;

/// An entity as it is stored, without one of its attributes.
fn without(entity: &impl Serialize, attribute: &str) -> Value {
    let mut stored = serde_json::to_value(entity).unwrap();
    assert!(stored.as_object_mut().unwrap().remove(attribute).is_some(), "{attribute}");
    stored
}

/// The same with one attribute changed.
fn with(entity: &impl Serialize, attribute: &str, value: Value) -> Value {
    let mut stored = serde_json::to_value(entity).unwrap();
    stored[attribute] = value;
    stored
}

fn assert_malformed<T: std::fmt::Debug>(read: &Result<T, StoreError>, stored: &Value) {
    assert!(matches!(read, Err(StoreError::Malformed)), "{stored} is read as {read:?}");
}

async fn holder(world: &World) -> (App, KeyThumbprint) {
    let holder = world.holder(SITI).await;
    (world.app(&[Need::Store]), holder.phone.key.thumbprint().clone())
}

#[tokio::test]
async fn a_device_is_active_with_its_pin_or_blocked_with_its_block() {
    let world = World::new().await;
    let (app, key) = holder(&world).await;
    let device = app.store().device(&key).await.unwrap().unwrap();
    let active = device.clone().into_active().unwrap();
    let blocked: Device = active.block(BlockedBy::Holder, BlockReason::Lost, app.now()).into();
    for stored in [
        without(&device, "status"),
        without(&device, "pin_hash"),
        without(&device, "pin_is_first"),
        without(&device, "pin_tries"),
        without(&blocked, "block"),
        with(&device, "status", json!("blocked")),
        with(&device, "status", json!("lost")),
        with(&blocked, "status", json!("active")),
        with(&blocked, "block", json!({ "at": app.now(), "by": "holder" })),
        with(&blocked, "block", json!({ "at": app.now(), "by": "holder", "reason": "boredom" })),
    ] {
        world.put("identities", ("pk", &keys::device(&key)), &stored).await;
        assert_malformed(&app.store().device(&key).await, &stored);
    }
}

#[tokio::test]
async fn a_registration_has_what_belongs_to_its_state() {
    let world = World::new().await;
    let (app, key) = holder(&world).await;
    let id = app.store().device(&key).await.unwrap().unwrap().registration;
    let active = app.store().registration(&id, app.now()).await.unwrap().unwrap();
    let approval = active.approval().unwrap().clone();
    let approved = Registration { state: RegistrationState::Approved(approval), ..active.clone() };
    for stored in [
        without(&active, "status"),
        without(&active, "decision"),
        without(&active, "activation"),
        without(&approved, "decision"),
        without(&approved, "activation"),
        with(&approved, "status", json!("ended")),
        // Neither has an end, which a pending and a rejected registration have.
        with(&approved, "status", json!("pending")),
        with(&approved, "status", json!("rejected")),
    ] {
        world.put("identities", ("pk", &keys::registration(&id)), &stored).await;
        assert_malformed(&app.store().registration(&id, app.now()).await, &stored);
    }
}

#[tokio::test]
async fn a_qr_code_with_an_unreadable_mark_is_neither_live_nor_won() {
    let world = World::new().await;
    let (app, key) = holder(&world).await;
    let device = app.store().device(&key).await.unwrap().unwrap().into_active().unwrap();
    let (token, now) = (QrToken::from_random([7; 20]), app.now());
    let (claims, lifetime) = (ClaimSet::basic_identity(), SignedDuration::from_secs(90));
    let qr = QrCode::mint(&token, &device, claims, Consent::AtScan, lifetime, now).unwrap();
    let attempt = Redemption {
        id: Id::from_random([1; 16]),
        request: Id::from_random([2; 16]),
        client_id: "bank-madiun".to_owned(),
        purpose: "account-opening".to_owned(),
        redeemed_at: now,
        allowed: ClaimSet::basic_identity(),
    };
    for stored in [
        with(&qr, "redemption", json!("yes")),
        with(&qr, "redemption", json!({ "id": attempt.id })),
        with(&qr, "consent", json!("sometimes")),
        with(&qr, "superseded_at", json!("yesterday")),
        with(&qr, "superseded_at", json!({ "redemption": attempt })),
    ] {
        world.put("qr_codes", ("token_hash", token.hash().as_str()), &stored).await;
        let kept_until: Timestamp = now + SignedDuration::from_hours(24);
        assert_malformed(&app.store().redeem(&token, &attempt, kept_until).await, &stored);
    }
}
