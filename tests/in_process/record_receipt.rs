//! record-receipt: each redemption leaves one receipt, and one chain.

use futures::FutureExt;
use futures::future::join_all;
use ikd::domain::claims::{Claim, ClaimSet};
use ikd::domain::integrator::Integrator;
use ikd::domain::qr_code::{QrCode, QrState};
use ikd::domain::reading::{Given, Withheld};
use ikd::domain::receipt::{self, ChainHead, Receipt};
use ikd::domain::text::Label;
use ikd::store::keys;
use jiff::SignedDuration;
use local::personas::{BANK, HOSPITAL, SITI};
use serde_json::{Value, json};
use tests::{Fault, HolderWithSession, Lasting, World, assert_problem, assert_status};

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
    assert_eq!(oldest["purpose_label"], json!({ "id": "Pembukaan rekening", "en": "Opening an account" }));
    assert_eq!(oldest["redeemed_at"], "2026-11-22T05:00:00.000Z");
    assert_eq!(oldest["read_at"], oldest["redeemed_at"]);
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

/// What the receipts of a holder say, oldest first, from their stored form.
fn stored_receipts(world: &World) -> Vec<Receipt> {
    let items = world.items("receipts");
    let mut receipts: Vec<Receipt> = items
        .iter()
        .filter(|item| item["position"]["S"].as_str().unwrap().starts_with(keys::RECEIPT))
        .map(|item| {
            serde_dynamo::from_item(serde_json::from_value::<serde_dynamo::Item>(item.clone()).unwrap()).unwrap()
        })
        .collect();
    receipts.sort_by_key(|receipt| receipt.sequence);
    receipts
}

fn given(world: &World) -> Vec<Given> {
    stored_receipts(world).into_iter().map(|receipt| receipt.reading.given).collect()
}

#[tokio::test]
async fn an_answer_that_disclosed_less_or_nothing_has_a_receipt_that_says_so() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let register = async |change: &dyn Fn(&mut Integrator)| {
        let mut registered = BANK.registered(&bank.key);
        change(&mut registered);
        world.database.register(&registered).await.unwrap();
    };
    let redeem = async |status| {
        let qr = holder.mint().await.token;
        assert_status(&bank.redeem(&token, &qr, BANK.purposes[0].name, None).await.unwrap(), status);
    };
    register(&|bank| bank.claims = [Claim::Name].into_iter().collect()).await;
    redeem(200).await;
    register(&|bank| bank.claims = [].into_iter().collect()).await;
    redeem(403).await;
    register(&|bank| bank.purposes.clear()).await;
    redeem(403).await;
    register(&|bank| bank.enabled = false).await;
    redeem(403).await;
    register(&|_| ()).await;
    let qr = holder.mint().await.token;
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    assert_status(&bank.redeem(&token, &qr, BANK.purposes[0].name, None).await.unwrap(), 410);

    world.record_receipts().await;
    let nothing = |withheld| Given::Nothing { withheld };
    assert_eq!(
        given(&world),
        [
            Given::Claims { claims: [Claim::Name].into_iter().collect() },
            nothing(Withheld::ClaimsWithdrawn),
            nothing(Withheld::PurposeNotAllowed),
            nothing(Withheld::IntegratorDisabled),
            nothing(Withheld::QrCodeDeviceBlocked),
        ]
    );
    let next = world.holder(SITI).await;
    let page = receipts(&next, "").await.json();
    let newest = &page["receipts"][0];
    assert_eq!((&newest["withheld"], newest.get("claims")), (&json!("qr-code-device-blocked"), None));
    let (receipts, head) = chain(&page);
    assert_eq!(receipt::verify(&receipts, &head), Ok(()));
}

#[tokio::test]
async fn a_purpose_that_is_registered_no_more_goes_by_its_name() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, BANK).await;
    let mut registered = BANK.registered(&world.integrator(BANK).key);
    registered.purposes.clear();
    world.database.register(&registered).await.unwrap();
    world.record_receipts().await;
    let receipt = stored_receipts(&world).remove(0);
    assert_eq!(
        (receipt.integrator.as_str(), receipt.purpose_label),
        (BANK.name, Label::of_name(BANK.purposes[0].name))
    );
}

#[tokio::test]
async fn an_answer_that_the_registry_prevented_has_a_receipt_and_a_missing_row_has_one_for_all_repeats() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let redeem = async |qr: &str| bank.redeem(&token, qr, BANK.purposes[0].name, Some("k")).await.unwrap();
    let qr = holder.mint().await.token;
    world.change_resident(SITI, |siti| siti.deceased = true).await;
    assert_problem(&redeem(&qr).await, 403, "holder-not-eligible");
    world.change_resident(SITI, |_| ()).await;

    let qr = holder.mint().await.token;
    world.lose_resident(SITI);
    // More often than a winner may ask: nothing is learned, so nothing counts.
    for _ in 0..=11 {
        let reply = redeem(&qr).await;
        assert_problem(&reply, 503, "service-unavailable");
        assert!(reply.member("/redemption_id").is_some());
    }
    world.change_resident(SITI, |_| ()).await;
    assert_status(&redeem(&qr).await, 200);
    for _ in 0..2 {
        world.record_receipts().await;
    }
    let nothing = |withheld| Given::Nothing { withheld };
    assert_eq!(
        given(&world),
        [
            nothing(Withheld::HolderNotEligible),
            nothing(Withheld::ServiceUnavailable),
            Given::Claims { claims: ClaimSet::basic_identity() },
        ]
    );
}

#[tokio::test]
async fn a_receipt_that_presumed_too_much_is_followed_by_the_right_one() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    let (token, qr) = (bank.token().await.unwrap(), holder.mint().await.token);
    let mut registered = BANK.registered(&bank.key);
    registered.enabled = false;
    world.database.register(&registered).await.unwrap();
    assert_status(&bank.redeem(&token, &qr, BANK.purposes[0].name, None).await.unwrap(), 403);

    // The stream was faster than the write that records the refusal.
    let hash = world.items("qr_codes")[0]["token_hash"]["S"].as_str().unwrap().to_owned();
    let recorded: QrCode = world.read("qr_codes", ("token_hash", &hash)).unwrap();
    let mut before = recorded.clone();
    let QrState::Redeemed(redeemed) = &mut before.state else { panic!("it is redeemed") };
    redeemed.first_reading = None;
    let records = world.qr_code_records(None);
    world.put("qr_codes", ("token_hash", &hash), &before).await;
    world.record_receipts_of(&records[..2]).await;
    assert_eq!(given(&world), [Given::Claims { claims: ClaimSet::basic_identity() }]);
    world.put("qr_codes", ("token_hash", &hash), &recorded).await;
    for _ in 0..2 {
        world.record_receipts_of(&records).await;
    }
    let receipts = stored_receipts(&world);
    assert_eq!(
        receipts[1..].iter().map(|one| one.reading.given.clone()).collect::<Vec<_>>(),
        [Given::Nothing { withheld: Withheld::IntegratorDisabled }]
    );
    assert_eq!(receipts[0].reading.id, receipts[1].reading.id);

    // What comes again when the code is gone changes nothing.
    world.delete("qr_codes", ("token_hash", &hash));
    world.record_receipts_of(&records).await;
    assert_eq!(stored_receipts(&world).len(), 2);
    assert_status(&holder.phone.erase(&holder.session, tests::PIN).await.unwrap(), 202);
    assert_eq!(world.finish_erasures().await, [""; 0]);
    assert!(world.items("receipts").is_empty(), "both receipts and their mark are erased");
}

#[tokio::test]
async fn an_answer_that_was_asked_for_again_has_a_receipt_of_its_own() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    let qr = holder.mint().await.token;
    let redeem =
        async || bank.redeem(&bank.token().await.unwrap(), &qr, BANK.purposes[0].name, Some("k")).await.unwrap();
    assert_status(&redeem().await, 200);
    world.pass(SignedDuration::from_hours(2));
    assert_status(&redeem().await, 200);
    world.change_resident(SITI, |siti| "SITI".clone_into(&mut siti.name)).await;
    assert_status(&redeem().await, 410);
    for _ in 0..2 {
        world.record_receipts().await;
    }
    let receipts = stored_receipts(&world);
    let basic = Given::Claims { claims: ClaimSet::basic_identity() };
    assert_eq!(given(&world), [basic.clone(), basic, Given::Nothing { withheld: Withheld::RegistryChanged }]);
    assert!(receipts.iter().all(|receipt| receipt.redemption_id == receipts[0].redemption_id));
    let two_hours_later = receipts[0].redeemed_at + SignedDuration::from_hours(2);
    let times: Vec<_> = receipts.iter().map(|receipt| receipt.reading.at).collect();
    assert_eq!(times, [receipts[0].redeemed_at, two_hours_later, two_hours_later]);
    assert_eq!(receipt::verify(&receipts, &receipts[2].as_head()), Ok(()));
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

/// Redeems a new code, and asks for the answer again so many times; gives the stream's record of the last answer.
async fn answered(world: &World, holder: &HolderWithSession, repeats: usize) -> Vec<Value> {
    let bank = world.integrator(BANK);
    let (token, qr) = (bank.token().await.unwrap(), holder.mint().await.token);
    for _ in 0..=repeats {
        assert_status(&bank.redeem(&token, &qr, BANK.purposes[0].name, Some("k")).await.unwrap(), 200);
    }
    last_redemption(world)
}

/// Plays the function through a fault at each of its calls, until there is no further one.
async fn is_recorded_once(fault: Fault, repeats: usize, min_calls: usize) {
    let world = World::with_faults().await;
    let holder = world.holder(SITI).await;
    let records = answered(&world, &holder, repeats).await;
    let redeemed = world.snapshot();
    for lasting in [Lasting::OneAttempt, Lasting::UntilMended] {
        for call in 1.. {
            world.restore(&redeemed);
            world.faults.plan(call, fault, lasting);
            world.record_receipts_of(&records).await;
            let has_happened = world.faults.mend();
            assert_eq!(world.record_receipts_of(&records).await, [""; 0]);
            let page = receipts(&holder, "").await.json();
            assert_eq!(page["head"]["count"], 1 + repeats, "{fault:?} at call {call}, {lasting:?}");
            let (receipts, head) = chain(&page);
            assert_eq!(receipt::verify(&receipts, &head), Ok(()));
            if !has_happened {
                assert!(call > min_calls, "the function makes {min_calls} calls or more, not {}", call - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_receipt_is_recorded_once_whatever_fails() {
    // The end of a chain that begins is looked for twice. An answer that was asked for again comes behind the first one.
    let of_fault = |fault| [is_recorded_once(fault, 0, 7).boxed_local(), is_recorded_once(fault, 1, 12).boxed_local()];
    join_all(Fault::ALL.into_iter().flat_map(of_fault)).await;
}
