//! block-device: from the moment it answers, the device can do nothing.

use ikd::domain::device::Device;
use ikd::store::keys;
use local::actors::Phone;
use local::personas::{BANK, BUDI, SITI, UNKNOWN};
use serde_json::json;
use tests::{PIN, World, assert_invalid, assert_problem, assert_status};

#[tokio::test]
async fn a_blocked_device_does_not_log_in_mint_lock_or_change_its_pin() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let reply = world.officer().block(SITI, "stolen").await.unwrap();
    assert_status(&reply, 200);
    assert_eq!(
        reply.json(),
        json!({
            "device": { "blocked_at": "2026-11-22T05:00:00Z", "reason": "stolen", "blocked_by": "officer" },
            "registration_ended": false,
        })
    );
    let (phone, session) = (&holder.phone, &holder.session);
    for reply in [
        phone.log_in(PIN).await,
        phone.mint(session, &json!({})).await,
        phone.lock(session).await,
        phone.change_pin(session, PIN, "908172").await,
        phone.block_itself(session, "lost").await,
    ] {
        assert_problem(&reply.unwrap(), 403, "device-blocked");
    }
}

#[tokio::test]
async fn blocking_twice_is_harmless_and_tells_of_the_first_time() {
    let world = World::new().await;
    world.holder(SITI).await;
    let first = world.officer().block(SITI, "lost").await.unwrap();
    world.pass(jiff::SignedDuration::from_mins(5));
    let second = world.officer().block(SITI, "stolen").await.unwrap();
    assert_status(&second, 200);
    assert_eq!(first.json()["device"], second.json()["device"]);
}

#[tokio::test]
async fn a_holder_blocks_the_own_device() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let reply = holder.phone.block_itself(&holder.session, "other").await.unwrap();
    assert_status(&reply, 200);
    assert_eq!(reply.member("/device/blocked_by").as_deref(), Some("holder"));
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 403, "device-blocked");
}

#[tokio::test]
async fn a_blocked_or_replaced_phone_is_told_so() {
    let world = World::new().await;
    let old = world.activated(SITI).await;
    let stage = async |phone: &Phone, id: &str| phone.check_status(id).await.unwrap().member("/stage").unwrap();
    assert_eq!(stage(&old.phone, &old.registration).await, "active");
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    assert_eq!(stage(&old.phone, &old.registration).await, "blocked");
    let new = world.activated(SITI).await;
    assert_eq!(stage(&old.phone, &old.registration).await, "ended");
    assert_eq!(stage(&new.phone, &new.registration).await, "active");
}

#[tokio::test]
async fn one_residents_block_touches_nobody_else() {
    let world = World::new().await;
    let (_, budi) = (world.holder(SITI).await, world.holder(BUDI).await);
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    budi.mint().await;
}

#[tokio::test]
async fn an_approved_registration_that_waits_is_taken_back() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let reply = world.officer().block(SITI, "stolen").await.unwrap();
    assert_eq!(reply.json(), json!({ "device": null, "registration_ended": true }));
    assert_problem(&world.activate(&approved.email, &approved.email.code).await, 404, "link-dead");
    let again = world.officer().block(SITI, "stolen").await.unwrap();
    assert_eq!(again.json(), json!({ "device": null, "registration_ended": false }), "twice is harmless");
    let status = approved.registered.phone.check_status(&approved.registered.id).await.unwrap();
    assert_eq!(status.member("/stage").as_deref(), Some("ended"));
}

#[tokio::test]
async fn after_a_block_the_resident_enrols_a_new_phone() {
    let world = World::new().await;
    world.holder(SITI).await;
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    world.holder(SITI).await.mint().await;
}

#[tokio::test]
async fn where_there_is_no_device_the_officer_is_told() {
    let world = World::new().await;
    for nik in [SITI, UNKNOWN] {
        assert_problem(&world.officer().block(nik, "lost").await.unwrap(), 404, "no-device");
    }
    assert_invalid(&world.officer().block("123", "lost").await.unwrap(), &["/nik"]);
    assert_invalid(&world.officer().block(SITI, "replaced").await.unwrap(), &["/reason"]);
}

#[tokio::test]
async fn a_block_that_races_redemptions_and_mints_leaves_nothing_alive() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let qr = holder.mint().await;
    let officer = world.officer();
    let anything = json!({});
    let (block, mint, _) = tokio::join!(
        officer.block(SITI, "lost"),
        holder.phone.mint(&holder.session, &anything),
        bank.redeem(&token, &qr.token, "account-opening", None),
    );
    assert_status(&block.unwrap(), 200);
    for qr in [Some(qr.token), mint.unwrap().member("/token")].into_iter().flatten() {
        let reply = bank.redeem(&token, &qr, "account-opening", None).await.unwrap();
        assert_eq!(reply.status.as_u16(), 410, "{}", reply.text);
    }
}

/// How soon a block works, in requests: the first one on every path after it was answered is refused.
#[tokio::test]
async fn after_a_block_is_answered_no_request_on_any_path_goes_through() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let (bank, anything) = (world.integrator(BANK), json!({}));
    let token = bank.token().await.unwrap();
    let won = holder.mint().await.token;
    assert_status(&bank.redeem(&token, &won, "account-opening", Some("k")).await.unwrap(), 200);
    let shown = holder.mint().await.token;
    let (phone, session) = (&holder.phone, &holder.session);
    assert_status(&world.officer().block(SITI, "stolen").await.unwrap(), 200);
    let (login, mint, lock, pin, block, redeem, again) = tokio::join!(
        phone.log_in(PIN),
        phone.mint(session, &anything),
        phone.lock(session),
        phone.change_pin(session, PIN, "908172"),
        phone.block_itself(session, "lost"),
        bank.redeem(&token, &shown, "account-opening", None),
        bank.redeem(&token, &won, "account-opening", Some("k")),
    );
    for reply in [login, mint, lock, pin, block] {
        assert_problem(&reply.unwrap(), 403, "device-blocked");
    }
    for reply in [redeem, again] {
        assert_problem(&reply.unwrap(), 410, "qr-code-device-blocked");
    }
    world.assert_sound();
}

/// The device is restored each time, so that only the race is run again.
#[tokio::test]
async fn a_thousand_redemptions_that_race_with_a_block_never_disclose_after_it() {
    const ROUNDS: usize = 1_000;

    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let (bank, officer) = (world.integrator(BANK), world.officer());
    let token = bank.token().await.unwrap();
    let key = keys::device(holder.phone.key.thumbprint());
    let device: Device = world.read("identities", ("pk", &key)).unwrap();
    let (mut disclosed, mut withheld) = (0, 0);
    for round in 0..ROUNDS {
        world.put("identities", ("pk", &key), &device).await;
        let qr = holder.mint().await.token;
        let redeem = async || bank.redeem(&token, &qr, "account-opening", Some("k")).await.unwrap();
        // One of the two starts later by a number of turns, so that they meet at every point.
        let (redeem_waits, block_waits) = if round % 2 == 0 { (0, round % 97) } else { (round % 97, 0) };
        let (redeemed, blocked) = tokio::join!(
            async {
                wait(redeem_waits).await;
                redeem().await
            },
            async {
                wait(block_waits).await;
                officer.block(SITI, "lost").await.unwrap()
            }
        );
        assert_status(&blocked, 200);
        if redeemed.status.as_u16() == 200 {
            disclosed += 1;
        } else {
            assert_problem(&redeemed, 410, "qr-code-device-blocked");
            withheld += 1;
        }
        assert_problem(&redeem().await, 410, "qr-code-device-blocked");
    }
    assert!(disclosed > 0 && withheld > 0, "no race: {disclosed} disclosed, {withheld} withheld");
}

/// Lets everything else that is ready have so many turns.
async fn wait(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}
