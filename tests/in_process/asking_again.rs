//! redeem-qr: what a winner that asks again learns, how often and how long, and what it does not learn.

use declaration::Need;
use ikd::domain::claims::Claim;
use ikd::domain::integrator::Integrator as Registered;
use ikd::domain::qr_code::QrToken;
use ikd::domain::reading::{Given, Reading, Withheld};
use ikd::domain::scan::Scan;
use ikd::store::qr_codes::{Recorded, RecordedTurn};
use jiff::SignedDuration;
use local::actors::Integrator;
use local::personas::{BANK, HOSPITAL, SITI};
use serde_json::json;
use tests::{World, assert_problem, assert_status};

use super::redeem_qr::redeem;

#[tokio::test]
async fn a_redemption_ends_after_a_day_for_its_winner_and_everybody_whether_or_not_it_was_swept() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let (bank, hospital) = (world.integrator(BANK), world.integrator(HOSPITAL));
    assert_status(&redeem(&bank, &qr.token, Some("k")).await, 200);
    world.pass(SignedDuration::from_secs(24 * 60 * 60 - 1));
    assert_status(&redeem(&bank, &qr.token, Some("k")).await, 200);
    assert_problem(&redeem(&hospital, &qr.token, None).await, 410, "qr-code-used");

    world.pass(SignedDuration::from_secs(1));
    assert_eq!(world.items("qr_codes").len(), 1, "nothing was swept");
    let ask = async || {
        let answers = [
            redeem(&bank, &qr.token, Some("k")).await,
            redeem(&bank, &qr.token, None).await,
            redeem(&hospital, &qr.token, Some("k")).await,
        ];
        for answer in &answers {
            assert_problem(answer, 404, "qr-code-unknown");
            assert!(answer.json().get("redemption_id").is_none());
        }
    };
    ask().await;
    let hash = world.items("qr_codes")[0]["token_hash"]["S"].as_str().unwrap().to_owned();
    world.delete("qr_codes", ("token_hash", &hash));
    ask().await;
}

#[tokio::test]
async fn what_the_registry_learned_after_the_redemption_is_not_told_to_a_winner_that_asks_again() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let first = redeem(&bank, &qr.token, Some("k")).await;
    assert_status(&first, 200);
    world.change_resident(SITI, |siti| "JL. BARU NO. 1".clone_into(&mut siti.address.street)).await;
    let changed = redeem(&bank, &qr.token, Some("k")).await;
    assert_problem(&changed, 410, "registry-changed");
    assert_eq!(changed.member("/redemption_id"), first.member("/redemption_id"));
    assert!(!changed.text.contains("JL. BARU") && changed.json().get("claims").is_none());

    world.change_resident(SITI, |_| ()).await;
    let again = redeem(&bank, &qr.token, Some("k")).await;
    assert_eq!(again.json()["claims"], first.json()["claims"], "the row is again what it was");
}

#[tokio::test]
async fn a_first_answer_may_come_from_a_row_that_is_newer_than_the_login() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    world.change_resident(SITI, |siti| "SITI AMINAH PUTRI".clone_into(&mut siti.name)).await;
    for _ in 0..2 {
        let reply = redeem(&bank, &qr.token, Some("k")).await;
        assert_eq!(reply.member("/claims/name").as_deref(), Some("SITI AMINAH PUTRI"));
    }
    world.change_resident(SITI, |_| ()).await;
    assert_problem(&redeem(&bank, &qr.token, Some("k")).await, 410, "registry-changed");
}

/// Says which claims operators allow the bank.
async fn allow(world: &World, bank: &Integrator, claims: &[Claim]) {
    let claims = claims.iter().copied().collect();
    world.database.register(&Registered { claims, ..BANK.registered(&bank.key) }).await.unwrap();
}

#[tokio::test]
async fn a_winner_whose_claims_were_narrowed_in_between_gets_none_until_it_may_have_all_of_them_again() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let first = bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap();
    assert_status(&first, 200);
    for left in [&[Claim::Nik, Claim::Name, Claim::Birthdate][..], &[Claim::Name], &[Claim::Gender]] {
        allow(&world, &bank, left).await;
        for token in [&token, &bank.token().await.unwrap()] {
            let again = bank.redeem(token, &qr.token, "account-opening", Some("k")).await.unwrap();
            assert_problem(&again, 403, "claims-withdrawn");
            assert!(again.json().get("claims").is_none());
        }
    }
    allow(&world, &bank, BANK.claims).await;
    let again = redeem(&bank, &qr.token, Some("k")).await;
    assert_eq!(again.json()["claims"], first.json()["claims"]);
}

#[tokio::test]
async fn a_winner_whose_claims_were_widened_in_between_gets_those_of_its_first_answer() {
    for has_old_token in [true, false] {
        let world = World::new().await;
        let qr = world.holder(SITI).await.mint().await;
        let bank = world.integrator(BANK);
        let old = bank.token().await.unwrap();
        allow(&world, &bank, &[Claim::Name]).await;
        let token = if has_old_token { old } else { bank.token().await.unwrap() };
        let first = bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap();
        assert_eq!(first.json()["claims"], json!({ "name": "SITI AMINAH" }));
        allow(&world, &bank, BANK.claims).await;
        for token in [&token, &bank.token().await.unwrap()] {
            let again = bank.redeem(token, &qr.token, "account-opening", Some("k")).await.unwrap();
            assert_eq!(again.json()["claims"], first.json()["claims"], "old token: {has_old_token}");
        }
    }
}

#[tokio::test]
async fn a_winner_asks_again_ten_times_and_no_more() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    for _ in 0..=10 {
        assert_status(&redeem(&bank, &qr.token, Some("k")).await, 200);
    }
    assert_problem(&redeem(&bank, &qr.token, Some("k")).await, 410, "qr-code-used");
}

#[tokio::test]
async fn of_thirty_requests_at_once_that_ask_again_ten_are_answered() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let ask = async || bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap();
    assert_status(&ask().await, 200);
    let answers = futures::future::join_all((0..30).map(|_| ask())).await;
    let answered = answers.iter().filter(|reply| reply.status.as_u16() == 200).count();
    assert_eq!(answered, 10);
}

#[tokio::test]
async fn a_block_between_reading_the_device_and_answering_again_wins() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let (qr, bank) = (holder.mint().await, world.integrator(BANK));
    assert_status(&redeem(&bank, &qr.token, Some("k")).await, 200);
    let app = world.app(&[Need::Store]);
    let hash = QrToken::parse(&qr.token).unwrap().hash();
    let scan = app.store().qr_code(&hash).await.unwrap().unwrap().into_scan().unwrap();
    let Scan::Redeemed(code) = scan else { panic!("it is redeemed") };
    let record = async |given| {
        let reading = Reading { id: app.random_id(), at: app.now(), given };
        app.store().record_reading(&code, &reading, RecordedTurn::Again { max: 10 }).await.unwrap()
    };
    let claims = Given::Claims { claims: code.disclosed() };
    assert_eq!(record(claims.clone()).await, Recorded::Done);
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    assert_eq!(record(claims).await, Recorded::DeviceBlocked);
    assert_eq!(record(Given::Nothing { withheld: Withheld::QrCodeDeviceBlocked }).await, Recorded::Done);
    assert_eq!(world.items("qr_codes")[0]["repeats"]["N"], "2");
    world.delete("qr_codes", ("token_hash", hash.as_str()));
    assert_eq!(record(Given::Nothing { withheld: Withheld::QrCodeDeviceBlocked }).await, Recorded::Gone);
}
