//! What the registry learns ends a digital identity without a visit, and corrects what the next redemption shows.

use http::Method;
use local::actors::{Reply, document_hash};
use local::personas::{BANK, SITI};
use serde_json::{Value, json};
use tests::{HolderWithSession, PIN, World, assert_problem, assert_status};

/// What the registry may learn, and the answer that the holder then gets.
const CHANGES: [(&str, &str); 2] = [("deceased", "holder-deceased"), ("moved", "holder-moved")];

async fn learn(world: &World, what: &str) {
    world
        .change_resident(SITI, |resident| match what {
            "deceased" => resident.deceased = true,
            _ => "35.78".clone_into(&mut resident.municipality),
        })
        .await;
}

async fn send(holder: &HolderWithSession, method: Method, path: &str, body: Option<Value>) -> Reply {
    holder.phone.send(method, path, Some(&holder.session), body.as_ref()).await.unwrap()
}

#[tokio::test]
async fn login_mint_and_the_screens_refuse_a_holder_who_is_gone_and_the_device_is_marked() {
    let pins = json!({ "old_pin": PIN, "new_pin": "908172", "new_pin_repeated": "908172" });
    let signature = json!({ "document_hash": document_hash(b"A"), "pin": PIN });
    for (what, problem) in CHANGES {
        // Each of these may be the first to notice.
        for first in ["login", "mint", "/me", "/me/family", "/me/documents", "/me/documents/npwp", "/me/export", "sign"]
        {
            let world = World::new().await;
            let holder = world.holder(SITI).await;
            learn(&world, what).await;
            let reply = match first {
                "login" => holder.phone.log_in(PIN).await.unwrap(),
                "sign" => send(&holder, Method::POST, "/me/signatures", Some(signature.clone())).await,
                "mint" => holder.mint_reply(&json!({})).await,
                path => send(&holder, Method::GET, path, None).await,
            };
            assert_problem(&reply, 403, problem);
            world.assert_sound();
            // From then on the device's own item says so, whatever the registry says.
            world.change_resident(SITI, |_| {}).await;
            for reply in [
                holder.phone.log_in(PIN).await.unwrap(),
                holder.mint_reply(&json!({})).await,
                send(&holder, Method::GET, "/me", None).await,
                send(&holder, Method::POST, "/me/signatures", Some(signature.clone())).await,
                send(&holder, Method::GET, "/me/family", None).await,
                send(&holder, Method::GET, "/me/documents", None).await,
                send(&holder, Method::GET, "/me/documents/kk", None).await,
                send(&holder, Method::GET, "/me/receipts", None).await,
                send(&holder, Method::GET, "/me/export", None).await,
                send(&holder, Method::DELETE, "/me", Some(json!({ "pin": PIN }))).await,
                send(&holder, Method::DELETE, "/sessions/current", None).await,
                send(&holder, Method::PUT, "/pin", Some(pins.clone())).await,
                send(&holder, Method::POST, "/device-blocks", Some(json!({ "reason": "lost" }))).await,
            ] {
                assert_problem(&reply, 403, problem);
            }
            let reply = world.officer().block(SITI, "lost").await.unwrap();
            assert_eq!(reply.member("/device/reason").as_deref(), Some(what));
            assert_eq!(reply.member("/device/blocked_by").as_deref(), Some("registry"));
        }
    }
}

#[tokio::test]
async fn whoever_does_not_know_the_pin_learns_nothing_of_the_registry() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    learn(&world, "deceased").await;
    assert_problem(&holder.phone.log_in("908172").await.unwrap(), 401, "invalid-credentials");
}

#[tokio::test]
async fn a_code_of_a_holder_who_is_gone_discloses_nothing() {
    for (what, _) in CHANGES {
        let world = World::new().await;
        let qr = world.holder(SITI).await.mint().await;
        learn(&world, what).await;
        let bank = world.integrator(BANK);
        let reply = bank.redeem(&bank.token().await.unwrap(), &qr.token, "account-opening", None).await.unwrap();
        assert_problem(&reply, 403, "holder-not-eligible");
        assert!(reply.json().get("claims").is_none());
    }
}

#[tokio::test]
async fn a_corrected_name_shows_in_the_next_redemption() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.change_resident(SITI, |resident| resident.name = "SITI AMINAH WIJAYA".to_owned()).await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let reply = bank.redeem(&token, &holder.mint().await.token, "account-opening", None).await.unwrap();
    assert_status(&reply, 200);
    assert_eq!(reply.json()["claims"]["name"], "SITI AMINAH WIJAYA");
}

#[tokio::test]
async fn whoever_comes_back_enrols_a_new_device() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    learn(&world, "moved").await;
    assert_problem(&holder.mint_reply(&json!({})).await, 403, "holder-moved");
    world.change_resident(SITI, |_| {}).await;
    world.holder(SITI).await.mint().await;
}
