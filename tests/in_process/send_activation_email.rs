//! send-activation-email: one code a generation, sent until it is sent.

use jiff::SignedDuration;
use local::personas::{BUDI, DEWI, SITI};
use local::stack::dynamodb::Operation;
use tests::{EMAIL, SesFault, World, assert_status};

#[tokio::test]
async fn the_email_brings_code_and_link_in_both_languages_and_nothing_personal() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let mails = world.ses.taken();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail["FromEmailAddress"], "\"SIAK Terpusat Identitas Digital\" <identitas@ikd.example>");
    assert_eq!(mail["Destination"]["ToAddresses"][0], EMAIL);
    let content = &mail["Content"]["Simple"];
    assert!(content["Subject"]["Data"].as_str().unwrap().contains("Kode Aktivasi"));
    for body in ["Text", "Html"] {
        let body = content["Body"][body]["Data"].as_str().unwrap();
        assert!(body.contains(&approved.email.code) && body.contains(&approved.email.link));
        let (indonesian, english) =
            (body.find("disetujui petugas").unwrap(), body.find("An officer has approved").unwrap());
        assert!(indonesian < english, "Indonesian comes first");
        for personal in [SITI, "SITI", "AMINAH", "+62812", "<img", "<script"] {
            assert!(!body.contains(personal), "{personal}");
        }
    }
    let tags = serde_json::json!([
        { "Name": "registration", "Value": approved.registered.id },
        { "Name": "generation", "Value": "1" },
    ]);
    assert_eq!(mail["EmailTags"], tags, "SES's events name the registration, and nobody");
}

#[tokio::test]
async fn the_email_says_how_to_reach_the_office_and_is_signed_by_it() {
    for (phone, known) in [("", false), ("(0351) 123456", true)] {
        let office = [("IKD_OFFICE_CONTACT", "Dinas Dukcapil Kota Madiun"), ("IKD_OFFICE_PHONE", phone)];
        let world = World::with(&office).await;
        world.approved(SITI).await;
        let content = world.ses.taken()[0]["Content"]["Simple"]["Body"].clone();
        for body in ["Text", "Html"] {
            let body = content[body]["Data"].as_str().unwrap();
            let asks = |question: &str| body.contains(question);
            assert_eq!(asks("hubungi Dinas Dukcapil Kota Madiun, telepon (0351) 123456."), known, "{body}");
            assert_eq!(asks("contact Dinas Dukcapil Kota Madiun, telephone (0351) 123456."), known, "{body}");
            assert_eq!(asks("hubungi Dinas Dukcapil Kota Madiun."), !known, "{body}");
            assert!(asks("Hormat kami") && asks("Yours sincerely"));
        }
    }
}

#[tokio::test]
async fn the_senders_name_may_have_any_letters() {
    for (name, shown) in [
        ("Dukcapil, \"Kota\" Madiun", "\"Dukcapil, \\\"Kota\\\" Madiun\" <identitas@ikd.example>"),
        ("Dukcapil Pidié", "=?UTF-8?B?RHVrY2FwaWwgUGlkacOp?= <identitas@ikd.example>"),
    ] {
        let world = World::with(&[("IKD_MAIL_SENDER_NAME", name)]).await;
        world.approved(SITI).await;
        assert_eq!(world.ses.taken()[0]["FromEmailAddress"], shown);
    }
}

#[tokio::test]
async fn throttling_and_outages_are_reported_and_the_repeated_batch_sends_the_same_code() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    world.ses.fail_next(&[SesFault::Throttled, SesFault::Down]);
    assert_eq!(world.deliver().await.len(), 1);
    assert_eq!(world.deliver().await.len(), 1);
    assert!(world.ses.taken().is_empty());
    assert!(world.deliver().await.is_empty());
    let email = world.activation_email(EMAIL);
    assert_status(&world.activate(&email, &email.code).await, 200);
}

#[tokio::test]
async fn a_crash_between_sending_and_recording_sends_the_same_code_again() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    let before = world.stored_registration(&registered.id);
    world.deliver().await;
    let first = world.activation_email(EMAIL);

    // The crash: the mail went out, the record of it was never written.
    let put = serde_json::json!({ "TableName": "ikd-local-identities", "Item": before });
    world.database.call(Operation::PutItem, put).unwrap();
    assert!(world.send_activation_emails(&world.outbox_records()).await.is_empty());
    assert_eq!(world.ses.taken().len(), 2);
    assert_eq!(world.activation_email(EMAIL), first);
}

#[tokio::test]
async fn a_batch_that_comes_again_sends_nothing_twice() {
    let world = World::new().await;
    world.approved(SITI).await;
    let records = world.outbox_records();
    for _ in 0..3 {
        assert!(world.send_activation_emails(&records).await.is_empty());
    }
    assert_eq!(world.ses.taken().len(), 1);
}

#[tokio::test]
async fn the_first_order_that_fails_is_reported_and_those_before_it_are_done() {
    let world = World::new().await;
    for nik in [SITI, BUDI, DEWI] {
        let registered = world.registered(nik).await;
        assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    }
    let records = world.outbox_records();
    let second = records[1]["dynamodb"]["SequenceNumber"].as_str().unwrap();
    // The first goes through, the second fails.
    assert!(world.send_activation_emails(&records[..1]).await.is_empty());
    world.ses.fail_next(&[SesFault::Throttled]);
    assert_eq!(world.send_activation_emails(&records).await, [second]);
    assert!(world.send_activation_emails(&records[1..]).await.is_empty());
    assert_eq!(world.ses.taken().len(), 3);
}

#[tokio::test]
async fn an_address_that_ses_refuses_is_not_tried_again_and_shows_in_the_status() {
    let world = World::new().await;
    for (nik, refused) in [(SITI, SesFault::Refused), (BUDI, SesFault::UnverifiedAddressee)] {
        let registered = world.registered(nik).await;
        assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
        world.ses.fail_next(&[refused]);
        assert!(world.deliver().await.is_empty());
        let reply = registered.phone.check_status(&registered.id).await.unwrap();
        assert_eq!(reply.member("/activation_email/delivery").as_deref(), Some("refused"));
    }
}

#[tokio::test]
async fn while_ses_does_not_know_the_sender_e_mails_wait() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    world.ses.fail_next(&[SesFault::UnverifiedSender]);
    assert_eq!(world.deliver().await.len(), 1, "it is repeated");
    assert!(world.deliver().await.is_empty());
    let reply = registered.phone.check_status(&registered.id).await.unwrap();
    assert_eq!(reply.member("/activation_email/delivery").as_deref(), Some("sent"));
}

#[tokio::test]
async fn orders_that_nobody_needs_any_more_send_nothing() {
    let world = World::new().await;
    let late = world.registered(SITI).await;
    assert_status(&world.officer().approve(&late.ticket).await.unwrap(), 200);
    let newer = world.registered(SITI).await;
    assert_status(&world.officer().approve(&newer.ticket).await.unwrap(), 200);
    world.deliver().await;
    assert_eq!(world.ses.taken().len(), 1, "only the registration that counts gets its code");

    let expired = world.registered(BUDI).await;
    assert_status(&world.officer().approve(&expired.ticket).await.unwrap(), 200);
    world.pass(SignedDuration::from_hours(24));
    assert!(world.deliver().await.is_empty());
    assert_eq!(world.ses.taken().len(), 1);
}

#[tokio::test]
async fn a_record_that_is_no_order_holds_nobody_up() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    let order = world.outbox_records().remove(0);
    let mut nonsense = order.clone();
    nonsense["dynamodb"]["NewImage"] = serde_json::json!({ "id": { "S": "nonsense" } });
    assert!(world.send_activation_emails(&[nonsense, order]).await.is_empty());
    assert_eq!(world.ses.taken().len(), 1);
    assert_eq!(world.metrics.sum("RecordsGivenUp", "send-activation-email", None), 1, "and operators see it");
}
