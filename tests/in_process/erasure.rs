//! erase-identity and finish-erasure: the identity ends at once, and what it left is gone soon after, whatever fails.

use futures::future::join_all;
use http::{Method, Request};
use ikd::domain::receipt::{self, ChainHead, Receipt};
use jiff::SignedDuration;
use local::actors::{Reply, document_hash};
use local::personas::{BANK, SITI};
use serde_json::{Value, json};
use tests::{Fault, HolderWithSession, Lasting, PIN, World, assert_invalid, assert_problem, assert_status};

async fn erase(holder: &HolderWithSession) -> Reply {
    holder.phone.erase(&holder.session, PIN).await.unwrap()
}

async fn redeemed(world: &World, holder: &HolderWithSession, times: usize) {
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    for _ in 0..times {
        let qr = holder.mint().await.token;
        assert_status(&bank.redeem(&token, &qr, BANK.purposes[0], None).await.unwrap(), 200);
    }
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
async fn the_identity_ends_with_the_answer() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let (bank, qr) = (world.integrator(BANK), holder.mint().await.token);
    assert_status(&erase(&holder).await, 202);
    assert_problem(&holder.mint_reply(&json!({})).await, 401, "session-ended");
    assert_problem(&erase(&holder).await, 401, "session-ended");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 401, "invalid-credentials");
    let reply = bank.redeem(&bank.token().await.unwrap(), &qr, BANK.purposes[0], None).await.unwrap();
    assert_problem(&reply, 410, "qr-code-device-blocked");
    assert_problem(&world.officer().reset_pin(SITI, None).await.unwrap(), 404, "no-device");
    world.assert_sound();
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
        assert_eq!(kept[1]["until"], "2036-11-19T05:00:00Z", "signatures: ten years of 365 days");
    }
}

#[tokio::test]
async fn of_everything_that_the_holder_left_the_count_of_approvals_alone_remains() {
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
    let [("identities", count)] = &left[..] else { panic!("{left:?}") };
    let mut names: Vec<&String> = count.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["approvals", "expires_at", "nik", "pk"]);
    assert_eq!(count["expires_at"]["N"], "1795928400", "a week later, when the last registration is forgotten");
    assert!(world.items("selfies").is_empty());
    world.assert_sound();
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
async fn whoever_enrols_anew_begins_anew_and_an_order_of_before_takes_nothing_of_it() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    redeemed(&world, &holder, 3).await;
    world.record_receipts().await;
    assert_status(&erase(&holder).await, 202);
    world.pass(SignedDuration::from_secs(1));
    let anew = world.holder(SITI).await;
    // The order is carried out late, and the stream comes back with it.
    for _ in 0..2 {
        world.rewind_erasures();
        assert_eq!(world.finish_erasures().await, [""; 0]);
    }
    redeemed(&world, &anew, 1).await;
    world.record_receipts().await;
    world.rewind_erasures();
    assert_eq!(world.finish_erasures().await, [""; 0]);
    let page = anew.phone.send(Method::GET, "/me/receipts", Some(&anew.session), None).await.unwrap().json();
    let receipts: Vec<Receipt> = serde_json::from_value(page["receipts"].clone()).unwrap();
    let head: ChainHead = serde_json::from_value(page["head"].clone()).unwrap();
    assert_eq!((receipts.len(), receipt::verify(&receipts, &head)), (1, Ok(())));
    let holder = world.item("identities", ("pk", &format!("holder#{SITI}"))).unwrap();
    assert!(holder.get("expires_at").is_none(), "the holder is one again");
    world.assert_sound();
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
async fn what_a_thief_signed_stays_revoked() {
    let world = World::new().await;
    let stolen = world.holder(SITI).await;
    let signed = stolen.phone.sign(&stolen.session, &document_hash(b"A"), PIN).await.unwrap();
    let block = json!({ "nik": SITI, "reason": "stolen", "stolen_since": "2026-11-22T05:00:00Z" });
    assert_status(&world.officer().send(Method::POST, "/device-blocks", Some(&block)).await.unwrap(), 200);
    let holder = world.holder(SITI).await;
    assert_status(&erase(&holder).await, 202);
    assert_eq!(world.finish_erasures().await, [""; 0]);
    let path = format!("http://ikd.test/signatures/{}", signed.member("/id").unwrap());
    let reply = world.send(Request::get(path).body(String::new()).unwrap()).await;
    assert_eq!(reply.member("/validity").as_deref(), Some("revoked"));
}

#[tokio::test]
async fn without_the_pin_nothing_is_erased() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_invalid(&holder.phone.erase(&holder.session, "12345").await.unwrap(), &["/pin"]);
    for _ in 0..3 {
        assert_problem(&holder.phone.erase(&holder.session, "908172").await.unwrap(), 401, "invalid-credentials");
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
            _ => assert_problem(reply, 423, "pin-locked"),
        }
    }
    world.assert_sound();
}

#[tokio::test]
async fn what_was_left_is_erased_in_the_end_whatever_fails() {
    let plays = Fault::ALL.into_iter().map(|fault| async move {
        let world = World::with_faults().await;
        for lasting in [Lasting::OneAttempt, Lasting::UntilMended] {
            for call in 1.. {
                let nik = world.newcomer().await;
                let holder = world.holder(&nik).await;
                world.registered(&nik).await;
                redeemed(&world, &holder, 1).await;
                world.record_receipts().await;
                assert_status(&erase(&holder).await, 202);
                world.faults.plan(call, fault, lasting);
                world.finish_erasures().await;
                let met = world.faults.mend();
                world.assert_sound();
                assert_eq!(world.finish_erasures().await, [""; 0], "the stream comes back with what failed");
                assert_eq!(left(&world, &nik).len(), 1, "{fault:?} at call {call}");
                if !met {
                    assert!(call > 5, "the function makes more calls");
                    break;
                }
            }
        }
    });
    join_all(plays).await;
}

#[tokio::test]
async fn without_the_database_nothing_is_erased() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let phone = holder.phone.speaking_to(world.with_database_gone());
    assert_problem(&phone.erase(&holder.session, PIN).await.unwrap(), 503, "service-unavailable");
    holder.mint().await;
}

#[tokio::test]
async fn what_is_left_of_a_blocked_phone_has_an_end() {
    let world = World::new().await;
    let kept =
        |pk: String| world.item("identities", ("pk", &pk)).unwrap()["expires_at"]["N"].as_str().map(str::to_owned);
    let (in_a_year, in_ten) = (Some("1826859600".to_owned()), Some("2110683600".to_owned()));
    // Blocked by the office, by the holder, and by a successor.
    for how in ["office", "holder", "successor"] {
        let device = world.activated(SITI).await;
        let key = ikd::tokens::dpop::thumbprint(device.phone.key.public()).unwrap();
        let (registration, key) = (format!("registration#{}", device.registration), format!("device#{}", key.as_str()));
        assert_eq!((kept(registration.clone()), kept(key.clone())), (None, None));
        match how {
            "office" => assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200),
            "holder" => {
                let session = local::actors::Session::of(&device.phone.log_in(&device.code).await.unwrap()).unwrap();
                assert_status(&device.phone.block_itself(&session, "lost").await.unwrap(), 200);
            }
            _ => drop(world.approved(SITI).await),
        }
        assert_eq!((kept(registration), kept(key)), (in_a_year.clone(), in_ten.clone()), "{how}");
    }
}
