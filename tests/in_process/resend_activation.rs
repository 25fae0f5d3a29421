//! resend-activation: a new code by a new e-mail, not too often; the old code dies.

use jiff::SignedDuration;
use local::personas::{BUDI, DEWI, SITI, UNKNOWN};
use serde_json::json;
use tests::{EMAIL, World, assert_invalid, assert_problem, assert_status};

const A_MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[tokio::test]
async fn a_new_email_brings_a_new_code_and_the_old_link_is_dead() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    world.pass(A_MINUTE);
    let registered = &approved.registered;
    let reply = registered.phone.ask_for_another_email(&registered.id).await.unwrap();
    assert_status(&reply, 202);
    assert_eq!(reply.member("/delivery").as_deref(), Some("queued"));
    assert!(world.deliver().await.is_empty());
    let newer = world.activation_email(EMAIL);
    assert_ne!(newer, approved.email);

    let reply = world.activate(&approved.email, &approved.email.code).await;
    assert_problem(&reply, 404, "link-dead");
    assert_status(&world.activate(&newer, &newer.code).await, 200);
}

#[tokio::test]
async fn emails_cannot_be_asked_for_too_soon_or_too_often() {
    let world = World::new().await;
    let registered = world.approved(SITI).await.registered;
    let reply = registered.phone.ask_for_another_email(&registered.id).await.unwrap();
    assert_problem(&reply, 429, "too-many-emails");
    assert_eq!(reply.header("retry-after"), Some("60"));
    let detail = reply.member("/detail").unwrap();
    assert!(
        detail.ends_with("Periksa kotak masuk dan folder spam. Jika belum ada, coba lagi dalam 1 menit."),
        "{detail}"
    );
    for _ in 2..=5 {
        world.pass(A_MINUTE);
        assert_status(&registered.phone.ask_for_another_email(&registered.id).await.unwrap(), 202);
    }
    world.pass(A_MINUTE);
    let reply = registered.phone.ask_for_another_email(&registered.id).await.unwrap();
    assert_problem(&reply, 409, "emails-used-up");
}

#[tokio::test]
async fn two_wishes_at_once_issue_one_code() {
    let world = World::new().await;
    let registered = world.approved(SITI).await.registered;
    world.pass(A_MINUTE);
    let ask = || registered.phone.ask_for_another_email(&registered.id);
    let (one, other) = tokio::join!(ask(), ask());
    let mut statuses = [one.unwrap().status.as_u16(), other.unwrap().status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses == [202, 409] || statuses == [202, 429], "{statuses:?}");
    assert_eq!(world.items("outbox").len(), 2);
}

#[tokio::test]
async fn an_officer_sends_again_to_a_corrected_address() {
    let world = World::new().await;
    let registered = world.approved(SITI).await.registered;
    world.pass(A_MINUTE);
    let officer = world.officer();
    let wrong = officer.send_another_email(&registered.id, Some(&json!({ "email": "x" }))).await.unwrap();
    assert_invalid(&wrong, &["/email"]);
    let body = json!({ "email": "siti.baru@contoh.id" });
    assert_status(&officer.send_another_email(&registered.id, Some(&body)).await.unwrap(), 202);
    world.deliver().await;
    let email = world.activation_email("siti.baru@contoh.id");
    assert_status(&world.activate(&email, &email.code).await, 200);
}

#[tokio::test]
async fn only_approved_registrations_have_emails_and_only_their_phone_may_ask() {
    let world = World::new().await;
    let pending = world.registered(SITI).await;
    let reply = pending.phone.ask_for_another_email(&pending.id).await.unwrap();
    assert_problem(&reply, 409, "not-approved");
    let to_officer = world.officer().send_another_email(&pending.id, None).await.unwrap();
    assert_problem(&to_officer, 409, "not-approved");
    assert!(to_officer.member("/detail").unwrap().ends_with("Minta penduduk membuka Cek Status di ponselnya."));
    assert_ne!(reply.member("/detail"), to_officer.member("/detail"), "on one route the two read different texts");
    assert_problem(&world.phone().ask_for_another_email(&pending.id).await.unwrap(), 404, "not-found");
    assert_problem(
        &world.officer().send_another_email("AAAAAAAAAAAAAAAAAAAAAAAAAA", None).await.unwrap(),
        404,
        "not-found",
    );

    let activated = world.activated(BUDI).await;
    let reply = activated.phone.ask_for_another_email(&activated.registration).await.unwrap();
    assert_problem(&reply, 409, "not-approved");
}

#[tokio::test]
async fn an_officer_sends_again_by_nik_what_waits_and_may_correct_the_address() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let officer = world.officer();
    world.pass(A_MINUTE);
    let reply = officer.send_another_email_to(SITI, None).await.unwrap();
    assert_status(&reply, 202);
    assert_eq!(reply.member("/delivery").as_deref(), Some("queued"));
    assert_problem(&officer.send_another_email_to(SITI, None).await.unwrap(), 429, "too-many-emails");
    world.pass(A_MINUTE);
    assert_status(&officer.send_another_email_to(SITI, Some("siti.baru@contoh.id")).await.unwrap(), 202);
    assert!(world.deliver().await.is_empty());
    let newest = world.activation_email("siti.baru@contoh.id");
    assert_problem(&world.activate(&approved.email, &approved.email.code).await, 404, "link-dead");
    assert_status(&world.activate(&newest, &newest.code).await, 200);
    let stored = world.stored_registration(&approved.registered.id);
    assert_eq!(stored["activation"]["M"]["ordered_by"]["S"], "petugas-1", "{stored}");
}

#[tokio::test]
async fn after_a_reset_of_the_pin_the_officer_sends_again_by_nik() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.pass(A_MINUTE);
    assert_status(&world.officer().reset_pin(SITI, None).await.unwrap(), 202);
    world.pass(A_MINUTE);
    assert_status(&world.officer().send_another_email_to(SITI, None).await.unwrap(), 202);
    assert!(world.deliver().await.is_empty());
    let email = world.activation_email(EMAIL);
    assert_status(&world.activate(&email, &email.code).await, 200);
    assert_status(&holder.phone.log_in(&email.code).await.unwrap(), 200);
}

#[tokio::test]
async fn by_nik_nothing_is_sent_where_nothing_waits_or_to_what_is_no_address() {
    let world = World::new().await;
    let officer = world.officer();
    world.activated(BUDI).await;
    world.registered(SITI).await;
    for nik in [SITI, BUDI, UNKNOWN] {
        assert_problem(&officer.send_another_email_to(nik, None).await.unwrap(), 409, "not-approved");
    }
    let both = officer.send_another_email_to("123", Some("x")).await.unwrap();
    assert_invalid(&both, &["/nik", "/email"]);

    world.approved(DEWI).await;
    for _ in 2..=5 {
        world.pass(A_MINUTE);
        assert_status(&officer.send_another_email_to(DEWI, None).await.unwrap(), 202);
    }
    world.pass(A_MINUTE);
    assert_problem(&officer.send_another_email_to(DEWI, None).await.unwrap(), 409, "emails-used-up");
    world.pass(SignedDuration::from_hours(24 * 30));
    assert_problem(&world.officer().send_another_email_to(DEWI, None).await.unwrap(), 409, "not-approved");
}

#[tokio::test]
async fn of_two_wishes_by_nik_at_once_one_is_granted() {
    let world = World::new().await;
    world.approved(SITI).await;
    world.pass(A_MINUTE);
    let officer = world.officer();
    let (one, other) =
        tokio::join!(officer.send_another_email_to(SITI, None), officer.send_another_email_to(SITI, None));
    let mut statuses = [one.unwrap().status.as_u16(), other.unwrap().status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses == [202, 409] || statuses == [202, 429], "{statuses:?}");
    assert_eq!(world.items("outbox").len(), 2);
}
