//! A block that was answered while a request was on its way wins: whatever the request has read by then is not shown.

use declaration::{Caller, Method};
use ikd::domain::device::Device;
use ikd::store::keys;
use local::actors::{Minted, Reply, document_hash};
use local::personas::{BANK, SITI};
use serde_json::json;
use tests::{Fault, HolderWithSession, PIN, World, assert_problem, assert_status};

use super::faults::assert_one_of;

/// A holder whose device can be put back to the state before a block.
struct Subject {
    world: World,
    holder: HolderWithSession,
    device: Device,
}

impl Subject {
    async fn new() -> Self {
        let world = World::with_patience().await;
        let holder = world.holder(SITI).await;
        let key = keys::device(holder.phone.key.thumbprint());
        let device = world.read("identities", ("pk", &key)).unwrap();
        Self { world, holder, device }
    }

    /// Plays a request once for each of its calls to the database, with a block that is answered before that call; `confirm`
    /// sees each answer. The last time there is no such call, and nothing is blocked.
    async fn block_before_each_call<P>(
        &self,
        prepare: impl AsyncFn() -> P,
        act: impl AsyncFn(&P) -> Reply,
        confirm: impl AsyncFn(&Reply),
    ) {
        let key = keys::device(self.holder.phone.key.thumbprint());
        for call in 1.. {
            self.world.put("identities", ("pk", &key), &self.device).await;
            let prepared = prepare().await;
            let gate = self.world.faults.hold(call);
            let (reply, was_blocked) = tokio::join!(
                async {
                    let reply = act(&prepared).await;
                    gate.open();
                    reply
                },
                async {
                    let has_call = gate.has_call().await;
                    if has_call {
                        assert_status(&self.world.officer().block(SITI, "lost").await.unwrap(), 200);
                        gate.open();
                    }
                    has_call
                }
            );
            if !was_blocked {
                assert!(reply.status.is_success(), "{}", reply.text);
                assert!(call > 2, "the step made no two calls");
                return;
            }
            confirm(&reply).await;
        }
    }
}

#[tokio::test]
async fn a_block_between_two_reads_of_a_screen_wins() {
    let subject = Subject::new().await;
    let (phone, session) = (&subject.holder.phone, &subject.holder.session);
    let screens = catalogue::routes().filter(|(_, route)| route.callers.contains(&Caller::Holder));
    // Of a code there is nothing to show before it was minted: the next test but one mints it.
    let paths: Vec<&str> = screens
        .filter(|(_, route)| route.method == Method::Get && route.path != "/qr-codes/current")
        .map(|(_, route)| route.path)
        .collect();
    assert!(paths.len() >= 6, "{paths:?}");
    for path in paths {
        let kinds: &[&str] = if path.contains("{kind}") { &["ktp-el", "kk", "npwp"] } else { &[""] };
        for kind in kinds {
            let path = path.replace("{kind}", kind);
            let show = async |(): &()| phone.send(http::Method::GET, &path, Some(session), None).await.unwrap();
            subject
                .block_before_each_call(async || (), show, async |reply| assert_problem(reply, 403, "device-blocked"))
                .await;
        }
    }
    for path in ["/me/documents/ktp-el", "/me/documents/kk"] {
        let print = async |(): &()| phone.fetch(session, path, "application/pdf").await.unwrap();
        subject
            .block_before_each_call(async || (), print, async |reply| assert_problem(reply, 403, "device-blocked"))
            .await;
    }
}

#[tokio::test]
async fn a_block_between_a_redemption_and_its_reads_wins() {
    let subject = Subject::new().await;
    let bank = subject.world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let mint = async || subject.holder.mint().await.token;
    let redeem = async |qr: &String| bank.redeem(&token, qr, "account-opening", None).await.unwrap();
    subject
        .block_before_each_call(mint, redeem, async |reply| assert_problem(reply, 410, "qr-code-device-blocked"))
        .await;
}

#[tokio::test]
async fn a_block_between_a_question_and_what_it_shows_or_discloses_wins() {
    let subject = Subject::new().await;
    let (phone, session) = (&subject.holder.phone, &subject.holder.session);
    let bank = subject.world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let scan = async || {
        let qr = Minted::of(&subject.holder.mint_reply(&json!({ "consent": "at-scan" })).await).unwrap();
        bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap()
    };
    let check = async |_: &Reply| phone.check_qr(session).await.unwrap();
    subject.block_before_each_call(scan, check, async |reply| assert_problem(reply, 403, "device-blocked")).await;
    let allow = async || {
        let scanned = scan().await;
        let answer = json!({
            "redemption_id": scanned.member("/redemption_id"),
            "answer": "allow",
            "digits": scanned.member("/digits"),
            "pin": PIN,
        });
        assert_status(&phone.answer_scan(session, &answer).await.unwrap(), 200);
        scanned
    };
    let fetch = async |scanned: &Reply| bank.follow(&token, scanned).await.unwrap();
    subject
        .block_before_each_call(allow, fetch, async |reply| assert_problem(reply, 410, "qr-code-device-blocked"))
        .await;
}

#[tokio::test]
async fn a_block_before_the_write_that_opens_or_signs_something_wins() {
    let subject = Subject::new().await;
    let (phone, session) = (&subject.holder.phone, &subject.holder.session);
    let refused = async |reply: &Reply| {
        assert_one_of(reply, &[(403, Some("device-blocked")), (409, Some("concurrent-requests"))]);
    };
    let sign = async |(): &()| phone.sign(session, &document_hash(b"A"), PIN).await.unwrap();
    subject.block_before_each_call(async || (), sign, refused).await;
    let log_in = async |(): &()| phone.log_in(PIN).await.unwrap();
    subject.block_before_each_call(async || (), log_in, refused).await;
}

/// The registry is read beside the write that makes the code. A code that was made before the block may still be answered.
#[tokio::test]
async fn a_code_that_was_minted_during_a_block_discloses_nothing() {
    let subject = Subject::new().await;
    let bank = subject.world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let mint = async |(): &()| subject.holder.mint_reply(&json!({})).await;
    let is_worthless = async |reply: &Reply| match reply.member("/token") {
        Some(qr) => {
            let redeemed = bank.redeem(&token, &qr, "account-opening", None).await.unwrap();
            assert_problem(&redeemed, 410, "qr-code-device-blocked");
        }
        None => assert_problem(reply, 403, "device-blocked"),
    };
    subject.block_before_each_call(async || (), mint, is_worthless).await;
}

#[tokio::test]
async fn a_block_between_two_reads_of_a_status_or_a_review_shows() {
    let subject = Subject::new().await;
    let (phone, registration) = (&subject.holder.phone, subject.device.registration.to_string());
    let ask = async |(): &()| phone.check_status(&registration).await.unwrap();
    let is_blocked = async |reply: &Reply| assert_eq!(reply.member("/stage").as_deref(), Some("blocked"));
    subject.block_before_each_call(async || (), ask, is_blocked).await;

    let newer = subject.world.registered(SITI).await;
    let officer = subject.world.officer();
    let scan = async |(): &()| officer.scan(&newer.ticket).await.unwrap();
    let has_no_device = async |reply: &Reply| assert!(reply.json()["active_device"].is_null(), "{}", reply.text);
    subject.block_before_each_call(async || (), scan, has_no_device).await;
}

/// DynamoDB may leave keys over, so that the device was read before what is shown.
#[tokio::test]
async fn a_block_between_two_parts_of_one_read_wins() {
    const SECOND_PART: usize = 4;

    let world = World::with_patience().await;
    let holder = world.holder(SITI).await;
    world.faults.next("BatchGetItem", Fault::LeftOver);
    let gate = world.faults.hold(SECOND_PART);
    let show = holder.phone.send(http::Method::GET, "/me", Some(&holder.session), None);
    let (reply, ()) = tokio::join!(show, async {
        assert!(gate.has_call().await);
        assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
        gate.open();
    });
    assert_problem(&reply.unwrap(), 403, "device-blocked");
}
