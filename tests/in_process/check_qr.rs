//! check-qr: the phone learns what became of the code that it shows.

use jiff::SignedDuration;
use local::actors::Minted;
use local::personas::{BANK, HOSPITAL, SITI};
use serde_json::json;
use tests::{World, assert_status};

use super::answer_scan::Asked;
use super::faults::survives;
use super::redeem_qr::redeem;

#[tokio::test]
async fn the_phone_learns_who_asks_for_what_and_never_the_digits() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let checked = async || {
        let reply = holder.phone.check_qr(&holder.session).await.unwrap();
        assert_status(&reply, 200);
        reply
    };
    assert_eq!(checked().await.json(), json!({ "state": "gone" }));
    assert_eq!(checked().await.header("retry-after"), None);

    let claims = ["name", "birthdate", "picture", "family_card_number"];
    let minted = holder.mint_reply(&json!({ "consent": "at-scan", "claims": claims })).await;
    assert_eq!(minted.json()["consent"], "at-scan");
    let live = checked().await;
    assert_eq!(live.json(), json!({ "state": "live", "expires_at": minted.json()["expires_at"] }));
    assert_eq!(live.header("retry-after"), Some("2"));

    let scanned = redeem(&world.integrator(HOSPITAL), &Minted::of(&minted).unwrap().token, None).await;
    assert_status(&scanned, 202);
    let question = checked().await;
    assert_eq!(question.header("retry-after"), Some("2"));
    assert_eq!(question.header("screen-capture"), Some("deny"));
    let expected = json!({
        "state": "scanned",
        "redemption_id": scanned.member("/redemption_id"),
        "client_id": "rsud-madiun",
        "integrator": "RSUD Kota Madiun",
        "purpose": "patient-registration",
        "purpose_label": question.json()["purpose_label"],
        "redeemed_at": scanned.member("/redeemed_at"),
        "claims": ["name", "birthdate"],
        "answer_until": scanned.member("/answer_until"),
    });
    assert_eq!(question.json(), expected, "what the hospital is not registered for is not asked");
    assert!(question.json()["purpose_label"]["id"].is_string());
}

#[tokio::test]
async fn the_phone_learns_that_a_code_was_redeemed_by_showing_it() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    assert_status(&redeem(&world.integrator(BANK), &qr.token, None).await, 200);
    let checked = holder.phone.check_qr(&holder.session).await.unwrap().json();
    assert_eq!((&checked["state"], &checked["integrator"]), (&json!("redeemed"), &json!("Bank Madiun")));
    assert_eq!(checked["claims"], json!(["nik", "name", "birthdate", "address"]));
}

#[tokio::test]
async fn a_code_that_nobody_scanned_is_gone_after_its_time() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    holder.mint().await;
    world.pass(SignedDuration::from_secs(90));
    assert_eq!(holder.phone.check_qr(&holder.session).await.unwrap().json(), json!({ "state": "gone" }));
}

#[tokio::test]
async fn the_phone_learns_that_an_integrator_was_refused() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    asked.answer(&asked.refusing()).await;
    let checked = asked.checked().await;
    assert_eq!((&checked["state"], &checked["withheld"]), (&json!("refused"), &json!("holder-declined")));
}

#[tokio::test]
async fn a_question_is_shown_whatever_fails() {
    survives(
        async |world, nik| Asked::of(world, world.holder(nik).await).await,
        async |_, asked: &Asked| asked.holder.phone.check_qr(&asked.holder.session).await.unwrap(),
        async |_, asked, answer| {
            assert_status(answer, 200);
            assert_eq!(answer.json()["answer_until"], asked.scanned.json()["answer_until"]);
        },
    )
    .await;
}
