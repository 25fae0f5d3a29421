//! fetch-redemption: the winner of a scan learns what its holder answered, and nobody else does.

use jiff::SignedDuration;
use local::actors::Minted;
use local::personas::{BANK, HOSPITAL, SITI};
use serde_json::json;
use tests::{World, assert_problem, assert_status};

use super::answer_scan::Asked;
use super::faults::survives;
use super::list_receipts::receipts;
use super::redeem_qr::redeem;

#[tokio::test]
async fn while_the_holder_is_asked_the_winner_waits_with_two_digits_for_the_clerk() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    let scanned = asked.scanned.json();
    assert_eq!(asked.scanned.header("retry-after"), Some("1"));
    assert_eq!(asked.digits().len(), 2);
    assert_eq!(scanned["redeemed_at"], "2026-11-22T05:00:00.000Z");
    assert_eq!(scanned["answer_until"], "2026-11-22T05:01:00.000Z");
    assert!(scanned.get("claims").is_none());
    let waiting = asked.fetch().await;
    assert_status(&waiting, 202);
    assert_eq!(waiting.json(), scanned);
    assert_eq!(waiting.header("location"), asked.scanned.header("location"));
}

#[tokio::test]
async fn the_winner_may_scan_again_instead_under_the_same_key() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = Minted::of(&holder.mint_reply(&json!({ "consent": "at-scan" })).await).unwrap();
    let bank = world.integrator(BANK);
    let scanned = redeem(&bank, &qr.token, Some("k")).await;
    assert_eq!(redeem(&bank, &qr.token, Some("k")).await.json(), scanned.json());
    assert_problem(&redeem(&bank, &qr.token, Some("other")).await, 410, "qr-code-used");
    let body = json!({ "redemption_id": scanned.member("/redemption_id"), "answer": "refuse" });
    assert_status(&holder.phone.answer_scan(&holder.session, &body).await.unwrap(), 200);
    assert_problem(&redeem(&bank, &qr.token, Some("k")).await, 403, "holder-declined");

    let qr = Minted::of(&holder.mint_reply(&json!({ "consent": "at-scan" })).await).unwrap();
    assert_status(&redeem(&bank, &qr.token, Some("k")).await, 202);
    world.pass(SignedDuration::from_secs(60));
    assert_problem(&redeem(&bank, &qr.token, Some("k")).await, 410, "holder-did-not-answer");
}

#[tokio::test]
async fn nobody_but_the_winner_learns_that_there_is_something() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    let hospital = world.integrator(HOSPITAL);
    let token = hospital.token().await.unwrap();
    assert_problem(&hospital.follow(&token, &asked.scanned).await.unwrap(), 404, "redemption-unknown");
    for id in ["47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "M72WG7PMZ4GLV7MXDZAPG3TPXI", "x", "%00"] {
        let request = http::Request::get(format!("http://ikd.test/redemptions/{id}"))
            .header("authorization", format!("Bearer {}", asked.token));
        assert_problem(&world.send(request.body(String::new()).unwrap()).await, 404, "redemption-unknown");
    }
}

#[tokio::test]
async fn a_result_is_the_same_ten_times_and_each_repetition_has_its_receipt() {
    let world = World::new().await;
    let asked = Asked::by_bank(&world).await;
    asked.answer(&asked.allowing()).await;
    let claims = asked.fetch().await.json()["claims"].clone();
    for _ in 0..10 {
        assert_eq!(asked.fetch().await.json()["claims"], claims);
        world.record_receipts().await;
    }
    assert_problem(&asked.fetch().await, 410, "qr-code-used");
    assert_eq!(receipts(&asked.holder, "").await.json()["head"]["count"], 11);
    world.pass(SignedDuration::from_hours(24));
    let token = asked.bank.token().await.unwrap();
    assert_problem(&asked.bank.follow(&token, &asked.scanned).await.unwrap(), 404, "redemption-unknown");
}

#[tokio::test]
async fn what_changes_between_scan_and_fetch_discloses_nothing() {
    let change = async |what: &str| {
        let world = World::new().await;
        let asked = Asked::by_bank(&world).await;
        let disable = async |enabled, claims| {
            let registered =
                ikd::domain::integrator::Integrator { enabled, claims, ..BANK.registered(&asked.bank.key) };
            world.database.register(&registered).await.unwrap();
        };
        assert_status(&asked.answer(&asked.allowing()).await, 200);
        match what {
            "registry" => world.change_resident(SITI, |resident| resident.name = "SITI AMINAH DEWI".to_owned()).await,
            "deceased" => world.change_resident(SITI, |resident| resident.deceased = true).await,
            "disabled" => disable(false, BANK.registered(&asked.bank.key).claims).await,
            "claims" => disable(true, std::iter::once(ikd::domain::claims::Claim::Name).collect()).await,
            "purpose" => {
                let mut registered = BANK.registered(&asked.bank.key);
                registered.purposes.remove("account-opening");
                world.database.register(&registered).await.unwrap();
            }
            _ => assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200),
        }
        asked.fetch().await
    };
    assert_problem(&change("registry").await, 410, "registry-changed");
    assert_problem(&change("deceased").await, 403, "holder-not-eligible");
    assert_problem(&change("disabled").await, 403, "integrator-disabled");
    assert_problem(&change("claims").await, 403, "claims-withdrawn");
    assert_problem(&change("purpose").await, 403, "purpose-not-allowed");
    assert_problem(&change("blocked").await, 410, "qr-code-device-blocked");
}

#[tokio::test]
async fn a_scan_that_meets_nobody_to_ask_is_refused_at_once_and_for_good() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = Minted::of(&holder.mint_reply(&json!({ "consent": "at-scan" })).await).unwrap();
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    world.change_resident(SITI, |resident| resident.deceased = true).await;
    let redeem = async || bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap();
    assert_problem(&redeem().await, 403, "holder-not-eligible");
    world.change_resident(SITI, |resident| resident.deceased = false).await;
    assert_problem(&redeem().await, 403, "holder-not-eligible");
    world.record_receipts().await;
    assert_eq!(receipts(&holder, "").await.json()["receipts"][0]["withheld"], "holder-not-eligible");
}

#[tokio::test]
async fn a_question_comes_from_the_registrys_row_of_the_scan() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.change_resident(SITI, |resident| resident.name = "SITI AMINAH DEWI".to_owned()).await;
    let asked = Asked::of(&world, holder).await;
    asked.answer(&asked.allowing()).await;
    assert_eq!(asked.fetch().await.json()["claims"]["name"], "SITI AMINAH DEWI");
}

#[tokio::test]
async fn a_result_that_was_allowed_is_told_whatever_fails() {
    survives(
        async |world, nik| {
            let asked = Asked::of(world, world.holder(nik).await).await;
            asked.answer(&asked.allowing()).await;
            asked
        },
        async |_, asked: &Asked| asked.fetch().await,
        async |_, asked, answer| {
            assert_status(answer, 200);
            assert_status(&asked.fetch().await, 200);
        },
    )
    .await;
}

#[tokio::test]
async fn a_question_is_put_once_whatever_fails() {
    survives(
        async |world, nik| {
            let holder = world.holder(nik).await;
            let qr = Minted::of(&holder.mint_reply(&json!({ "consent": "at-scan" })).await).unwrap();
            let bank = world.integrator(BANK);
            let token = bank.token().await.unwrap();
            (holder, bank, token, qr.token)
        },
        async |_, (_, bank, token, qr)| bank.redeem(token, qr, "account-opening", Some("k")).await.unwrap(),
        async |_, (holder, bank, token, qr), answer| {
            assert_status(answer, 202);
            assert_eq!(bank.redeem(token, qr, "account-opening", Some("k")).await.unwrap().json(), answer.json());
            let checked = holder.phone.check_qr(&holder.session).await.unwrap().json();
            assert_eq!(checked["redemption_id"], answer.json()["redemption_id"]);
        },
    )
    .await;
}
