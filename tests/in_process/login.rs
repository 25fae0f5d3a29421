//! login: device key and PIN open a session; a try is counted before the PIN is checked.

use jiff::SignedDuration;
use local::actors::PhoneSession;
use local::personas::SITI;
use serde_json::json;
use tests::{PIN, World, assert_invalid, assert_problem, assert_status};

#[tokio::test]
async fn the_first_login_opens_change_pin_only_and_the_next_one_everything() {
    let world = World::new().await;
    let activated = world.activated(SITI).await;
    let phone = &activated.phone;
    let reply = phone.log_in(&activated.code).await.unwrap();
    assert_status(&reply, 200);
    let json = reply.json();
    assert_eq!(
        (&json["token_type"], &json["expires_in"], &json["scope"]),
        (&json!("DPoP"), &json!(600), &json!("change-pin"))
    );
    let first = PhoneSession::of(&reply).unwrap();
    assert_problem(&phone.mint(&first, &json!({})).await.unwrap(), 403, "pin-change-required");

    assert_status(&phone.change_pin(&first, &activated.code, PIN).await.unwrap(), 204);
    assert_problem(&phone.mint(&first, &json!({})).await.unwrap(), 401, "session-ended");
    assert_problem(&phone.log_in(&activated.code).await.unwrap(), 401, "invalid-credentials");
    let reply = phone.log_in(PIN).await.unwrap();
    assert_eq!(reply.json()["scope"], "holder");
    assert_status(&phone.mint(&PhoneSession::of(&reply).unwrap(), &json!({})).await.unwrap(), 201);
}

#[tokio::test]
async fn a_wrong_pin_and_an_unknown_phone_look_the_same() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let answers = [holder.phone.log_in("908172").await.unwrap(), world.phone().log_in("908172").await.unwrap()];
    let [known, unknown] = answers.map(|reply| {
        assert_problem(&reply, 401, "invalid-credentials");
        let mut json = reply.json();
        json.as_object_mut().unwrap().remove("instance");
        (json, reply.headers)
    });
    assert_eq!(known, unknown);
}

#[tokio::test]
async fn wrong_pins_lock_for_15_minutes_then_24_hours_then_until_the_office_unlocks() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let log_in = async |pin| holder.phone.log_in(pin).await.unwrap();
    for (wait, in_words) in [(15 * 60, "15 menit"), (24 * 60 * 60, "24 jam")] {
        for _ in 0..2 {
            assert_problem(&log_in("908172").await, 401, "invalid-credentials");
        }
        // The wrong one that locks says so, and then the right one is not looked at.
        for pin in ["908172", PIN] {
            let reply = log_in(pin).await;
            assert_problem(&reply, 423, "pin-locked");
            assert_eq!(reply.header("retry-after"), Some(wait.to_string().as_str()));
            let detail = reply.member("/detail").unwrap();
            assert!(detail.contains(&format!("Coba lagi dalam {in_words}.")), "{detail}");
        }
        world.pass(SignedDuration::from_secs(wait));
    }
    for _ in 0..2 {
        assert_problem(&log_in("908172").await, 401, "invalid-credentials");
    }
    assert_problem(&log_in("908172").await, 423, "pin-locked-until-office");
    world.pass(SignedDuration::from_hours(1_000));
    assert_problem(&log_in(PIN).await, 423, "pin-locked-until-office");
}

#[tokio::test]
async fn a_right_pin_forgets_the_wrong_ones() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for _ in 0..4 {
        for _ in 0..2 {
            assert_problem(&holder.phone.log_in("908172").await.unwrap(), 401, "invalid-credentials");
        }
        assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
    }
}

#[tokio::test]
async fn a_new_login_ends_the_session_before() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
    assert_problem(&holder.mint_reply(&json!({})).await, 401, "session-ended");
}

#[tokio::test]
async fn a_session_ends_after_ten_minutes() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.pass(SignedDuration::from_secs(599));
    holder.mint().await;
    world.pass(SignedDuration::from_secs(1));
    assert_problem(&holder.mint_reply(&json!({})).await, 401, "invalid-token");
}

#[tokio::test]
async fn what_is_no_pin_costs_no_try() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for pin in ["", "12345", "1234567", "abcdef"] {
        assert_invalid(&holder.phone.log_in(pin).await.unwrap(), &["/pin"]);
    }
    assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
}

#[tokio::test]
async fn the_lock_that_wrong_pins_bring_ends_the_session() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for _ in 0..2 {
        let reply = holder.phone.change_pin(&holder.session, "908172", "271828").await.unwrap();
        assert_problem(&reply, 401, "invalid-credentials");
        holder.mint().await;
    }
    let reply = holder.phone.change_pin(&holder.session, "908172", "271828").await.unwrap();
    assert_problem(&reply, 423, "pin-locked");
    assert_problem(&holder.mint_reply(&json!({})).await, 401, "session-ended");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 423, "pin-locked");
}
