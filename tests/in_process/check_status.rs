//! check-status: the phone that registered learns its status, and nobody else learns that there is one.

use jiff::SignedDuration;
use local::actors::PhoneSession;
use local::personas::{BUDI, SITI};
use serde_json::json;
use tests::{Activated, World, assert_problem, assert_status};

#[tokio::test]
async fn the_stages_follow_the_procedure() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let status = async || registered.phone.check_status(&registered.id).await.unwrap();

    assert_eq!(status().await.member("/stage").as_deref(), Some("pending"));
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    let reply = status().await;
    assert_eq!(reply.member("/stage").as_deref(), Some("approved"));
    assert_eq!(reply.member("/activation_email/delivery").as_deref(), Some("queued"));
    assert!(reply.json().get("ticket").is_none());
    world.deliver().await;
    let reply = status().await;
    assert_eq!(reply.member("/activation_email/delivery").as_deref(), Some("sent"));
    assert!(reply.json()["activation_email"].get("advice").is_none(), "it is under way");
    let email = world.activation_email(tests::EMAIL);
    assert_status(&world.activate(&email, &email.code).await, 200);
    assert_eq!(status().await.member("/stage").as_deref(), Some("active"));
}

#[tokio::test]
async fn a_rejected_applicant_reads_the_reason() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    assert_status(&world.officer().reject(&registered.ticket, "Foto buram").await.unwrap(), 200);
    let reply = registered.phone.check_status(&registered.id).await.unwrap();
    assert_eq!(reply.member("/stage").as_deref(), Some("rejected"));
    assert_eq!(reply.member("/rejection_reason").as_deref(), Some("Foto buram"));
}

#[tokio::test]
async fn the_day_after_there_is_a_new_ticket() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    world.pass(SignedDuration::from_hours(24));
    assert_problem(&world.officer().scan(&registered.ticket).await.unwrap(), 410, "ticket-expired");
    let ticket = registered.phone.check_status(&registered.id).await.unwrap().member("/ticket/text").unwrap();
    assert_status(&world.officer().scan(&ticket).await.unwrap(), 200);
}

#[tokio::test]
async fn a_registration_is_found_by_its_name_however_it_was_copied() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let id = &registered.id;
    for copied in
        [&id.to_lowercase(), &format!("{id}%20"), &format!("{id}%0D%0A"), &format!("{}-{}", &id[..13], &id[13..])]
    {
        let reply = registered.phone.check_status(copied).await.unwrap();
        assert_status(&reply, 200);
        assert_eq!(reply.member("/id").as_ref(), Some(id), "{copied}");
    }
}

#[tokio::test]
async fn another_phone_and_an_invented_id_find_nothing() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    assert_problem(&world.phone().check_status(&registered.id).await.unwrap(), 404, "not-found");
    for id in ["AAAAAAAAAAAAAAAAAAAAAAAAAA", "1", "registration%23x"] {
        assert_problem(&registered.phone.check_status(id).await.unwrap(), 404, "not-found");
    }
}

#[tokio::test]
async fn a_phone_that_is_blocked_learns_whether_another_one_took_its_place() {
    let world = World::new().await;
    let old = world.activated(SITI).await;
    let stage = async |phone: &Activated| {
        let reply = phone.phone.check_status(&phone.registration).await.unwrap();
        assert_status(&reply, 200);
        (reply.json()["stage"].clone(), reply.json()["replaced"].clone())
    };
    assert_eq!(stage(&old).await, (json!("active"), json!(null)));
    let new = world.approved(SITI).await;
    assert_eq!(stage(&old).await, (json!("blocked"), json!(true)));
    assert_status(&world.activate(&new.email, &new.email.code).await, 200);
    assert_eq!(stage(&old).await, (json!("ended"), json!(null)));

    let lost = world.activated(BUDI).await;
    let session = PhoneSession::of(&lost.phone.log_in(&lost.code).await.unwrap()).unwrap();
    assert_status(&lost.phone.block_itself(&session, "lost").await.unwrap(), 200);
    assert_eq!(stage(&lost).await, (json!("blocked"), json!(null)));
}
