//! approve-face: what the officer sees, and decisions that are made once.

use ikd::app::Clock;
use jiff::SignedDuration;
use local::actors::Officer;
use local::personas::SITI;
use serde_json::{Value, json};
use tests::thefts::{approval_reporting, stolen};
use tests::{PIN, World, assert_invalid, assert_problem, assert_status};

use super::sign_document::{check, sign};

#[tokio::test]
async fn the_officer_sees_applicant_photo_selfie_and_device_in_use() {
    let world = World::new().await;
    let active = world.activated(SITI).await;
    let registered = world.registered(SITI).await;
    let reply = world.officer().scan(&registered.ticket).await.unwrap();
    assert_status(&reply, 200);
    let review = reply.json();
    assert_eq!(review["applicant"]["nik"], SITI);
    assert_eq!(review["applicant"]["name"], "SITI AMINAH");
    assert_eq!(review["phone_number"], "+6281234567890");
    assert_eq!(review["eligible"], true);
    assert_eq!(review["stage"], "pending");
    let device = json!({ "key": active.phone.key.thumbprint(), "activated_at": "2026-11-22T05:00:00.000Z" });
    assert_eq!(review["active_device"], device);
    for picture in ["registry_photo", "selfie"] {
        let bytes = data_encoding::BASE64.decode(review[picture].as_str().unwrap().as_bytes()).unwrap();
        assert!(image::load_from_memory(&bytes).is_ok(), "{picture}");
    }
}

#[tokio::test]
async fn a_ticket_opens_as_scanners_send_it() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    for scanned in [registered.ticket.to_lowercase(), format!("{}%0D%0A", registered.ticket)] {
        let reply = world.officer().scan(&scanned).await.unwrap();
        assert_status(&reply, 200);
        assert_eq!(reply.member("/id").as_ref(), Some(&registered.id), "{scanned}");
    }
    let corrected = json!({ "verdict": "approve", "email": " siti.baru@contoh.id\u{200b}" });
    assert_status(&world.officer().decide(&registered.ticket.to_lowercase(), &corrected).await.unwrap(), 200);
    assert_eq!(world.stored_registration(&registered.id)["email"]["S"], "siti.baru@contoh.id");
}

#[tokio::test]
async fn deciding_either_way_erases_the_selfie_and_records_officer_time_and_reason() {
    let world = World::new().await;
    for verdict in ["approve", "reject"] {
        let registered = world.registered(SITI).await;
        assert!(world.item("selfies", ("id", &registered.id)).is_some());
        let body = json!({ "verdict": verdict, "reason": "Wajah cocok" });
        let reply = world.officer_named("petugas-7").decide(&registered.ticket, &body).await.unwrap();
        assert_status(&reply, 200);
        assert!(world.item("selfies", ("id", &registered.id)).is_none(), "{verdict}");
        let stored = world.stored_registration(&registered.id);
        let decision = &stored["decision"]["M"];
        assert_eq!(decision["officer"]["S"], "petugas-7");
        assert_eq!(decision["reason"]["S"], "Wajah cocok");
        assert_eq!(decision["decided_at"]["S"], "2026-11-22T05:00:00.000Z");
        let seen = world.officer().scan(&registered.ticket).await.unwrap().json();
        assert!(seen["selfie"].is_null());
    }
}

#[tokio::test]
async fn approving_orders_one_email_and_approving_twice_orders_no_second_one() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let first = world.officer_named("a").approve(&registered.ticket).await.unwrap();
    let second = world.officer_named("b").approve(&registered.ticket).await.unwrap();
    assert_status(&second, 200);
    assert_eq!(first.json(), second.json(), "the decision that counts is the first officer's");
    assert_eq!(world.items("outbox").len(), 1);
}

#[tokio::test]
async fn two_officers_at_once_give_one_decision() {
    let world = World::new().await;
    for _ in 0..5 {
        let registered = world.registered(SITI).await;
        let (one, other) = (world.officer_named("a"), world.officer_named("b"));
        let (approved, rejected) =
            tokio::join!(one.approve(&registered.ticket), other.reject(&registered.ticket, "Wajah berbeda"));
        let statuses = [approved.unwrap().status.as_u16(), rejected.unwrap().status.as_u16()];
        assert!(statuses == [200, 409] || statuses == [409, 200], "{statuses:?}");
    }
}

#[tokio::test]
async fn another_verdict_afterwards_is_refused() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    assert_status(&world.officer().reject(&registered.ticket, "Foto buram").await.unwrap(), 200);
    assert_problem(&world.officer().approve(&registered.ticket).await.unwrap(), 409, "already-decided");
}

#[tokio::test]
async fn approving_one_registration_ends_the_others_and_their_tickets() {
    let world = World::new().await;
    let (stranger, siti) = (world.registered(SITI).await, world.registered(SITI).await);
    assert_status(&world.officer().approve(&siti.ticket).await.unwrap(), 200);
    assert_problem(&world.officer().approve(&stranger.ticket).await.unwrap(), 409, "registration-ended");
    assert_problem(&world.officer().reject(&stranger.ticket, "-").await.unwrap(), 409, "registration-ended");
    let reply = stranger.phone.check_status(&stranger.id).await.unwrap();
    assert_eq!(reply.member("/stage").as_deref(), Some("ended"));
    assert!(reply.json().get("ticket").is_none());
}

#[tokio::test]
async fn two_registrations_of_one_nik_approved_at_once_give_one_approved() {
    let world = World::new().await;
    for _ in 0..5 {
        let (one, other) = (world.registered(SITI).await, world.registered(SITI).await);
        let officer = world.officer();
        let (first, second) = tokio::join!(officer.approve(&one.ticket), officer.approve(&other.ticket));
        let statuses = [first.unwrap().status.as_u16(), second.unwrap().status.as_u16()];
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}

#[tokio::test]
async fn an_active_device_is_replaced_only_when_the_officer_says_so_and_then_dies_at_once() {
    let world = World::new().await;
    let old = world.holder(SITI).await;
    let qr = old.mint().await;
    let registered = world.registered(SITI).await;
    let officer = world.officer();
    assert_problem(&officer.approve(&registered.ticket).await.unwrap(), 409, "device-already-active");
    old.mint().await;

    assert_status(&officer.approve_replacing_device(&registered.ticket).await.unwrap(), 200);
    assert_problem(&old.mint_reply(&json!({})).await, 403, "device-blocked");
    assert_problem(&old.phone.log_in(PIN).await.unwrap(), 403, "device-blocked");
    let bank = world.integrator(local::personas::BANK);
    let token = bank.token().await.unwrap();
    let reply = bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap();
    assert_problem(&reply, 410, "qr-code-superseded");
}

#[tokio::test]
async fn the_officer_corrects_a_mistyped_address() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let officer = world.officer();
    let wrong = json!({ "verdict": "approve", "email": "siti@" });
    assert_invalid(&officer.decide(&registered.ticket, &wrong).await.unwrap(), &["/email"]);
    let body = json!({ "verdict": "approve", "email": "siti.aminah@contoh.id" });
    assert_status(&officer.decide(&registered.ticket, &body).await.unwrap(), 200);
    world.deliver().await;
    assert_eq!(world.ses.taken()[0]["Destination"]["ToAddresses"][0], "siti.aminah@contoh.id");
}

#[tokio::test]
async fn a_rejection_needs_a_reason_of_a_readable_length() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    for reason in ["", "  ", &"a".repeat(501)] {
        assert_invalid(&world.officer().reject(&registered.ticket, reason).await.unwrap(), &["/reason"]);
    }
}

#[tokio::test]
async fn what_the_registry_learned_since_the_registration_counts() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    world.change_resident(SITI, |resident| resident.deceased = true).await;
    assert_eq!(world.officer().scan(&registered.ticket).await.unwrap().json()["eligible"], false);
    assert_problem(&world.officer().approve(&registered.ticket).await.unwrap(), 422, "not-eligible");
}

#[tokio::test]
async fn forged_tickets_and_other_people_open_nothing() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let mut forged = registered.ticket.clone();
    let last = if forged.ends_with('A') { 'B' } else { 'A' };
    forged.replace_range(10..11, &last.to_string());
    for ticket in [forged.as_str(), "A", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_problem(&world.officer().scan(ticket).await.unwrap(), 404, "ticket-unknown");
        assert_problem(&world.officer().approve(ticket).await.unwrap(), 404, "ticket-unknown");
    }
    let clerk = world.issuer.token("x", "tamu", ikd::app::Clock::now(&*world.clock)).unwrap();
    let clerk = Officer::new(world.api.clone(), clerk);
    assert_problem(&clerk.scan(&registered.ticket).await.unwrap(), 403, "not-an-officer");
    let nobody = Officer::new(world.api.clone(), "nonsense".to_owned());
    assert_problem(&nobody.approve(&registered.ticket).await.unwrap(), 401, "invalid-token");
}

#[tokio::test]
async fn a_replacement_says_why_and_revokes_what_a_thief_signed() {
    for is_blocked in [false, true] {
        let world = World::new().await;
        let old = world.holder(SITI).await;
        world.pass(SignedDuration::from_mins(1));
        let since = world.clock.now();
        let by_thief = sign(&old, PIN).await.member("/id").unwrap();
        if is_blocked {
            assert_status(&old.phone.block_itself(&old.session, "lost").await.unwrap(), 200);
        }
        let registered = world.registered(SITI).await;
        let reply = world
            .officer_named("petugas-7")
            .decide(&registered.ticket, &approval_reporting(&stolen(since)))
            .await
            .unwrap();
        assert_status(&reply, 200);
        assert_eq!(check(&world, &by_thief).await["validity"], "revoked");
        let device = world.stored_device(old.phone.key.thumbprint());
        assert_eq!(device["block"]["M"]["reason"]["S"], if is_blocked { "lost" } else { "stolen" });
        assert_eq!(device["theft"]["M"]["officer"]["S"], "petugas-7");
        world.assert_sound();
    }
}

#[tokio::test]
async fn a_replaced_phone_may_be_lost_and_is_replaced_where_nothing_is_said() {
    for (previous, reason) in
        [(json!({ "reason": "lost" }), "lost"), (json!({}), "replaced"), (Value::Null, "replaced")]
    {
        let world = World::new().await;
        let old = world.activated(SITI).await;
        let registered = world.registered(SITI).await;
        assert_status(&world.officer().decide(&registered.ticket, &approval_reporting(&previous)).await.unwrap(), 200);
        assert_eq!(world.stored_device(old.phone.key.thumbprint())["block"]["M"]["reason"]["S"], reason);
    }
}

#[tokio::test]
async fn a_theft_is_reported_with_the_replacement_and_only_of_a_phone_that_was_there() {
    let world = World::new().await;
    let officer = world.officer();
    let before = world.clock.now();
    let registered = world.registered(SITI).await;
    let reply = officer.decide(&registered.ticket, &approval_reporting(&stolen(before))).await.unwrap();
    assert_invalid(&reply, &["/previous_device"]);

    world.pass(SignedDuration::from_mins(1));
    let (old, activated) = (world.holder(SITI).await, world.clock.now());
    let registered = world.registered(SITI).await;
    let since = "/previous_device/stolen_since";
    for (previous, pointer) in [
        (stolen(before), since),
        (stolen(activated + SignedDuration::from_secs(1)), since),
        (json!({ "reason": "lost", "stolen_since": activated, "justification": "Laporan" }), since),
        (json!({ "stolen_since": activated, "justification": "Laporan" }), since),
        (json!({ "reason": "stolen", "stolen_since": activated }), "/previous_device/justification"),
        (json!({ "reason": "stolen", "justification": "Laporan" }), "/previous_device/justification"),
    ] {
        assert_invalid(&officer.decide(&registered.ticket, &approval_reporting(&previous)).await.unwrap(), &[pointer]);
    }
    old.mint().await;

    assert_status(&world.report_theft(SITI, activated).await, 200);
    world.pass(SignedDuration::from_mins(1));
    let other = approval_reporting(&stolen(activated + SignedDuration::from_secs(1)));
    assert_problem(&officer.decide(&registered.ticket, &other).await.unwrap(), 409, "theft-already-reported");
    assert_status(&officer.decide(&registered.ticket, &approval_reporting(&stolen(activated))).await.unwrap(), 200);
}

#[tokio::test]
async fn a_rejection_reports_nothing_of_the_previous_phone() {
    let world = World::new().await;
    let (old, registered) = (world.holder(SITI).await, world.registered(SITI).await);
    for previous in [stolen(world.clock.now()), json!({ "reason": "lost" }), json!({})] {
        let body = json!({ "verdict": "reject", "reason": "Wajah berbeda", "previous_device": previous });
        assert_invalid(&world.officer().decide(&registered.ticket, &body).await.unwrap(), &["/previous_device"]);
    }
    let status = registered.phone.check_status(&registered.id).await.unwrap();
    assert_eq!(status.member("/stage").as_deref(), Some("pending"), "nothing was decided");
    old.mint().await;
}

#[tokio::test]
async fn a_report_that_comes_after_its_approval_is_refused_and_not_dropped() {
    let world = World::new().await;
    let old = world.holder(SITI).await;
    let since = world.clock.now();
    let by_thief = sign(&old, PIN).await.member("/id").unwrap();
    let (registered, officer) = (world.registered(SITI).await, world.officer());
    assert_status(&officer.approve_replacing_device(&registered.ticket).await.unwrap(), 200);
    let report = approval_reporting(&stolen(since));
    assert_problem(&officer.decide(&registered.ticket, &report).await.unwrap(), 409, "already-decided");
    assert_eq!(check(&world, &by_thief).await["validity"], "valid");

    // It is reported where phones are blocked. From then on the approval says nothing new.
    assert_status(&world.report_theft(SITI, since).await, 200);
    assert_status(&officer.decide(&registered.ticket, &report).await.unwrap(), 200);
    assert_eq!(check(&world, &by_thief).await["validity"], "revoked");
}

#[tokio::test]
async fn an_approval_with_a_report_can_be_repeated_and_another_report_is_refused() {
    let world = World::new().await;
    let old = world.holder(SITI).await;
    let since = world.clock.now();
    world.pass(SignedDuration::from_mins(1));
    let registered = world.registered(SITI).await;
    let decide = async |officer: &str, since| {
        let report = approval_reporting(&stolen(since));
        world.officer_named(officer).decide(&registered.ticket, &report).await.unwrap()
    };
    let first = decide("a", since).await;
    assert_status(&first, 200);
    let again = decide("b", since).await;
    assert_status(&again, 200);
    assert_eq!(again.json(), first.json());
    assert_problem(&decide("b", since + SignedDuration::from_secs(1)).await, 409, "already-decided");
    let theft = world.stored_device(old.phone.key.thumbprint())["theft"]["M"].clone();
    assert_eq!((&theft["officer"]["S"], &theft["since"]["S"]), (&json!("a"), &json!(since)));
}
