//! record-receipt and list-receipts: one receipt for each redemption, in a chain, and never a value.

use http::Method;
use ikd::domain::receipt::{self, ChainHead, Receipt};
use local::actors::Reply;
use local::personas::{BANK, BUDI, HOSPITAL, Organisation, SITI};
use local::stack::database::PREFIX;
use operator::receipts::{Verified, verify};
use serde_json::{Value, json};
use tests::{Fault, HolderWithSession, Lasting, World, assert_invalid, assert_problem, assert_status};

async fn receipts(holder: &HolderWithSession, query: &str) -> Reply {
    let path = "/me/receipts";
    let proof = holder.phone.proof(&Method::GET, path, Some(&holder.session)).unwrap();
    let page = format!("{path}{query}");
    holder.phone.send_with_proof(Method::GET, &page, Some(&holder.session), Some(&proof), None).await.unwrap()
}

async fn redeemed(world: &World, holder: &HolderWithSession, by: Organisation) {
    let integrator = world.integrator(by);
    let (token, qr) = (integrator.token().await.unwrap(), holder.mint().await.token);
    assert_status(&integrator.redeem(&token, &qr, by.purposes[0], None).await.unwrap(), 200);
}

fn chain(page: &Value) -> (Vec<Receipt>, ChainHead) {
    let mut receipts: Vec<Receipt> = serde_json::from_value(page["receipts"].clone()).unwrap();
    receipts.reverse();
    (receipts, serde_json::from_value(page["head"].clone()).unwrap())
}

#[tokio::test]
async fn each_redemption_leaves_a_receipt_that_says_who_when_why_and_which_claims() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, BANK).await;
    redeemed(&world, &holder, HOSPITAL).await;
    holder.mint().await;
    world.record_receipts().await;
    let reply = receipts(&holder, "").await;
    assert_status(&reply, 200);
    assert_eq!(reply.header("screen-capture"), Some("deny"));
    let page = reply.json();
    let [newest, oldest] = &page["receipts"].as_array().unwrap()[..] else { panic!("{page}") };
    assert_eq!((&newest["integrator"], &newest["sequence"]), (&json!("RSUD Kota Madiun"), &json!(2)));
    assert_eq!(newest["claims"], json!(["name", "birthdate"]), "what was disclosed, not what was chosen");
    assert_eq!((&oldest["integrator"], &oldest["purpose"]), (&json!("Bank Madiun"), &json!("account-opening")));
    assert_eq!(oldest["redeemed_at"], "2026-11-22T05:00:00Z");
    for value in [SITI, "SITI AMINAH", "1990-07-05", "PAHLAWAN"] {
        assert!(!reply.text.contains(value), "a receipt holds {value}");
    }
    let (receipts, head) = chain(&page);
    assert_eq!(receipt::verify(&receipts, &head), Ok(()));
}

#[tokio::test]
async fn a_batch_that_comes_again_leaves_no_second_receipt() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, BANK).await;
    holder.mint().await;
    for _ in 0..3 {
        world.record_receipts().await;
    }
    assert_eq!(receipts(&holder, "").await.json()["head"]["count"], 1);
}

#[tokio::test]
async fn two_batches_at_once_leave_one_chain() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for _ in 0..3 {
        redeemed(&world, &holder, BANK).await;
    }
    let records = world.qr_code_records(None);
    tokio::join!(world.record_receipts_of(&records), world.record_receipts_of(&records));
    world.record_receipts().await;
    let (receipts, head) = chain(&receipts(&holder, "").await.json());
    assert_eq!((receipts.len(), receipt::verify(&receipts, &head)), (3, Ok(())));
}

#[tokio::test]
async fn a_receipt_is_recorded_once_whatever_fails() {
    let plays = Fault::ALL.into_iter().map(|fault| async move {
        let world = World::with_faults().await;
        for (lasting, call) in [Lasting::OneAttempt, Lasting::UntilMended]
            .into_iter()
            .flat_map(|lasting| (1..=5).map(move |call| (lasting, call)))
        {
            let holder = world.holder(&world.newcomer().await).await;
            redeemed(&world, &holder, BANK).await;
            let records = last_redemption(&world);
            world.faults.plan(call, fault, lasting);
            world.record_receipts_of(&records).await;
            assert!(world.faults.mend(), "the function makes five calls");
            assert_eq!(world.record_receipts_of(&records).await, [""; 0]);
            let page = receipts(&holder, "").await.json();
            assert_eq!(page["head"]["count"], 1, "{fault:?} at call {call}");
            let (receipts, head) = chain(&page);
            assert_eq!(receipt::verify(&receipts, &head), Ok(()));
        }
    });
    futures::future::join_all(plays).await;
}

/// The stream's last record that redeems: those before it were worked off.
fn last_redemption(world: &World) -> Vec<Value> {
    let (mut position, mut last) = (None, None);
    loop {
        let records = world.qr_code_records(position.as_deref());
        let Some(end) = records.last() else { return last.into_iter().collect() };
        position = end["dynamodb"]["SequenceNumber"].as_str().map(str::to_owned);
        let redeems = |record: &&Value| !record["dynamodb"]["NewImage"]["redemption"].is_null();
        last = records.iter().rfind(redeems).cloned().or(last);
    }
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
    let mut altered = item(SITI, "receipt#0000000002");
    altered["purpose"]["S"] = json!("curiosity");
    let put = json!({ "TableName": format!("{PREFIX}receipts"), "Item": altered });
    world.database.engine().put_item(serde_json::from_value(put).unwrap()).unwrap();
    let taken = item(BUDI, "receipt#0000000003");
    let key = json!({ "holder": taken["holder"], "position": taken["position"] });
    let delete = json!({ "TableName": format!("{PREFIX}receipts"), "Key": key });
    world.database.engine().delete_item(serde_json::from_value(delete).unwrap()).unwrap();

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
