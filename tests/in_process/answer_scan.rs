//! answer-scan: the holder is asked, and answers once.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::SignedDuration;
use local::actors::{Integrator, Minted, Reply};
use local::personas::{BANK, SITI};
use serde_json::{Value, json};
use tests::{Fault, HolderWithSession, PIN, World, assert_invalid, assert_problem, assert_status};

use super::faults::survives;
use super::list_receipts::receipts;

/// A holder whose code was scanned, and who is asked.
pub struct Asked {
    pub holder: HolderWithSession,
    pub bank: Integrator,
    pub token: String,
    /// What the bank was answered.
    pub scanned: Reply,
}

impl Asked {
    pub async fn by_bank(world: &World) -> Self {
        Self::of(world, world.holder(SITI).await).await
    }

    pub async fn of(world: &World, holder: HolderWithSession) -> Self {
        let qr = Minted::of(&holder.mint_reply(&json!({ "consent": "at-scan" })).await).unwrap();
        let bank = world.integrator(BANK);
        let token = bank.token().await.unwrap();
        let scanned = bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap();
        assert_status(&scanned, 202);
        Self { holder, bank, token, scanned }
    }

    pub fn digits(&self) -> String {
        self.scanned.member("/digits").unwrap()
    }

    /// Other digits than the clerk's.
    pub fn wrong_digits(&self) -> String {
        let digits: u8 = self.digits().parse().unwrap();
        format!("{:02}", (digits + 1) % 100)
    }

    pub fn allowing(&self) -> Value {
        json!({
            "redemption_id": self.scanned.member("/redemption_id"),
            "answer": "allow",
            "digits": self.digits(),
            "pin": PIN,
        })
    }

    pub fn refusing(&self) -> Value {
        json!({ "redemption_id": self.scanned.member("/redemption_id"), "answer": "refuse" })
    }

    pub async fn answer(&self, body: &Value) -> Reply {
        self.holder.phone.answer_scan(&self.holder.session, body).await.unwrap()
    }

    /// The body with another value in it.
    pub async fn allow_with(&self, name: &str, value: Value) -> Reply {
        let mut body = self.allowing();
        body[name] = value;
        self.answer(&body).await
    }

    pub async fn fetch(&self) -> Reply {
        self.bank.follow(&self.token, &self.scanned).await.unwrap()
    }

    pub async fn checked(&self) -> Value {
        let reply = self.holder.phone.check_qr(&self.holder.session).await.unwrap();
        assert_status(&reply, 200);
        reply.json()
    }
}

/// What the newest receipt says was given: claims, or why none.
async fn newest_receipt(world: &World, holder: &HolderWithSession) -> Value {
    world.record_receipts().await;
    let newest = receipts(holder, "").await.json()["receipts"][0].clone();
    if newest["claims"].is_array() { newest["claims"].clone() } else { newest["withheld"].clone() }
}

#[tokio::test]
async fn what_the_holder_leaves_in_is_disclosed_and_no_more() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    let answer = asked.allow_with("claims", json!(["name", "birthdate"])).await;
    assert_status(&answer, 200);
    assert_eq!(answer.header("screen-capture"), Some("deny"));
    assert_eq!(answer.json()["state"], "redeemed");
    assert_eq!(answer.json()["claims"], json!(["name", "birthdate"]));

    let fetched = asked.fetch().await;
    assert_status(&fetched, 200);
    let json = fetched.json();
    assert_eq!(json["claims"], json!({ "name": "SITI AMINAH", "birthdate": "1990-07-05" }));
    assert_eq!(json["redemption_id"], asked.scanned.json()["redemption_id"]);
    let assertion = asked.bank.verify(json["assertion"].as_str().unwrap()).await.unwrap();
    assert!(assertion.get("nik").is_none());
    assert_eq!(newest_receipt(&world, &asked.holder).await, json!(["name", "birthdate"]));
    let count = receipts(&asked.holder, "").await.json()["head"]["count"].clone();
    assert_eq!(count, 1, "one receipt says what was allowed and fetched");
}

#[tokio::test]
async fn all_that_is_asked_for_is_allowed_where_nothing_is_left_out() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    assert_eq!(asked.answer(&asked.allowing()).await.json()["claims"], json!(["nik", "name", "birthdate", "address"]));
    assert_eq!(asked.fetch().await.json()["claims"]["nik"], SITI);
}

#[tokio::test]
async fn nothing_can_be_allowed_that_is_not_asked_for() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    for claims in [json!([]), json!(["picture"]), json!(["name", "family_card_number"])] {
        assert_invalid(&asked.allow_with("claims", claims).await, &["/claims"]);
    }
    for digits in [json!("4"), json!("444"), json!("ab"), Value::Null] {
        assert_invalid(&asked.allow_with("digits", digits).await, &["/digits"]);
    }
    assert_invalid(&asked.allow_with("pin", Value::Null).await, &["/pin"]);
    assert_status(&asked.fetch().await, 202);
    assert_eq!(asked.answer(&asked.allowing()).await.json()["state"], "redeemed", "none of it has cost a try");
}

#[tokio::test]
async fn a_refusal_discloses_nothing_and_a_report_is_counted_for_its_integrator() {
    let world = World::new().await;
    for (report, kept) in [(false, "holder-declined"), (true, "holder-reported")] {
        let asked = Asked::by_bank(&world).await;
        let mut body = asked.refusing();
        body["report"] = json!(report);
        let answer = asked.answer(&body).await;
        assert_status(&answer, 200);
        assert_eq!((&answer.json()["state"], &answer.json()["withheld"]), (&json!("refused"), &json!(kept)));
        let refused = asked.fetch().await;
        assert_problem(&refused, 403, "holder-declined");
        assert_eq!(refused.member("/redemption_id"), asked.scanned.member("/redemption_id"));
        assert_eq!(newest_receipt(&world, &asked.holder).await, kept);
        assert_eq!(asked.answer(&asked.allowing()).await.json()["state"], "refused", "it stays refused");
        assert_problem(&asked.fetch().await, 403, "holder-declined");
        assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    }
    let reports: u64 = world
        .metrics
        .sums()
        .into_iter()
        .filter(|((name, dimensions), _)| {
            name == "HolderReports" && dimensions.get("Client").is_some_and(|it| it == "bank-madiun")
        })
        .map(|(_, sum)| sum)
        .sum();
    assert_eq!(reports, 1);
}

#[tokio::test]
async fn silence_is_a_refusal_whoever_notices_first() {
    for phone_first in [true, false] {
        let world = World::new().await;
        let asked = Asked::by_bank(&world).await;
        world.pass(SignedDuration::from_secs(59));
        assert_status(&asked.fetch().await, 202);
        world.pass(SignedDuration::from_secs(1));
        if phone_first {
            assert_eq!(asked.checked().await["withheld"], "holder-did-not-answer");
        }
        assert_problem(&asked.fetch().await, 410, "holder-did-not-answer");
        let late = asked.answer(&asked.allowing()).await;
        assert_status(&late, 200);
        assert_eq!(late.json()["withheld"], "holder-did-not-answer");
        assert_problem(&asked.fetch().await, 410, "holder-did-not-answer");
        assert_eq!(newest_receipt(&world, &asked.holder).await, "holder-did-not-answer");
    }
}

#[tokio::test]
async fn a_silence_that_nobody_noticed_has_its_receipt_when_the_code_is_deleted() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    world.record_receipts().await;
    assert_eq!(receipts(&asked.holder, "").await.json()["head"]["count"], 0);
    let hash = asked.scanned.header("location").unwrap().trim_start_matches("/redemptions/").to_owned();
    world.delete("qr_codes", ("token_hash", &hash));
    assert_eq!(newest_receipt(&world, &asked.holder).await, "holder-did-not-answer");
    world.record_receipts().await;
    assert_eq!(receipts(&asked.holder, "").await.json()["head"]["count"], 1);
}

#[tokio::test]
async fn three_wrong_pairs_end_the_question_and_cost_no_try_at_the_pin() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    let before = world.hashes_computed();
    for left in [2, 1, 0] {
        let wrong = asked.allow_with("digits", json!(asked.wrong_digits())).await;
        assert_problem(&wrong, 403, "digits-wrong");
        assert_eq!(wrong.json()["tries_left"], left);
    }
    assert_eq!(world.hashes_computed(), before);
    assert_eq!(asked.answer(&asked.allowing()).await.json()["withheld"], "digits-wrong");
    assert_problem(&asked.fetch().await, 403, "holder-declined");
    assert_eq!(newest_receipt(&world, &asked.holder).await, "digits-wrong");
}

#[tokio::test]
async fn of_a_hundred_pairs_at_once_three_at_most_are_looked_at() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    let right = asked.digits();
    let guesses = (0..100).map(|pair| format!("{pair:02}")).filter(|pair| *pair != right);
    let answers = join_all(guesses.map(|pair| asked.allow_with("digits", json!(pair)))).await;
    let mut counted = BTreeMap::<String, usize>::new();
    for answer in &answers {
        *counted.entry(answer.problem().unwrap_or_else(|| answer.status.to_string())).or_default() += 1;
    }
    let looked_at = counted.remove("digits-wrong").unwrap_or_default();
    assert!((1..=3).contains(&looked_at), "{looked_at}");
    assert!(counted.keys().all(|other| ["concurrent-requests", "200 OK"].contains(&other.as_str())), "{counted:?}");
}

#[tokio::test]
async fn a_wrong_pin_keeps_the_question_and_the_one_that_locks_ends_it() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    for _ in 0..2 {
        assert_problem(&asked.allow_with("pin", json!("908172")).await, 401, "invalid-credentials");
        assert_eq!(asked.checked().await["state"], "scanned");
    }
    assert_problem(&asked.allow_with("pin", json!("908172")).await, 423, "pin-locked");
    assert_problem(&asked.fetch().await, 410, "holder-did-not-answer");
    assert_problem(&asked.answer(&asked.allowing()).await, 401, "session-ended");
}

#[tokio::test]
async fn right_digits_cost_nothing_beside_a_wrong_pin_and_the_last_try_may_be_right() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    for _ in 0..2 {
        assert_problem(&asked.allow_with("pin", json!("908172")).await, 401, "invalid-credentials");
    }
    // The third try ends the session before the PIN is looked at; it was right.
    assert_eq!(asked.answer(&asked.allowing()).await.json()["state"], "redeemed");
    assert_status(&asked.fetch().await, 200);
}

#[tokio::test]
async fn an_answer_can_be_repeated_and_counts_once() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    assert_status(&asked.answer(&asked.allowing()).await, 200);
    let hashes = world.hashes_computed();
    for body in [asked.allowing(), asked.refusing()] {
        let again = asked.answer(&body).await;
        assert_status(&again, 200);
        assert_eq!(again.json()["state"], "redeemed");
    }
    assert_eq!(world.hashes_computed(), hashes);
    assert_status(&asked.fetch().await, 200);
}

#[tokio::test]
async fn of_answers_that_race_one_counts_and_everybody_hears_the_same() {
    for _ in 0..5 {
        let world = World::new().await;
        let asked = Asked::by_bank(&world).await;
        let (allowing, refusing) = (asked.allowing(), asked.refusing());
        let answers =
            join_all((0..20).map(|number| asked.answer(if number % 2 == 0 { &allowing } else { &refusing }))).await;
        let fetched = asked.fetch().await;
        let ended = if fetched.status.as_u16() == 200 { "redeemed" } else { "refused" };
        for answer in &answers {
            match answer.problem().as_deref() {
                None => assert_eq!(answer.json()["state"], ended, "{}", answer.text),
                Some(problem) => assert!(
                    ["concurrent-requests", "pin-locked", "session-ended"].contains(&problem),
                    "{}",
                    answer.text
                ),
            }
        }
    }
}

#[tokio::test]
async fn a_block_or_a_lock_between_scan_and_answer_discloses_nothing() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    assert_status(&asked.holder.phone.lock(&asked.holder.session).await.unwrap(), 204);
    assert_problem(&asked.answer(&asked.allowing()).await, 401, "session-ended");
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    assert_problem(&asked.answer(&asked.allowing()).await, 403, "device-blocked");
    world.pass(SignedDuration::from_secs(60));
    assert_problem(&asked.fetch().await, 410, "holder-did-not-answer");
}

#[tokio::test]
async fn another_login_finds_the_question_again() {
    let world = World::new().await;
    let mut asked = Asked::by_bank(&world).await;
    asked.holder = asked.holder.logged_in_again().await;
    assert_eq!(asked.checked().await["state"], "scanned");
    assert_eq!(asked.answer(&asked.allowing()).await.json()["state"], "redeemed");
}

#[tokio::test]
async fn another_code_ends_the_question_of_the_one_before() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    asked.holder.mint().await;
    assert_problem(&asked.answer(&asked.allowing()).await, 404, "question-unknown");
    assert_problem(&asked.fetch().await, 410, "holder-did-not-answer");
    assert_eq!(newest_receipt(&world, &asked.holder).await, "holder-did-not-answer");
}

#[tokio::test]
async fn who_is_not_asked_cannot_answer() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let answer = async || {
        let body = json!({ "redemption_id": "M72WG7PMZ4GLV7MXDZAPG3TPXI", "answer": "refuse" });
        holder.phone.answer_scan(&holder.session, &body).await.unwrap()
    };
    assert_problem(&answer().await, 404, "question-unknown");
    holder.mint_reply(&json!({ "consent": "at-scan" })).await;
    assert_problem(&answer().await, 404, "question-unknown");
}

#[tokio::test]
async fn an_answer_that_allows_counts_once_whatever_fails() {
    survives(
        async |world, nik| Asked::of(world, world.holder(nik).await).await,
        async |_, asked: &Asked| asked.answer(&asked.allowing()).await,
        async |_, asked, answer| {
            assert_status(answer, 200);
            assert_eq!(answer.json()["state"], "redeemed");
            assert_status(&asked.fetch().await, 200);
        },
    )
    .await;
}

#[tokio::test]
async fn a_refusal_that_was_answered_stands_whatever_fails() {
    survives(
        async |world, nik| Asked::of(world, world.holder(nik).await).await,
        async |_, asked: &Asked| asked.answer(&asked.refusing()).await,
        async |_, asked, answer| {
            assert_eq!(answer.json()["state"], "refused");
            assert_problem(&asked.fetch().await, 403, "holder-declined");
        },
    )
    .await;
}

#[tokio::test]
async fn without_the_database_nothing_is_allowed() {
    let world = World::with_faults().await;
    let asked = Asked::by_bank(&world).await;
    world.faults.plan(1, Fault::Throttled, tests::Lasting::UntilMended);
    assert_problem(&asked.answer(&asked.allowing()).await, 503, "service-unavailable");
    world.faults.mend();
    assert_status(&asked.fetch().await, 202);
}
