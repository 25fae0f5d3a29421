//! redeem-qr: at most once, in time, and the winner can learn it again.

use ikd::domain::claims::Claim;
use ikd::domain::integrator::Integrator as Registered;
use jiff::SignedDuration;
use local::actors::{Integrator, Reply};
use local::personas::{BANK, BUDI, DISABLED, HOSPITAL, SHOP, SITI};
use serde_json::{Value, json};
use tests::{World, assert_invalid, assert_problem, assert_status};

pub async fn redeem(integrator: &Integrator, qr: &str, key: Option<&str>) -> Reply {
    let purpose = match integrator.client_id.as_str() {
        "rsud-madiun" => "patient-registration",
        "toko-pahlawan" => "age-check",
        _ => "account-opening",
    };
    let token = integrator.token().await.unwrap();
    integrator.redeem(&token, qr, purpose, key).await.unwrap()
}

#[tokio::test]
async fn the_claims_asked_for_and_allowed_are_told_and_signed() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    let hospital = world.integrator(HOSPITAL);
    let reply = redeem(&hospital, &qr.token, None).await;
    assert_status(&reply, 200);
    let json = reply.json();
    assert_eq!(json["claims"], json!({ "name": "SITI AMINAH", "birthdate": "1990-07-05" }), "no NIK, no address");
    let assertion = hospital.verify(json["assertion"].as_str().unwrap()).await.unwrap();
    assert_eq!(assertion["name"], "SITI AMINAH");
    assert_eq!(assertion["purpose"], "patient-registration");
    assert_eq!(assertion["jti"], json["redemption_id"]);
    assert!(assertion.get("nik").is_none());
    let bank = world.integrator(BANK);
    assert!(bank.verify(json["assertion"].as_str().unwrap()).await.is_err(), "it is for one integrator alone");
}

#[tokio::test]
async fn an_integrator_knows_a_holder_by_a_name_that_no_other_integrator_sees() {
    let world = World::new().await;
    let (siti, budi) = (world.holder(SITI).await, world.holder(BUDI).await);
    let (bank, hospital) = (world.integrator(BANK), world.integrator(HOSPITAL));
    let subject = async |integrator: &Integrator, qr: String| {
        let reply = redeem(integrator, &qr, None).await;
        let assertion = reply.member("/assertion").unwrap();
        integrator.verify(&assertion).await.unwrap()["sub"].as_str().unwrap().to_owned()
    };
    let first = subject(&bank, siti.mint().await.token).await;
    assert_eq!(subject(&bank, siti.mint().await.token).await, first);
    assert_ne!(subject(&hospital, siti.mint().await.token).await, first);
    assert_ne!(subject(&bank, budi.mint().await.token).await, first);
    assert!(!first.contains(SITI));
}

#[tokio::test]
async fn a_code_serves_once_and_its_winner_can_ask_again() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    let (bank, hospital) = (world.integrator(BANK), world.integrator(HOSPITAL));
    let first = redeem(&bank, &qr.token, Some("counter-1")).await;
    assert_status(&first, 200);
    let disclosed = |reply: &Reply| {
        let mut json = reply.json();
        json.as_object_mut().unwrap().remove("assertion");
        json
    };

    assert_problem(&redeem(&bank, &qr.token, None).await, 410, "qr-code-used");
    assert_problem(&redeem(&bank, &qr.token, Some("counter-2")).await, 410, "qr-code-used");
    assert_problem(&redeem(&hospital, &qr.token, Some("counter-1")).await, 410, "qr-code-used");

    // The winner's own attempt, even much later and after the holder has shown another code.
    world.pass(SignedDuration::from_secs(120));
    holder.mint().await;
    let again = redeem(&bank, &qr.token, Some("counter-1")).await;
    assert_status(&again, 200);
    assert_eq!(disclosed(&first), disclosed(&again));
    let claims = async |reply: &Reply| bank.verify(&reply.member("/assertion").unwrap()).await.unwrap();
    assert_eq!(claims(&first).await, claims(&again).await, "the assertion says the same");
}

#[tokio::test]
async fn a_redeemed_code_is_kept_for_its_winner_for_a_day() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    assert_status(&redeem(&bank, &qr.token, Some("k")).await, 200);
    let stored = world.items("qr_codes").remove(0);
    let ends: i64 = stored["expires_at"]["N"].as_str().unwrap().parse().unwrap();
    let redeemed_at = ikd::app::Clock::now(&*world.clock).as_second();
    assert_eq!(ends, redeemed_at + 24 * 60 * 60, "TTL takes it a day later, not with the code's own end");
}

#[tokio::test]
async fn claims_that_operators_withdrew_since_the_token_are_not_told_and_the_code_is_used_up() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let register = async |claims: &[Claim]| {
        let claims = claims.iter().copied().collect();
        world.database.register(&Registered { claims, ..BANK.registered(&bank.key) }).await.unwrap();
    };
    let redeem = async |qr: &str, key| bank.redeem(&token, qr, "account-opening", Some(key)).await.unwrap();

    register(&[Claim::Name]).await;
    let narrowed = redeem(&holder.mint().await.token, "a").await;
    assert_eq!(narrowed.json()["claims"], json!({ "name": "SITI AMINAH" }));
    for none in [&[][..], &[Claim::Gender]] {
        register(none).await;
        let qr = holder.mint().await.token;
        let refused = redeem(&qr, "b").await;
        assert_problem(&refused, 403, "claims-withdrawn");
        assert!(refused.member("/redemption_id").is_some());
        assert_problem(&redeem(&qr, "c").await, 410, "qr-code-used");
    }
}

#[tokio::test]
async fn of_200_redemptions_at_once_one_wins() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let mut attempts = tokio::task::JoinSet::new();
    for attempt in 0..200 {
        let (bank, token, qr) = (bank.clone(), token.clone(), qr.token.clone());
        attempts.spawn(async move {
            let key = format!("attempt-{attempt}");
            (key.clone(), bank.redeem(&token, &qr, "account-opening", Some(&key)).await.unwrap())
        });
    }
    let (mut winner, mut used) = (None, 0);
    while let Some(outcome) = attempts.join_next().await {
        let (key, reply) = outcome.unwrap();
        if reply.status.as_u16() == 200 {
            assert!(winner.replace((key, reply)).is_none(), "two winners");
        } else {
            assert_problem(&reply, 410, "qr-code-used");
            used += 1;
        }
    }
    assert_eq!(used, 199);
    let (key, first) = winner.unwrap();
    let again = bank.redeem(&token, &qr.token, "account-opening", Some(&key)).await.unwrap();
    assert_status(&again, 200);
    for member in ["redemption_id", "redeemed_at", "claims", "purpose"] {
        assert_eq!(again.json()[member], first.json()[member]);
    }
}

#[tokio::test]
async fn a_code_dies_at_90_seconds_whether_or_not_it_was_swept() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);

    let qr = holder.mint().await;
    world.pass(SignedDuration::from_millis(89_900));
    assert_status(&redeem(&bank, &qr.token, None).await, 200);

    world.pass(SignedDuration::from_millis(100));
    let qr = holder.mint().await;
    world.pass(SignedDuration::from_secs(90));
    assert_problem(&redeem(&bank, &qr.token, None).await, 410, "qr-code-expired");
}

#[tokio::test]
async fn a_code_minted_within_a_second_never_lives_longer_than_90() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    world.pass(SignedDuration::from_millis(700));
    let qr = holder.mint().await;
    world.pass(SignedDuration::from_millis(89_300));
    assert_problem(&redeem(&bank, &qr.token, None).await, 410, "qr-code-expired");
}

#[tokio::test]
async fn a_code_that_shares_no_claim_is_refused_and_not_used_up() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    assert_problem(&redeem(&world.integrator(SHOP), &qr.token, None).await, 403, "no-shared-claims");
    assert_status(&redeem(&world.integrator(BANK), &qr.token, None).await, 200);
}

#[tokio::test]
async fn a_shop_learns_that_somebody_is_of_age_and_nothing_else() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint_reply(&json!({ "claims": ["age_over_17", "name"] })).await.member("/token").unwrap();
    let reply = redeem(&world.integrator(SHOP), &qr, None).await;
    assert_eq!(reply.json()["claims"], json!({ "age_over_17": true }));
}

#[tokio::test]
async fn the_code_of_a_blocked_device_is_worthless_and_its_winner_learns_that_it_had_won() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    let (won, open) = (holder.mint().await, holder.mint().await);
    assert_problem(&redeem(&bank, &won.token, None).await, 410, "qr-code-superseded");
    let first = redeem(&bank, &open.token, Some("k")).await;
    assert_status(&first, 200);
    let last = holder.mint().await;
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);

    let reply = redeem(&bank, &last.token, None).await;
    assert_problem(&reply, 410, "qr-code-device-blocked");
    assert!(reply.json().get("claims").is_none());
    let reply = redeem(&bank, &open.token, Some("k")).await;
    assert_problem(&reply, 410, "qr-code-device-blocked");
    assert_eq!(reply.member("/redemption_id"), first.member("/redemption_id"));
}

#[tokio::test]
async fn a_code_is_read_as_scanners_and_people_send_it_and_serves_once_in_whatever_form() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let bank = world.integrator(BANK);
    let forms: [fn(&str) -> String; 5] = [
        str::to_lowercase,
        |code| format!("{code}\r\n"),
        |code| format!(" {code}"),
        |code| format!("{}-{}", &code[..16], &code[16..]),
        |code| code.replace('O', "0").replace('I', "1").replace('B', "8"),
    ];
    for form in forms {
        let token = holder.mint().await.token;
        assert_status(&redeem(&bank, &form(&token), Some("counter")).await, 200);
        assert_problem(&redeem(&bank, &token, None).await, 410, "qr-code-used");
        assert_status(&redeem(&bank, &token, Some("counter")).await, 200);
    }
}

#[tokio::test]
async fn malformed_codes_are_answered_like_unknown_ones() {
    let world = World::new().await;
    let bank = world.integrator(BANK);
    for qr in ["", "A", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &"A".repeat(5_000)] {
        assert_problem(&redeem(&bank, qr, None).await, 404, "qr-code-unknown");
    }
}

#[tokio::test]
async fn purposes_are_registered() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let reply = bank.redeem(&token, &qr.token, "curiosity", None).await.unwrap();
    assert_problem(&reply, 403, "purpose-not-allowed");
    let reply = bank.redeem_with(&token, &json!({ "token": qr.token }), None).await.unwrap();
    assert_invalid(&reply, &["/purpose"]);
    assert_status(&redeem(&bank, &qr.token, None).await, 200);
}

#[tokio::test]
async fn an_idempotency_key_belongs_to_one_request() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let redeem = async |purpose, key| bank.redeem(&token, &qr.token, purpose, Some(key)).await.unwrap();
    assert_status(&redeem("account-opening", "\"k\"").await, 200);
    assert_status(&redeem("account-opening", "k").await, 200);
    assert_problem(&redeem("customer-due-diligence", "k").await, 422, "idempotency-key-reused");
    for key in ["", "with space", &"k".repeat(129)] {
        assert_problem(&redeem("account-opening", key).await, 400, "malformed-request");
    }
}

#[tokio::test]
async fn a_disabled_integrator_learns_nothing_with_a_token_from_before() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let mut registered = BANK.registered(&bank.key);
    registered.enabled = false;
    world.database.register(&registered).await.unwrap();
    let reply = bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap();
    assert_problem(&reply, 403, "integrator-disabled");
    assert_problem(&world.integrator(DISABLED).authenticate().await.unwrap(), 401, "invalid-client");
}

#[tokio::test]
async fn the_dead_have_no_identity_to_show() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    world.change_resident(SITI, |resident| resident.deceased = true).await;
    assert_problem(&redeem(&world.integrator(BANK), &qr.token, None).await, 403, "holder-not-eligible");
}

#[tokio::test]
async fn the_stored_redemption_names_who_when_why_and_no_value() {
    let world = World::new().await;
    let qr = world.holder(SITI).await.mint().await;
    assert_status(&redeem(&world.integrator(BANK), &qr.token, None).await, 200);
    let stored: Value = world.items("qr_codes").remove(0);
    assert_eq!(stored["redemption"]["M"]["client_id"]["S"], "bank-madiun");
    assert_eq!(stored["redemption"]["M"]["purpose"]["S"], "account-opening");
    for value in ["SITI", "1990-07-05", "PAHLAWAN"] {
        assert!(!stored.to_string().contains(value));
    }
    assert!(stored["registry_row"]["M"]["salt"]["S"].is_string(), "the row is recognised by a salted digest");
}
