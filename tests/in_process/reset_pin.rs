//! reset-pin: the forgotten PIN and the sessions die at once, the device key stays, a new code goes out.

use http::Method;
use ikd::app::Clock;
use ikd::domain::device::{BlockReason, BlockedBy, Device, DeviceState};
use ikd::store::keys;
use jiff::{SignedDuration, Timestamp};
use local::actors::{ActivationEmail, Phone, PhoneSession};
use local::personas::{BANK, BUDI, SITI, UNKNOWN};
use serde_json::{Value, json};
use tests::thefts::{theft, theft_of};
use tests::{EMAIL, PIN, World, assert_invalid, assert_problem, assert_status};

const A_MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Has the PIN reset, a minute after everything that was before.
async fn reset(world: &World, nik: &str) -> ActivationEmail {
    world.pass(A_MINUTE);
    assert_status(&world.officer().reset_pin(nik, None).await.unwrap(), 202);
    world.assert_sound();
    assert_eq!(world.deliver().await, [""; 0]);
    world.activation_email(EMAIL)
}

#[tokio::test]
async fn the_old_pin_and_the_session_die_at_once_and_the_same_phone_gets_a_new_first_pin() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let email = reset(&world, SITI).await;
    assert_problem(&holder.mint_reply(&json!({})).await, 401, "session-ended");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 401, "invalid-credentials");

    assert_status(&world.activate(&email, &email.code).await, 200);
    world.assert_sound();
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 401, "invalid-credentials");
    let first = PhoneSession::of(&holder.phone.log_in(&email.code).await.unwrap()).unwrap();
    assert_problem(&holder.phone.mint(&first, &json!({})).await.unwrap(), 403, "pin-change-required");
    assert_status(&holder.phone.change_pin(&first, &email.code, "908172").await.unwrap(), 204);
    let session = PhoneSession::of(&holder.phone.log_in("908172").await.unwrap()).unwrap();
    assert_status(&holder.phone.mint(&session, &json!({})).await.unwrap(), 201);
    assert_eq!(
        world.items("identities").len(),
        4,
        "no second device, registration or holder; and the list of who waits"
    );
}

#[tokio::test]
async fn the_email_says_that_the_pin_was_reset() {
    let world = World::new().await;
    world.holder(SITI).await;
    reset(&world, SITI).await;
    let mail = world.ses.taken().pop().unwrap();
    let text = mail["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap();
    assert!(text.contains("mengatur ulang PIN") && text.contains("has reset the PIN"), "{text}");
}

#[tokio::test]
async fn wrong_pins_and_their_lock_are_forgotten_with_the_pin() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for _ in 0..3 {
        holder.phone.log_in("908172").await.unwrap();
    }
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 423, "pin-locked");
    let email = reset(&world, SITI).await;
    assert_status(&world.activate(&email, &email.code).await, 200);
    assert_status(&holder.phone.log_in(&email.code).await.unwrap(), 200);
}

#[tokio::test]
async fn the_officer_corrects_an_address_that_does_not_reach_the_holder() {
    let world = World::new().await;
    let activated = world.activated(SITI).await;
    world.pass(A_MINUTE);
    let reply = world.officer().reset_pin(SITI, Some("siti.baru@contoh.id")).await.unwrap();
    assert_status(&reply, 202);
    let status = activated.phone.check_status(&activated.registration).await.unwrap();
    assert_eq!(status.member("/stage").as_deref(), Some("approved"));
    assert_eq!(status.member("/activation_email/delivery").as_deref(), Some("queued"));
    world.deliver().await;
    let email = world.activation_email("siti.baru@contoh.id");
    assert_status(&world.activate(&email, &email.code).await, 200);
    let status = activated.phone.check_status(&activated.registration).await.unwrap();
    assert_eq!(status.member("/stage").as_deref(), Some("active"));
}

#[tokio::test]
async fn a_reset_can_be_asked_for_again_after_a_minute_and_kills_the_code_before() {
    let world = World::new().await;
    world.holder(SITI).await;
    let older = reset(&world, SITI).await;
    let reply = world.officer().reset_pin(SITI, None).await.unwrap();
    assert_problem(&reply, 429, "too-many-emails");
    let newer = reset(&world, SITI).await;
    assert_problem(&world.activate(&older, &older.code).await, 404, "link-dead");
    assert_status(&world.activate(&newer, &newer.code).await, 200);
}

#[tokio::test]
async fn each_reset_brings_five_emails_of_its_own() {
    let world = World::new().await;
    let activated = world.activated(SITI).await;
    for _ in 0..2 {
        reset(&world, SITI).await;
        for _ in 2..=5 {
            world.pass(A_MINUTE);
            assert_status(&activated.phone.ask_for_another_email(&activated.registration).await.unwrap(), 202);
        }
        world.pass(A_MINUTE);
        let reply = activated.phone.ask_for_another_email(&activated.registration).await.unwrap();
        assert_problem(&reply, 409, "emails-used-up");
    }
    world.assert_sound();
}

#[tokio::test]
async fn a_code_that_was_never_used_leaves_the_device_waiting_and_the_next_reset_helps() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let email = reset(&world, SITI).await;
    // Far beyond the life of a registration that no phone was bound to.
    world.pass(SignedDuration::from_hours(30 * 24));
    assert_problem(&world.activate(&email, &email.code).await, 410, "activation-code-expired");
    let email = reset(&world, SITI).await;
    assert_status(&world.activate(&email, &email.code).await, 200);
    assert_status(&holder.phone.log_in(&email.code).await.unwrap(), 200);
}

#[tokio::test]
async fn a_block_ends_a_reset_too() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let email = reset(&world, SITI).await;
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    assert_problem(&world.activate(&email, &email.code).await, 404, "link-dead");
    assert_problem(&holder.phone.log_in(&email.code).await.unwrap(), 403, "device-blocked");
    world.assert_sound();
    assert_problem(&world.officer().reset_pin(SITI, None).await.unwrap(), 404, "no-device");
    world.holder(SITI).await.mint().await;
    world.assert_sound();
}

#[tokio::test]
async fn a_device_that_was_blocked_past_the_reset_is_not_brought_back() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let email = reset(&world, SITI).await;
    let key = keys::device(holder.phone.key.thumbprint());
    let device: Device = world.read("identities", ("pk", &key)).unwrap();
    let device = device.into_active().unwrap().block(BlockedBy::Holder, BlockReason::Lost, world.clock.now());
    world.put("identities", ("pk", &key), &Device::<DeviceState>::from(device)).await;
    assert_problem(&world.activate(&email, &email.code).await, 404, "link-dead");
    let now: Device = world.read("identities", ("pk", &key)).unwrap();
    assert!(now.is_blocked());
}

/// The bodies that concern one phone, and nothing that waits to become another one.
fn about_one_phone(phone: &Phone, since: Timestamp) -> [Value; 3] {
    let named = json!({ "nik": SITI, "reason": "lost", "device": phone.key.thumbprint() });
    [named, theft_of(SITI, phone, since), theft(SITI, since)]
}

#[tokio::test]
async fn a_report_of_one_phone_ends_the_reset_of_its_pin() {
    for number in 0..3 {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        let email = reset(&world, SITI).await;
        assert!(!world.stored_holder(SITI)["registration"].is_null());
        let body = &about_one_phone(&holder.phone, world.clock.now())[number];
        assert_status(&world.officer().report(body).await.unwrap(), 200);
        assert!(world.stored_holder(SITI)["registration"].is_null(), "{body}");
        assert_problem(&world.activate(&email, &email.code).await, 404, "link-dead");
        assert_problem(&holder.phone.log_in(&email.code).await.unwrap(), 403, "device-blocked");
        world.assert_sound();
        world.holder(SITI).await.mint().await;
    }
}

#[tokio::test]
async fn a_refused_report_leaves_the_reset_of_the_pin_waiting() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let before = world.clock.now() - SignedDuration::from_secs(1);
    let email = reset(&world, SITI).await;
    for since in [before, world.clock.now() + SignedDuration::from_secs(1)] {
        assert_invalid(&world.report_theft(SITI, since).await, &["/stolen_since"]);
        assert_invalid(&world.report_theft_of(SITI, &holder.phone, since).await, &["/stolen_since"]);
    }
    assert_status(&world.activate(&email, &email.code).await, 200);
    assert_status(&holder.phone.log_in(&email.code).await.unwrap(), 200);
}

/// An old device that survived the approval of the next one, as when its block was lifted by a restored backup.
async fn approved_beside(world: &World, old: &Phone) -> ActivationEmail {
    let new = world.registered(SITI).await;
    let key = keys::device(old.key.thumbprint());
    let device: Device = world.read("identities", ("pk", &key)).unwrap();
    assert_status(&world.officer().approve_replacing_device(&new.ticket).await.unwrap(), 200);
    world.put("identities", ("pk", &key), &device).await;
    assert_eq!(world.deliver().await, [""; 0]);
    world.activation_email(EMAIL)
}

#[tokio::test]
async fn a_report_of_one_phone_leaves_another_one_waiting() {
    for number in 0..3 {
        let world = World::new().await;
        let old = world.holder(SITI).await;
        let email = approved_beside(&world, &old.phone).await;
        let body = &about_one_phone(&old.phone, world.clock.now())[number];
        let reply = world.officer().report(body).await.unwrap();
        assert_status(&reply, 200);
        assert_eq!(reply.json()["registration_ended"], false, "{body}");
        assert_problem(&old.phone.log_in(PIN).await.unwrap(), 403, "device-blocked");
        assert_status(&world.activate(&email, &email.code).await, 200);
        world.assert_sound();
    }
}

#[tokio::test]
async fn another_phone_that_waits_for_its_activation_comes_first() {
    let world = World::new().await;
    world.holder(SITI).await;
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    let old = world.holder(SITI).await;
    approved_beside(&world, &old.phone).await;
    world.pass(A_MINUTE);
    assert_problem(&world.officer().reset_pin(SITI, None).await.unwrap(), 409, "another-registration-waits");
}

#[tokio::test]
async fn of_two_resets_at_once_one_happens() {
    let world = World::new().await;
    let holder = world.activated(SITI).await;
    world.pass(A_MINUTE);
    let officer = world.officer();
    let replies = futures::future::join_all((0..4).map(|_| officer.reset_pin(SITI, None))).await;
    let mut done = 0;
    for reply in replies {
        let reply = reply.unwrap();
        match reply.status.as_u16() {
            202 => done += 1,
            409 => assert_problem(&reply, 409, "concurrent-requests"),
            _ => assert_problem(&reply, 429, "too-many-emails"),
        }
    }
    assert_eq!(done, 1);
    world.assert_sound();
    world.deliver().await;
    let email = world.activation_email(EMAIL);
    assert_status(&world.activate(&email, &email.code).await, 200);
    assert_status(&holder.phone.log_in(&email.code).await.unwrap(), 200);
}

#[tokio::test]
async fn where_there_is_no_device_the_officer_is_told() {
    let world = World::new().await;
    world.registered(BUDI).await;
    for nik in [SITI, BUDI, UNKNOWN] {
        assert_problem(&world.officer().reset_pin(nik, None).await.unwrap(), 404, "no-device");
    }
    let reply = world.officer().reset_pin("123", Some("bukan email")).await.unwrap();
    assert_invalid(&reply, &["/nik", "/email"]);
}

#[tokio::test]
async fn for_a_holder_who_is_gone_there_is_no_new_pin_and_the_old_one_remains() {
    for (change, problem) in [("deceased", "holder-deceased"), ("moved", "holder-moved")] {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        world.pass(A_MINUTE);
        world
            .change_resident(SITI, |resident| match change {
                "deceased" => resident.deceased = true,
                _ => "35.78".clone_into(&mut resident.municipality),
            })
            .await;
        let [to_officer, to_holder] =
            [world.officer().reset_pin(SITI, None).await.unwrap(), holder.phone.log_in(PIN).await.unwrap()];
        for reply in [&to_officer, &to_holder] {
            assert_problem(reply, 403, problem);
        }
        world.assert_sound();
        let detail = to_officer.member("/detail").unwrap();
        assert!(detail.starts_with("Penduduk ini tercatat"), "an officer reads of somebody else: {detail}");
        assert_ne!(to_holder.member("/detail").unwrap(), detail);
        world.lose_resident(SITI);
        assert_problem(&world.officer().reset_pin(SITI, None).await.unwrap(), 503, "service-unavailable");
        world.change_resident(SITI, |_| {}).await;
        assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
    }
}

#[tokio::test]
async fn a_code_shown_before_the_reset_lives_out_its_seconds_and_no_new_one_is_minted() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    world.pass(A_MINUTE);
    assert_status(&world.officer().reset_pin(SITI, None).await.unwrap(), 202);
    assert_status(&bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap(), 200);
    assert_problem(&holder.mint_reply(&json!({})).await, 401, "session-ended");
}

#[tokio::test]
async fn officers_alone_reset_pins_and_without_the_database_they_come_back_later() {
    let world = World::without_database().await;
    assert_problem(&world.officer().reset_pin(SITI, None).await.unwrap(), 503, "service-unavailable");
    let phone = world.phone();
    let reply = phone.send(Method::POST, "/pin-resets", None, Some(&json!({ "nik": SITI }))).await.unwrap();
    assert_problem(&reply, 401, "missing-token");
}
