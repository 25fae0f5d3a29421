//! record-receipt: each redemption leaves one receipt, and one chain.

use ikd::domain::receipt::{self, ChainHead, Receipt};
use local::personas::{BANK, HOSPITAL, SITI};
use serde_json::{Value, json};
use tests::{Fault, Lasting, World, assert_status};

use super::list_receipts::{receipts, redeemed};

fn chain(page: &Value) -> (Vec<Receipt>, ChainHead) {
    let mut receipts: Vec<Receipt> = serde_json::from_value(page["receipts"].clone()).unwrap();
    receipts.reverse();
    (receipts, serde_json::from_value(page["head"].clone()).unwrap())
}

/// The stream's last record that redeems: those before it are done.
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
