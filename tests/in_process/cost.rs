//! The hot path is O(1): every step's DynamoDB round trips and what they consume, counted through the SDK.

use expect_test::expect_file;
use http::{Method, Request};
use ikd::app::Clock;
use ikd::domain::Digest;
use ikd::domain::callback::{Callback, CallbackUrl};
use ikd::domain::integrator::Integrator as Registered;
use ikd::domain::notice::{Notice, NoticeState};
use jiff::SignedDuration;
use local::actors::{Integrator, Minted, PhoneSession, Reply, document_hash};
use local::personas::{BANK, BUDI, HOSPITAL, SITI};
use serde_json::json;
use tests::{Capacity, Count, FACES_HERE, HolderWithSession, PIN, Receiver, World, assert_status};

/// What each step costs, in the order of the procedure.
struct Ledger<'a> {
    world: &'a World,
    rows: Vec<String>,
}

impl Ledger<'_> {
    /// Forgets what was done to get here.
    fn forget(&self) {
        self.world.calls.take();
    }

    /// Notes what a step has cost since, within its budget of round trips. Only a step whose budget is nothing costs nothing.
    #[track_caller]
    fn note(&mut self, step: &str, round_trips: usize, answer: Option<&Reply>) {
        let (count, Capacity { read, write }) = self.world.calls.take_weighed();
        assert!(count.in_sequence <= round_trips, "{step}: {count:?}, {round_trips} round trips are its budget");
        assert_eq!(count.in_total == 0, round_trips == 0, "{step}: {count:?}");
        let bytes = answer.map_or_else(|| "–".to_owned(), |answer| bytes_of(answer).to_string());
        let Count { in_sequence, in_total } = count;
        self.rows.push(format!("| {step} | {in_sequence} | {in_total} | {read} | {write} | {bytes} |"));
    }

    fn table(&self) -> String {
        const HEAD: &str = "# What each step costs\n\n\
            Calls to DynamoDB one after another and in all, the capacity units that they consume, and the bytes of the answer's body.\n\
            A print's bytes are rounded to 5,000: its signature, and so the picture of its code, is another one each time.\n\
            A test counts them ([cost.rs](../../tests/in_process/cost.rs)) and fails when they change; `UPDATE_EXPECT=1 cargo test\n\
            --workspace --test in_process cost` writes them again.\n\n\
            | step | in sequence | in all | read units | write units | bytes |\n|---|---|---|---|---|---|\n";
        format!("{HEAD}{}\n", self.rows.join("\n"))
    }
}

fn bytes_of(answer: &Reply) -> usize {
    const STEP: usize = 5_000;

    let bytes = answer.bytes.len();
    if answer.header("content-type") == Some("application/pdf") { (bytes + STEP / 2) / STEP * STEP } else { bytes }
}

#[tokio::test]
async fn every_step_keeps_its_budget_of_round_trips_and_its_cost() {
    let mut world = World::with(&FACES_HERE).await;
    let receiver = Receiver::start().await;
    world.call_back_through(receiver.connector());
    world.calls.weigh();
    let mut ledger = Ledger { world: &world, rows: Vec::new() };
    let (officer, bank) = (world.officer(), world.integrator(BANK));

    let phone = world.phone();
    let reply = world.register(&phone, SITI).await;
    ledger.note("register", 4, Some(&reply));
    let (id, ticket) = (reply.member("/id").unwrap(), reply.member("/ticket/text").unwrap());
    let reply = phone.check_status(&id).await.unwrap();
    ledger.note("check-status", 4, Some(&reply));
    let reply = officer.scan(&ticket).await.unwrap();
    ledger.note("approve-face, review", 4, Some(&reply));
    let reply = officer.approve(&ticket).await.unwrap();
    assert_status(&reply, 200);
    ledger.note("approve-face, decision", 4, Some(&reply));
    world.deliver().await;
    ledger.note("send-activation-email", 4, None);
    world.pass(SignedDuration::from_mins(1));
    let reply = phone.ask_for_another_email(&id).await.unwrap();
    assert_status(&reply, 202);
    ledger.note("resend-activation", 4, Some(&reply));
    world.pass(SignedDuration::from_mins(1));
    ledger.forget();
    let reply = officer.send_another_email_to(SITI, None).await.unwrap();
    assert_status(&reply, 202);
    ledger.note("resend-activation, by NIK", 4, Some(&reply));
    world.deliver().await;
    let email = world.activation_email(tests::EMAIL);
    let captcha = world.captcha(&email).await;
    let answer = world.answer(&email, &captcha);
    ledger.forget();
    let reply = world.activate_with(&email, &email.code, &captcha, &answer).await;
    assert_status(&reply, 200);
    ledger.note("activate", 4, Some(&reply));

    let holder = world.holder(BUDI).await;
    ledger.forget();
    let reply = holder.phone.log_in(PIN).await.unwrap();
    ledger.note("login", 3, Some(&reply));
    let holder = HolderWithSession { session: PhoneSession::of(&reply).unwrap(), ..holder };
    note_screens(&mut ledger, &holder, &bank).await;
    let signed = holder.phone.sign(&holder.session, &document_hash(b"A"), PIN).await.unwrap();
    assert_status(&signed, 201);
    ledger.note("sign-document", 4, Some(&signed));
    let reply = bank.check_signature(&signed.member("/id").unwrap(), b"A").await.unwrap();
    ledger.note("check-signature", 4, Some(&reply));
    ledger.note("mint-qr", 2, Some(&holder.mint_reply(&json!({})).await));
    let reply = holder.mint_reply(&json!({})).await;
    ledger.note("mint-qr, replacing", 2, Some(&reply));
    let qr = Minted::of(&reply).unwrap();

    let reply = bank.authenticate().await.unwrap();
    ledger.note("issue-token", 4, Some(&reply));
    let token = reply.member("/access_token").unwrap();
    ledger.note("show-integrator", 1, Some(&bank.registration(&token).await.unwrap()));
    note_redemptions(&mut ledger, &bank, &token, &qr).await;
    note_questions(&mut ledger, &holder, &bank, &token).await;
    note_notices(&mut ledger, &receiver).await;

    let reply = holder.phone.change_pin(&holder.session, PIN, "908172").await.unwrap();
    assert_status(&reply, 204);
    ledger.note("change-pin", 4, Some(&reply));
    let session = PhoneSession::of(&holder.phone.log_in("908172").await.unwrap()).unwrap();
    ledger.forget();
    let reply = holder.phone.lock(&session).await.unwrap();
    assert_status(&reply, 204);
    ledger.note("lock", 4, Some(&reply));
    let reply = officer.look_up(BUDI).await.unwrap();
    assert_status(&reply, 200);
    ledger.note("look-up-resident", 3, Some(&reply));
    let reply = officer.unlock(BUDI).await.unwrap();
    ledger.note("unlock-pin", 4, Some(&reply));
    world.pass(SignedDuration::from_mins(1));
    let reply = officer.reset_pin(BUDI, None).await.unwrap();
    assert_status(&reply, 202);
    ledger.note("reset-pin", 4, Some(&reply));
    world.deliver().await;
    let email = world.activation_email(tests::EMAIL);
    assert_status(&world.activate(&email, &email.code).await, 200);
    ledger.forget();
    let reply = officer.block(BUDI, "lost").await.unwrap();
    assert_status(&reply, 200);
    ledger.note("block-device", 4, Some(&reply));
    note_blocks(&mut ledger, &world.newcomer().await).await;
    note_keys(&mut ledger).await;

    let leaving = world.holder(SITI).await;
    ledger.forget();
    let reply = leaving.phone.erase(&leaving.session, PIN).await.unwrap();
    assert_status(&reply, 202);
    ledger.note("erase-identity", 4, Some(&reply));
    assert_eq!(world.finish_erasures().await, [""; 0]);
    ledger.note("finish-erasure", 8, None);
    expect_file!["../../docs/performance/cost.md"].assert_eq(&ledger.table());
}

/// A holder's screens and printed documents. A family card takes three calls, and the device is read after them.
async fn note_screens(ledger: &mut Ledger<'_>, holder: &HolderWithSession, bank: &Integrator) {
    for (path, round_trips) in [
        ("/me", 3),
        ("/me/family", 5),
        ("/me/documents", 3),
        ("/me/documents/kk", 5),
        ("/me/receipts", 3),
        ("/me/export", 4),
    ] {
        let reply = holder.phone.send(Method::GET, path, Some(&holder.session), None).await.unwrap();
        assert_status(&reply, 200);
        ledger.note(path, round_trips, Some(&reply));
    }
    for (path, name, round_trips) in
        [("/me/documents/ktp-el", "KTP-el as PDF", 4), ("/me/documents/kk", "KK as PDF", 5)]
    {
        let printed = holder.phone.fetch(&holder.session, path, "application/pdf").await.unwrap();
        assert_status(&printed, 200);
        ledger.note(name, round_trips, Some(&printed));
        let reply = bank.check_document(&printed).await.unwrap();
        ledger.note("verify-document", 4, Some(&reply));
    }
}

/// A code that is redeemed, by its winner again, and by somebody else.
async fn note_redemptions(ledger: &mut Ledger<'_>, bank: &Integrator, token: &str, qr: &Minted) {
    for (name, key, status, round_trips) in [
        ("redeem-qr", Some("k"), 200, 2),
        ("redeem-qr, again", Some("k"), 200, 3),
        ("redeem-qr, a loser", None, 410, 1),
    ] {
        let reply = bank.redeem(token, &qr.token, "account-opening", key).await.unwrap();
        assert_status(&reply, status);
        ledger.note(name, round_trips, Some(&reply));
        if name == "redeem-qr" {
            ledger.world.record_receipts().await;
            ledger.note("record-receipt", 4, None);
        }
    }
}

/// A presentation whose holder is asked.
async fn note_questions(ledger: &mut Ledger<'_>, holder: &HolderWithSession, bank: &Integrator, token: &str) {
    let qr = Minted::of(&holder.mint_reply(&json!({ "consent": "at-scan" })).await).unwrap();
    let before = ledger.world.qr_code_records(None).len();
    ledger.forget();
    ledger.note("check-qr, live", 2, Some(&holder.phone.check_qr(&holder.session).await.unwrap()));
    let scanned = bank.redeem(token, &qr.token, "account-opening", Some("k")).await.unwrap();
    assert_status(&scanned, 202);
    ledger.note("redeem-qr, asking", 2, Some(&scanned));
    ledger.note("check-qr, scanned", 3, Some(&holder.phone.check_qr(&holder.session).await.unwrap()));
    let reply = bank.follow(token, &scanned).await.unwrap();
    assert_status(&reply, 202);
    ledger.note("fetch-redemption, asked", 1, Some(&reply));
    let answer = json!({
        "redemption_id": scanned.member("/redemption_id"),
        "answer": "allow",
        "digits": scanned.member("/digits"),
        "pin": PIN,
    });
    let reply = holder.phone.answer_scan(&holder.session, &answer).await.unwrap();
    assert_status(&reply, 200);
    ledger.note("answer-scan", 6, Some(&reply));
    let reply = bank.follow(token, &scanned).await.unwrap();
    assert_status(&reply, 200);
    ledger.note("fetch-redemption", 3, Some(&reply));
    let records = ledger.world.qr_code_records(None).split_off(before);
    assert_eq!(ledger.world.record_receipts_of(&records).await, [""; 0]);
    ledger.note("record-receipt, asked", 3, None);
}

/// A notice that is due again, and is taken then.
async fn note_notices(ledger: &mut Ledger<'_>, receiver: &Receiver) {
    let world = ledger.world;
    let callback = Callback { url: CallbackUrl::parse(&receiver.url()).unwrap(), generation: 1 };
    let key = world.integrator(HOSPITAL).key;
    let hospital = Registered { callback: Some(callback), ..HOSPITAL.registered(&key) };
    world.database.register(&hospital).await.unwrap();
    let now = world.clock.now();
    let state = NoticeState::Waiting { tries: 1, due_at: now, shard: 3 };
    let notice = Notice { state, ..Notice::of(HOSPITAL.client_id, &Digest::of(&[b"code"]), now, now) };
    world.put("notices", ("client_id", HOSPITAL.client_id), &notice).await;
    ledger.forget();
    world.repeat_notices().await.unwrap();
    ledger.note("repeat-notices, one due", 17, None);
    assert_eq!(world.send_notices().await, [""; 0]);
    assert_eq!(receiver.came().len(), 1);
    ledger.note("send-notice", 2, None);
}

/// The other ways to block a phone and to report it as stolen.
async fn note_blocks(ledger: &mut Ledger<'_>, nik: &str) {
    let world = ledger.world;
    let holder = world.holder(nik).await;
    ledger.forget();
    let reply = holder.phone.block_itself(&holder.session, "lost").await.unwrap();
    assert_status(&reply, 200);
    ledger.note("block-device, by its holder", 3, Some(&reply));
    let reply = world.report_theft_of(nik, &holder.phone, world.clock.now()).await;
    assert_status(&reply, 200);
    ledger.note("block-device, theft of a blocked phone", 3, Some(&reply));
    world.holder(nik).await;
    ledger.forget();
    let reply = world.report_theft(nik, world.clock.now()).await;
    assert_status(&reply, 200);
    ledger.note("block-device, theft of an active phone", 4, Some(&reply));
}

/// What anyone can fetch is configuration.
async fn note_keys(ledger: &mut Ledger<'_>) {
    for path in ["/.well-known/jwks.json", "/.well-known/retired-keys.json", "/.well-known/oauth-authorization-server"]
    {
        let request = Request::get(format!("http://ikd.test{path}")).body(String::new()).unwrap();
        let reply = ledger.world.send(request).await;
        assert_status(&reply, 200);
        ledger.note(path, 0, Some(&reply));
    }
}
