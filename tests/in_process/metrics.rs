//! What operators count: each request once, by function and problem, and what happened in it.

use local::personas::{BANK, SITI};
use serde_json::json;
use tests::{EMAIL, PIN, SesFault, World, assert_problem, assert_status};

#[tokio::test]
async fn every_request_is_counted_and_a_refusal_by_its_problem() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let before = world.metrics.sum("Requests", "login", None);
    assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
    assert_problem(&holder.phone.log_in("908172").await.unwrap(), 401, "invalid-credentials");
    assert_eq!(world.metrics.sum("Requests", "login", None), before + 2);
    assert_eq!(world.metrics.sum("Refusals", "login", None), 1);
    assert_eq!(world.metrics.sum("Refusals", "login", Some("invalid-credentials")), 1);
}

#[tokio::test]
async fn a_lock_is_counted_when_a_wrong_pin_brings_it_and_not_while_it_lasts() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    holder.lock_pin().await;
    assert_eq!(world.metrics.sum("Lockouts", "login", None), 1);
}

#[tokio::test]
async fn an_activation_and_a_redemption_are_counted_where_they_happen() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_eq!(world.metrics.sum("Activations", "activate", None), 1);
    let qr = holder.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    assert_status(&bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap(), 200);
    assert_problem(&bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap(), 410, "qr-code-used");
    assert_eq!(world.metrics.sum("Redemptions", "redeem-qr", None), 1);
    assert_eq!(world.metrics.sum("Refusals", "redeem-qr", Some("qr-code-used")), 1);
}

#[tokio::test]
async fn an_email_that_ses_refuses_and_one_that_it_cannot_take_now_are_told_apart() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    assert_status(&world.officer().approve_replacing_device(&registered.ticket).await.unwrap(), 200);
    world.ses.fail_next(&[SesFault::Down, SesFault::Refused]);
    assert_eq!(world.deliver().await.len(), 1, "it is repeated");
    assert_eq!(world.metrics.sum("DependencyFailures", "send-activation-email", None), 1);
    assert_eq!(world.metrics.sum("EmailsRefused", "send-activation-email", None), 0);
    assert_eq!(world.deliver().await.len(), 0);
    assert_eq!(world.metrics.sum("EmailsRefused", "send-activation-email", None), 1);
    assert_eq!(world.metrics.sum("Requests", "send-activation-email", None), 2);
}

#[tokio::test]
async fn a_database_out_of_reach_is_a_failure_of_what_the_function_depends_on() {
    let world = World::without_database().await;
    let phone = world.phone();
    assert_problem(&phone.log_in(PIN).await.unwrap(), 503, "service-unavailable");
    assert_eq!(world.metrics.sum("DependencyFailures", "login", None), 1);
}

#[tokio::test]
async fn a_line_tells_of_no_person() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    assert_status(&holder.phone.mint(&holder.session, &json!({})).await.unwrap(), 201);
    let lines = world.metrics.lines();
    assert!(!lines.is_empty());
    for line in lines {
        for personal in [SITI, EMAIL, PIN, qr.token.as_str()] {
            assert!(!line.to_string().contains(personal), "{line}");
        }
    }
}
