//! mint-qr: a code for 90 seconds, one at a time.

use local::personas::{BANK, SITI};
use serde_json::json;
use tests::{World, assert_invalid, assert_problem, assert_status};

#[tokio::test]
async fn a_minted_code_says_when_it_ends_and_what_it_discloses() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let reply = holder.mint_reply(&json!({})).await;
    assert_status(&reply, 201);
    let json = reply.json();
    assert_eq!(json["expires_at"], "2026-11-22T05:01:30.000Z");
    assert_eq!(json["claims"], json!(["nik", "name", "birthdate", "address"]));
    assert_eq!(json["image"]["media_type"], "image/svg+xml");
    assert!(json["token"].as_str().unwrap().len() >= 26, "128 bits or more");
}

#[tokio::test]
async fn the_store_keeps_a_hash_and_no_token() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    let stored = world.items("qr_codes");
    assert_eq!(stored.len(), 1);
    assert!(!stored[0].to_string().contains(&qr.token));
    assert!(stored[0]["expires_at"]["N"].is_string());
}

#[tokio::test]
async fn minting_replaces_the_code_before() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let (old, new) = (holder.mint().await, holder.mint().await);
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let redeem = async |qr: &str| bank.redeem(&token, qr, "account-opening", None).await.unwrap();
    assert_problem(&redeem(&old.token).await, 410, "qr-code-superseded");
    assert_status(&redeem(&new.token).await, 200);
}

#[tokio::test]
async fn twenty_mints_at_once_leave_one_live_code() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let mut mints = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (phone, session) = (holder.phone.clone(), holder.session.clone());
        mints.spawn(async move { phone.mint(&session, &json!({})).await.unwrap() });
    }
    let mut tokens = Vec::new();
    while let Some(reply) = mints.join_next().await {
        let reply = reply.unwrap();
        match reply.status.as_u16() {
            201 => tokens.push(reply.member("/token").unwrap()),
            _ => assert_problem(&reply, 409, "concurrent-requests"),
        }
    }
    assert!(!tokens.is_empty());
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let mut redeemed = 0;
    for qr in &tokens {
        let reply = bank.redeem(&token, qr, "account-opening", None).await.unwrap();
        if reply.status.as_u16() == 200 {
            redeemed += 1;
        } else {
            assert_problem(&reply, 410, "qr-code-superseded");
        }
    }
    assert_eq!(redeemed, 1);
}

#[tokio::test]
async fn the_holder_chooses_what_to_disclose() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let reply = holder.mint_reply(&json!({ "claims": ["age_over_17"], "format": "png" })).await;
    assert_eq!(reply.json()["claims"], json!(["age_over_17"]));
    assert_eq!(reply.json()["image"]["media_type"], "image/png");
    assert_invalid(&holder.mint_reply(&json!({ "claims": [] })).await, &["/claims"]);
    assert_invalid(&holder.mint_reply(&json!({ "claims": ["religion"] })).await, &["/claims/0"]);
    assert_invalid(&holder.mint_reply(&json!({ "format": "gif" })).await, &["/format"]);
}

#[tokio::test]
async fn a_client_that_draws_the_code_itself_gets_no_picture() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let minted = holder.mint_reply(&json!({ "format": "none" })).await.json();
    assert_eq!(minted.get("image"), None);
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let reply = bank.redeem(&token, minted["token"].as_str().unwrap(), "account-opening", None).await.unwrap();
    assert_status(&reply, 200);
}

#[tokio::test]
async fn two_tokens_of_one_holder_have_nothing_in_common_with_each_other_or_the_holder() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let (one, other) = (holder.mint().await.token, holder.mint().await.token);
    let longest = (0..one.len())
        .flat_map(|start| (start + 1..=one.len()).map(move |end| (start, end)))
        .filter(|(start, end)| other.contains(&one[*start..*end]))
        .map(|(start, end)| end - start)
        .max();
    assert!(longest.unwrap_or(0) < 6, "{one} {other}");
}
