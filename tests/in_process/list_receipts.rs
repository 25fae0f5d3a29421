//! list-receipts: the holder sees who redeemed what, and whether a receipt is missing.

use http::Method;
use ikd::store::keys;
use jiff::SignedDuration;
use local::actors::Reply;
use local::personas::{BANK, BUDI, Organisation, SITI};
use local::stack::database::PREFIX;
use local::stack::dynamodb::Operation;
use operator::receipts::{Verified, verify};
use serde_json::{Value, json};
use tests::{HolderWithSession, World, assert_invalid, assert_problem, assert_status};

pub async fn receipts(holder: &HolderWithSession, query: &str) -> Reply {
    let path = "/me/receipts";
    let proof = holder.phone.proof(&Method::GET, path, Some(&holder.session)).unwrap();
    let page = format!("{path}{query}");
    holder.phone.send_with_proof(Method::GET, &page, Some(&holder.session), Some(&proof), None).await.unwrap()
}

pub async fn redeemed(world: &World, holder: &HolderWithSession, by: Organisation) {
    let integrator = world.integrator(by);
    let (token, qr) = (integrator.token().await.unwrap(), holder.mint().await.token);
    assert_status(&integrator.redeem(&token, &qr, by.purposes[0].name, None).await.unwrap(), 200);
}

#[tokio::test]
async fn pages_lead_from_the_newest_receipt_to_the_oldest() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for _ in 0..23 {
        redeemed(&world, &holder, BANK).await;
    }
    world.record_receipts().await;
    let first = receipts(&holder, "").await.json();
    assert_eq!((first["receipts"].as_array().unwrap().len(), &first["next_before"]), (20, &json!(4)));
    let second = receipts(&holder, "?before=4").await.json();
    let numbers: Vec<&Value> = second["receipts"].as_array().unwrap().iter().map(|one| &one["sequence"]).collect();
    assert_eq!(numbers, [3, 2, 1]);
    assert!(second.get("next_before").is_none());
    for query in ["?before=0", "?before=-1", "?before=x", "?before=99999999999", "?before="] {
        assert_invalid(&receipts(&holder, query).await, &["/before"]);
    }
}

#[tokio::test]
async fn a_receipt_that_is_recorded_while_the_list_is_read_is_listed() {
    const READ_OF_THE_HEAD: usize = 4;

    let world = World::with_patience().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, BANK).await;
    world.record_receipts().await;
    redeemed(&world, &holder, BANK).await;
    let gate = world.faults.hold(READ_OF_THE_HEAD);
    let (reply, ()) = tokio::join!(receipts(&holder, ""), async {
        assert!(gate.has_call().await);
        world.record_receipts().await;
        gate.open();
    });
    let json = reply.json();
    assert_eq!((&json["head"]["count"], &json["receipts"][0]["sequence"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn receipts_end_after_five_years_whether_or_not_they_were_swept() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, BANK).await;
    world.record_receipts().await;
    world.pass(SignedDuration::from_hours(24));
    let holder = holder.logged_in_again().await;
    redeemed(&world, &holder, BANK).await;
    world.record_receipts().await;
    assert_eq!(receipts(&holder, "").await.json()["receipts"].as_array().unwrap().len(), 2);
    world.pass(SignedDuration::from_hours((5 * 365 - 1) * 24));
    let holder = holder.logged_in_again().await;
    let page = receipts(&holder, "").await.json();
    let left: Vec<&Value> = page["receipts"].as_array().unwrap().iter().map(|one| &one["sequence"]).collect();
    assert_eq!((left, &page["head"]["count"]), (vec![&json!(2)], &json!(2)));
    world.pass(SignedDuration::from_hours(24));
    let holder = holder.logged_in_again().await;
    assert_eq!(receipts(&holder, "").await.json()["receipts"], json!([]));
}

#[tokio::test]
async fn a_receipt_that_was_taken_out_or_altered_shows() {
    let world = World::new().await;
    for nik in [SITI, BUDI] {
        let holder = world.holder(nik).await;
        for _ in 0..3 {
            redeemed(&world, &holder, BANK).await;
        }
    }
    world.record_receipts().await;
    let verify = async || verify(world.database.client().unwrap(), &format!("{PREFIX}receipts")).await.unwrap();
    assert_eq!(verify().await, Verified { chains: 2, receipts: 6, broken: vec![] });

    let items = world.items("receipts");
    let item = |holder: &str, position: &str| {
        let is = |item: &&Value| item["holder"]["S"] == holder && item["position"]["S"] == position;
        items.iter().find(is).unwrap().clone()
    };
    let mut altered = item(SITI, &keys::receipt(2));
    altered["purpose"]["S"] = json!("curiosity");
    let put = json!({ "TableName": format!("{PREFIX}receipts"), "Item": altered });
    world.database.call(Operation::PutItem, put).unwrap();
    let taken = item(BUDI, &keys::receipt(3));
    let key = json!({ "holder": taken["holder"], "position": taken["position"] });
    let delete = json!({ "TableName": format!("{PREFIX}receipts"), "Key": key });
    world.database.call(Operation::DeleteItem, delete).unwrap();

    let broken = verify().await.broken.join("\n");
    assert!(
        broken.contains("receipt 2 was altered") && broken.contains("the last receipts were taken out"),
        "{broken}"
    );
    assert!(!broken.contains(SITI) && !broken.contains(BUDI));
}

#[tokio::test]
async fn receipts_are_the_holders_alone() {
    let world = World::new().await;
    let (siti, budi) = (world.holder(SITI).await, world.holder(BUDI).await);
    redeemed(&world, &siti, BANK).await;
    world.record_receipts().await;
    assert_eq!(receipts(&budi, "").await.json()["receipts"], json!([]));
    let broken = siti.phone.speaking_to(world.with_database_gone());
    let reply = broken.send(Method::GET, "/me/receipts", Some(&siti.session), None).await.unwrap();
    assert_problem(&reply, 503, "service-unavailable");
}
