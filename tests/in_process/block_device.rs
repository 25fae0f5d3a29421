//! block-device: from the moment it answers, the device can do nothing.

use futures::future::join_all;
use http::Method;
use ikd::domain::Id;
use ikd::domain::device::Device;
use ikd::store::keys;
use local::actors::{Phone, PhoneSession};
use local::personas::{BANK, BUDI, SITI, UNKNOWN};
use serde_json::json;
use tests::{Fault, Lasting, PIN, World, assert_invalid, assert_problem, assert_status};

use super::sign_document::{check, sign};

#[tokio::test]
async fn a_blocked_device_does_not_log_in_mint_lock_or_change_its_pin() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let reply = world.officer().block(SITI, "stolen").await.unwrap();
    assert_status(&reply, 200);
    assert_eq!(
        reply.json(),
        json!({
            "device": {
                "key": holder.phone.key.thumbprint(),
                "activated_at": "2026-11-22T05:00:00.000Z",
                "status": "blocked",
                "blocked_at": "2026-11-22T05:00:00.000Z",
                "reason": "stolen",
                "blocked_by": "officer",
            },
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
async fn a_holder_does_not_say_since_when_the_phone_was_stolen() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let signed = sign(&holder, PIN).await.member("/id").unwrap();
    for more in [json!({ "stolen_since": "1970-01-01T00:00:00Z" }), json!({ "justification": "Dicuri" })] {
        let mut body = json!({ "reason": "stolen" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let path = "/me/device-blocks";
        let reply = holder.phone.send(Method::POST, path, Some(&holder.session), Some(&body)).await.unwrap();
        assert_problem(&reply, 422, "validation-failed");
    }
    assert_status(&holder.phone.block_itself(&holder.session, "stolen").await.unwrap(), 200);
    assert_eq!(check(&world, &signed).await["validity"], "valid");
}

#[tokio::test]
async fn the_routes_of_holder_and_officer_do_not_take_each_others_tokens() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let body = json!({ "reason": "lost" });
    let by_holder =
        holder.phone.send(Method::POST, "/device-blocks", Some(&holder.session), Some(&body)).await.unwrap();
    assert_problem(&by_holder, 401, "missing-token");
    let by_officer = world.officer().send(Method::POST, "/me/device-blocks", Some(&body)).await.unwrap();
    assert_problem(&by_officer, 401, "missing-token");
    holder.mint().await;
}

#[tokio::test]
async fn a_block_gives_device_and_registration_their_end_by_one_write_or_neither() {
    let plays = Fault::ALL.into_iter().map(|fault| async move {
        let world = World::with_faults().await;
        for call in 1..=3 {
            let device = world.activated(&world.newcomer().await).await;
            let session = PhoneSession::of(&device.phone.log_in(&device.code).await.unwrap()).unwrap();
            world.faults.plan(call, fault, Lasting::UntilMended);
            let _ = device.phone.block_itself(&session, "lost").await.unwrap();
            assert!(world.faults.mend(), "the step makes three calls");
            let is_blocked = world.stored_device(device.phone.key.thumbprint())["status"]["S"] == "blocked";
            let has_end = world.stored_registration(&device.registration).get("expires_at").is_some();
            assert_eq!(is_blocked, has_end, "{fault:?} at call {call}");
        }
    });
    join_all(plays).await;
}

#[tokio::test]
async fn a_device_whose_registration_is_gone_is_blocked_all_the_same() {
    let world = World::new().await;
    let holder = world.activated(SITI).await;
    let registration = keys::registration(&Id::parse(&holder.registration).unwrap());
    world.delete("identities", ("pk", &registration));
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    assert_problem(&holder.phone.log_in(&holder.code).await.unwrap(), 403, "device-blocked");
    assert!(world.item("identities", ("pk", &registration)).is_none(), "nothing is left of it");
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
    for reason in ["replaced", "erased"] {
        assert_invalid(&world.officer().block(SITI, reason).await.unwrap(), &["/reason"]);
    }
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
