//! finish-erasure: what the holder left is erased, and nothing that came later.

use futures::future::join_all;
use http::Method;
use ikd::domain::Id;
use ikd::domain::receipt::{self, ChainHead, Receipt};
use ikd::store::keys;
use jiff::SignedDuration;
use local::personas::{BANK, SITI};
use serde_json::{Value, json};
use tests::{Fault, HolderWithSession, Lasting, World, assert_status};

use super::erase_identity::erase;

async fn redeemed(world: &World, holder: &HolderWithSession, times: usize) {
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    for _ in 0..times {
        let qr = holder.mint().await.token;
        assert_status(&bank.redeem(&token, &qr, BANK.purposes[0].name, None).await.unwrap(), 200);
    }
}

/// A holder's receipts, oldest first, and the head of their chain.
async fn chain(holder: &HolderWithSession) -> (Vec<Receipt>, ChainHead) {
    let page = holder.phone.send(Method::GET, "/me/receipts", Some(&holder.session), None).await.unwrap().json();
    let mut receipts: Vec<Receipt> = serde_json::from_value(page["receipts"].clone()).unwrap();
    receipts.reverse();
    (receipts, serde_json::from_value(page["head"].clone()).unwrap())
}

/// Everything in the tables that names a resident, by table.
fn left(world: &World, nik: &str) -> Vec<(&'static str, Value)> {
    ["identities", "selfies", "receipts", "erasures", "signatures", "outbox", "documents"]
        .into_iter()
        .flat_map(|table| world.items(table).into_iter().map(move |item| (table, item)))
        .filter(|(_, item)| item.to_string().contains(nik))
        .collect()
}

#[tokio::test]
async fn of_everything_that_the_holder_left_the_count_of_approvals_and_the_ends_of_phones_remain() {
    let world = World::new().await;
    // A phone before, whose selfie was erased by its approval; a stranger's registration, with its selfie.
    world.holder(SITI).await;
    let holder = world.holder(SITI).await;
    world.registered(SITI).await;
    redeemed(&world, &holder, 30).await;
    world.record_receipts().await;
    assert!(left(&world, SITI).len() > 60);

    assert_status(&erase(&holder).await, 202);
    assert_eq!(world.finish_erasures().await, [""; 0]);
    let left = left(&world, SITI);
    assert_eq!(left.len(), 3, "{left:?}");
    for (table, item) in &left {
        let mut names: Vec<&String> = item.as_object().unwrap().keys().collect();
        names.sort();
        let is_device = item["pk"]["S"].as_str().unwrap().starts_with(keys::DEVICE);
        if is_device {
            assert_eq!(names, ["activated_at", "block", "expires_at", "key", "nik", "pk", "registration", "status"]);
        } else {
            assert_eq!(names, ["approvals", "erased_at", "expires_at", "nik", "pk"]);
        }
        assert_eq!((*table, &item["expires_at"]["N"]), ("identities", &json!("2110683600")), "with the last signature");
    }
    assert!(world.items("selfies").is_empty());
    world.assert_sound();
}

#[tokio::test]
async fn a_registration_that_no_index_lists_yet_is_erased_as_well() {
    let world = World::with_patience().await;
    let holder = world.holder(SITI).await;
    assert_status(&erase(&holder).await, 202);
    // The index is asked first. It does not list what comes right behind its answer, and on AWS neither what came right before it.
    let gate = world.faults.hold(2);
    let (failed, ()) = tokio::join!(world.finish_erasures(), async {
        assert!(gate.has_call().await);
        world.registered(SITI).await;
        gate.open();
    });
    assert_eq!(failed, [""; 0]);
    assert_eq!(left(&world, SITI).len(), 2, "the count of approvals and the end of the phone");
    assert!(world.items("selfies").is_empty());
    world.assert_sound();
}

#[tokio::test]
async fn whoever_enrols_anew_begins_anew_and_an_order_of_before_takes_nothing_of_it() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, 3).await;
    world.record_receipts().await;
    assert_status(&erase(&holder).await, 202);
    world.pass(SignedDuration::from_secs(1));
    let enrolled_again = world.holder(SITI).await;
    // The order is carried out late, when the stream delivers it again.
    for _ in 0..2 {
        world.rewind_erasures();
        assert_eq!(world.finish_erasures().await, [""; 0]);
    }
    redeemed(&world, &enrolled_again, 1).await;
    world.record_receipts().await;
    world.rewind_erasures();
    assert_eq!(world.finish_erasures().await, [""; 0]);
    let (receipts, head) = chain(&enrolled_again).await;
    assert_eq!((receipts.len(), receipt::verify(&receipts, &head)), (1, Ok(())));
    let holder = world.stored_holder(SITI);
    assert!(holder.get("expires_at").is_none(), "the holder is one again");
    world.assert_sound();
}

#[tokio::test]
async fn a_phone_that_was_enrolled_again_and_blocked_survives_an_order_of_before() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_status(&erase(&holder).await, 202);
    world.pass(SignedDuration::from_secs(1));
    let again = world.holder(SITI).await;
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    for _ in 0..2 {
        world.rewind_erasures();
        assert_eq!(world.finish_erasures().await, [""; 0]);
    }
    assert_eq!(world.stored_device(again.phone.key.thumbprint())["status"]["S"], "blocked");
    world.assert_sound();
}

#[tokio::test]
async fn receipts_of_a_new_identity_do_not_wait_for_the_erasure_of_the_old_one() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, 3).await;
    world.record_receipts().await;
    assert_status(&erase(&holder).await, 202);
    world.pass(SignedDuration::from_secs(1));
    let again = world.holder(SITI).await;
    redeemed(&world, &again, 2).await;
    // The old receipts are still there, and stop nobody.
    world.record_receipts().await;
    world.rewind_erasures();
    assert_eq!(world.finish_erasures().await, [""; 0]);
    let (receipts, head) = chain(&again).await;
    assert_eq!((receipts.len(), receipt::verify(&receipts, &head)), (2, Ok(())));
    assert_eq!(world.items("receipts").len(), 5, "two receipts, their marks and the head");
}

#[tokio::test]
async fn a_redemption_of_before_is_no_receipt_of_the_new_identity() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, 1).await;
    assert_status(&erase(&holder).await, 202);
    world.pass(SignedDuration::from_secs(1));
    let again = world.holder(SITI).await;
    redeemed(&world, &again, 1).await;
    world.record_receipts().await;
    let (receipts, _) = chain(&again).await;
    assert_eq!(receipts.len(), 1);
}

#[tokio::test]
async fn a_redemption_of_before_leaves_no_receipt_any_more() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, 1).await;
    assert_status(&erase(&holder).await, 202);
    world.record_receipts().await;
    assert!(world.items("receipts").is_empty());
}

#[tokio::test]
async fn what_was_left_is_erased_in_the_end_whatever_fails() {
    let plays = Fault::ALL.into_iter().map(|fault| async move {
        let world = World::with_faults().await;
        let nik = world.newcomer().await;
        let holder = world.holder(&nik).await;
        world.registered(&nik).await;
        redeemed(&world, &holder, 1).await;
        world.record_receipts().await;
        assert_status(&erase(&holder).await, 202);
        let ordered = world.snapshot();
        for lasting in [Lasting::OneAttempt, Lasting::UntilMended] {
            for call in 1.. {
                world.restore(&ordered);
                world.faults.plan(call, fault, lasting);
                world.finish_erasures().await;
                let met = world.faults.mend();
                world.assert_sound();
                assert_eq!(world.finish_erasures().await, [""; 0], "the stream comes back with what failed");
                assert_eq!(left(&world, &nik).len(), 2, "{fault:?} at call {call}");
                if !met {
                    assert!(call > 4, "the function makes more calls");
                    break;
                }
            }
        }
    });
    join_all(plays).await;
}

#[tokio::test]
async fn what_is_left_of_a_blocked_phone_has_an_end() {
    let world = World::new().await;
    let kept = |key: String| world.stored_identity(&key)["expires_at"]["N"].as_str().map(str::to_owned);
    let (in_a_year, in_ten) = (Some("1826859600".to_owned()), Some("2110683600".to_owned()));
    // Blocked by the office, by the holder, and by a successor.
    for how in ["office", "holder", "successor"] {
        let device = world.activated(SITI).await;
        let key = keys::device(device.phone.key.thumbprint());
        let registration = keys::registration(&Id::parse(&device.registration).unwrap());
        assert_eq!((kept(registration.clone()), kept(key.clone())), (None, None));
        match how {
            "office" => assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200),
            "holder" => {
                let session =
                    local::actors::PhoneSession::of(&device.phone.log_in(&device.code).await.unwrap()).unwrap();
                assert_status(&device.phone.block_itself(&session, "lost").await.unwrap(), 200);
            }
            _ => drop(world.approved(SITI).await),
        }
        assert_eq!((kept(registration), kept(key)), (in_a_year.clone(), in_ten.clone()), "{how}");
    }
}
