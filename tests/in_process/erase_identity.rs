//! erase-identity: the holder ends the identity, with the PIN, in one transaction.

use futures::future::join_all;
use http::{Method, Request};
use ikd::app::Clock;
use jiff::SignedDuration;
use local::actors::{Reply, document_hash};
use local::personas::{BANK, SITI};
use serde_json::json;
use tests::{HolderWithSession, PIN, WRONG_PINS, World, assert_invalid, assert_problem, assert_status};

pub async fn erase(holder: &HolderWithSession) -> Reply {
    holder.phone.erase(&holder.session, PIN).await.unwrap()
}

#[tokio::test]
async fn the_identity_ends_with_the_answer() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let (bank, qr) = (world.integrator(BANK), holder.mint().await.token);
    assert_status(&erase(&holder).await, 202);
    assert_problem(&holder.mint_reply(&json!({})).await, 403, "device-blocked");
    assert_problem(&erase(&holder).await, 403, "device-blocked");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 403, "device-blocked");
    let reply = bank.redeem(&bank.token().await.unwrap(), &qr, BANK.purposes[0].name, None).await.unwrap();
    assert_problem(&reply, 410, "qr-code-device-blocked");
    assert_problem(&world.officer().reset_pin(SITI, None).await.unwrap(), 404, "no-device");
    world.assert_sound();
}

/// Some clients, and some proxies, leave the body of a DELETE out.
#[tokio::test]
async fn an_erasure_by_post_is_an_erasure_by_delete() {
    for by_delete in [false, true] {
        let world = World::new().await;
        let HolderWithSession { phone, session, .. } = &world.holder(SITI).await;
        let erase = async |pin: &str| {
            let reply =
                if by_delete { phone.erase_by_delete(session, pin).await } else { phone.erase(session, pin).await };
            reply.unwrap()
        };
        assert_invalid(&erase("12345").await, &["/pin"]);
        assert_problem(&erase("908172").await, 401, "invalid-credentials");
        assert!(world.items("erasures").is_empty());
        assert_status(&erase(PIN).await, 202);
        assert_eq!(world.items("erasures").len(), 1);
        assert_problem(&erase(PIN).await, 403, "device-blocked");
        world.assert_sound();
    }
}

#[tokio::test]
async fn the_answer_says_what_is_kept_why_and_until_when() {
    for (language, why) in [("id", "layanan ini hanya membacanya"), ("en", "this service only reads it")] {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        let proof = holder.phone.proof(&Method::DELETE, "/me", Some(&holder.session)).unwrap();
        let request = Request::delete("http://ikd.test/me")
            .header("authorization", format!("DPoP {}", holder.session.access_token))
            .header("dpop", proof)
            .header("content-type", "application/json")
            .header("accept-language", language);
        let reply = world.send(request.body(json!({ "pin": PIN }).to_string()).unwrap()).await;
        assert_status(&reply, 202);
        let kept = reply.json()["kept"].clone();
        assert_eq!(kept[0]["what"], "population-registry");
        assert!(kept[0]["why"].as_str().unwrap().contains(why), "{kept}");
        assert!(kept[0].get("until").is_none());
        let in_ten_years = "2036-11-19T05:00:00.000Z";
        for (position, what) in [(1, "signatures"), (2, "devices"), (4, "approval-count")] {
            assert_eq!((&kept[position]["what"], &kept[position]["until"]), (&json!(what), &json!(in_ten_years)));
        }
    }
}

#[tokio::test]
async fn no_registration_of_before_comes_back_to_life() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let before = world.registered(SITI).await;
    assert_status(&erase(&holder).await, 202);
    assert_problem(&world.officer().approve(&before.ticket).await.unwrap(), 409, "registration-ended");
    assert_eq!(world.finish_erasures().await, [""; 0]);
    assert_problem(&before.phone.check_status(&before.id).await.unwrap(), 404, "not-found");
}

#[tokio::test]
async fn what_a_thief_signed_stays_revoked() {
    let world = World::new().await;
    let stolen = world.holder(SITI).await;
    let signed = stolen.phone.sign(&stolen.session, &document_hash(b"A"), PIN).await.unwrap();
    assert_status(&world.report_theft(SITI, world.clock.now()).await, 200);
    let holder = world.holder(SITI).await;
    assert_status(&erase(&holder).await, 202);
    assert_eq!(world.finish_erasures().await, [""; 0]);
    let path = format!("http://ikd.test/signatures/{}", signed.member("/id").unwrap());
    let reply = world.send(Request::get(path).body(String::new()).unwrap()).await;
    assert_eq!(reply.member("/validity").as_deref(), Some("revoked"));
}

#[tokio::test]
async fn the_key_of_an_erased_identity_stays_refused_and_a_new_one_enrols() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_status(&erase(&holder).await, 202);
    assert_eq!(world.finish_erasures().await, [""; 0]);
    world.pass(SignedDuration::from_hours(24 * 365));
    assert_problem(&world.register(&holder.phone, SITI).await, 409, "key-already-bound");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 403, "device-blocked");
    world.holder(SITI).await.mint().await;
}

#[tokio::test]
async fn enrolling_after_an_erasure_may_take_its_time() {
    const DAY: SignedDuration = SignedDuration::from_hours(24);

    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_status(&erase(&holder).await, 202);
    assert_eq!(world.finish_erasures().await, [""; 0]);
    world.pass(5 * DAY);
    let registered = world.registered(SITI).await;
    world.pass(3 * DAY);
    world.sweep();
    let ticket = registered.phone.check_status(&registered.id).await.unwrap().member("/ticket/text").unwrap();
    assert_status(&world.officer().approve(&ticket).await.unwrap(), 200);
    world.assert_sound();
}

#[tokio::test]
async fn without_the_pin_nothing_is_erased() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_invalid(&holder.phone.erase(&holder.session, "12345").await.unwrap(), &["/pin"]);
    for (status, problem) in WRONG_PINS {
        assert_problem(&holder.phone.erase(&holder.session, "908172").await.unwrap(), status, problem);
    }
    assert_problem(&erase(&holder).await, 401, "session-ended");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 423, "pin-locked");
    assert!(world.items("erasures").is_empty());
}

#[tokio::test]
async fn of_many_wishes_at_once_one_ends_the_identity() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let replies = join_all((0..6).map(|_| erase(&holder))).await;
    let done = replies.iter().filter(|reply| reply.status.as_u16() == 202).count();
    let orders = world.items("erasures").len();
    assert!(done <= 1 && orders == done, "{done} answered, {orders} ordered");
    for reply in replies.iter().filter(|reply| reply.status.as_u16() != 202) {
        match reply.status.as_u16() {
            409 => assert_problem(reply, 409, "concurrent-requests"),
            401 => assert!(["session-ended", "invalid-credentials"].contains(&reply.problem().unwrap().as_str())),
            403 => assert_problem(reply, 403, "device-blocked"),
            _ => assert_problem(reply, 423, "pin-locked"),
        }
    }
    world.assert_sound();
}

#[tokio::test]
async fn without_the_database_nothing_is_erased() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let phone = holder.phone.speaking_to(world.with_database_gone());
    assert_problem(&phone.erase(&holder.session, PIN).await.unwrap(), 503, "service-unavailable");
    holder.mint().await;
}
