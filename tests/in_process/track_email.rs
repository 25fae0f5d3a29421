//! track-email: what became of an activation e-mail, in whatever order its events arrive.

use local::personas::SITI;
use local::stack::mail_events;
use serde_json::{Value, json};
use tests::{EMAIL, Fault, Lasting, Registered, World, assert_status};

/// What the phone learns about its e-mail.
async fn fate(registered: &Registered) -> String {
    let reply = registered.phone.check_status(&registered.id).await.unwrap();
    reply.member("/activation_email/delivery").unwrap()
}

/// The last mail as SES took it.
fn mail(world: &World) -> Value {
    world.ses.taken().pop().unwrap()
}

#[tokio::test]
async fn check_status_shows_what_ses_says_of_the_email() {
    for (event, shown) in [
        ("Send", "sent"),
        ("Delivery", "delivered"),
        ("Bounce", "bounced"),
        ("Complaint", "complained"),
        ("Reject", "refused"),
        ("DeliveryDelay", "sent"),
    ] {
        let world = World::new().await;
        let registered = world.approved(SITI).await.registered;
        world.track(event, &mail(&world)).await.unwrap();
        assert_eq!(fate(&registered).await, shown, "{event}");
    }
}

#[tokio::test]
async fn the_kind_of_a_bounce_decides_what_the_resident_is_told_to_do() {
    for (bounce_type, sub_type, shown, advice) in [
        ("Permanent", "NoEmail", "bounced", "kantor Dukcapil"),
        ("Transient", "MailboxFull", "mailbox-full", "Hapus beberapa email"),
        ("Transient", "General", "unreachable", "minta kode baru"),
        ("Transient", "ContentRejected", "content-rejected", "alamat email lain"),
    ] {
        let world = World::new().await;
        let registered = world.approved(SITI).await.registered;
        world.track_event(mail_events::bounce(bounce_type, sub_type, &mail(&world))).await.unwrap();
        let status = registered.phone.check_status(&registered.id).await.unwrap();
        assert_eq!(status.member("/activation_email/delivery").as_deref(), Some(shown));
        assert!(status.member("/activation_email/advice").unwrap().contains(advice), "{}", status.text);
        let review = world.officer().scan(&registered.ticket).await.unwrap();
        assert_eq!(review.json()["activation_email"], status.json()["activation_email"]);
    }
}

#[tokio::test]
async fn what_was_delivered_stays_so_after_an_absent_readers_automatic_answer() {
    for (bounce_type, sub_type) in [("Transient", "General"), ("Undetermined", "Undetermined")] {
        let world = World::new().await;
        let registered = world.approved(SITI).await.registered;
        world.track("Delivery", &mail(&world)).await.unwrap();
        world.track_event(mail_events::bounce(bounce_type, sub_type, &mail(&world))).await.unwrap();
        assert_eq!(fate(&registered).await, "delivered", "{sub_type}");

        // The answer may become known first.
        let world = World::new().await;
        let registered = world.approved(SITI).await.registered;
        world.track_event(mail_events::bounce(bounce_type, sub_type, &mail(&world))).await.unwrap();
        world.track("Delivery", &mail(&world)).await.unwrap();
        assert_eq!(fate(&registered).await, "delivered", "{sub_type}");
    }
}

#[tokio::test]
async fn news_that_come_late_twice_or_in_any_order_move_forward_only() {
    for (events, shown) in [
        (&["Delivery", "Send", "Send"][..], "delivered"),
        (&["Bounce", "Delivery", "Send"], "bounced"),
        (&["Delivery", "Bounce", "Bounce"], "bounced"),
        (&["Delivery", "Complaint", "Delivery"], "complained"),
        (&["Reject", "Delivery"], "refused"),
    ] {
        let world = World::new().await;
        let registered = world.approved(SITI).await.registered;
        for event in events {
            world.track(event, &mail(&world)).await.unwrap();
        }
        assert_eq!(fate(&registered).await, shown, "{events:?}");
    }
}

#[tokio::test]
async fn an_event_that_overtakes_the_sending_function_stands_and_nothing_is_sent_twice() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    let tags = json!([{ "Name": "registration", "Value": registered.id }, { "Name": "generation", "Value": "1" }]);
    world.track("Delivery", &json!({ "EmailTags": tags })).await.unwrap();
    assert_eq!(fate(&registered).await, "delivered");
    assert!(world.deliver().await.is_empty());
    assert_eq!(fate(&registered).await, "delivered");
    assert!(world.ses.taken().is_empty());
}

#[tokio::test]
async fn news_of_an_older_email_say_nothing_of_the_newer_one() {
    let world = World::new().await;
    let registered = world.approved(SITI).await.registered;
    let older = mail(&world);
    world.track("Bounce", &older).await.unwrap();
    world.pass(jiff::SignedDuration::from_mins(1));
    let corrected = json!({ "email": EMAIL });
    let reply = world.officer().send_another_email(&registered.id, Some(&corrected)).await.unwrap();
    assert_status(&reply, 202);
    assert!(world.deliver().await.is_empty());
    world.track("Complaint", &older).await.unwrap();
    assert_eq!(fate(&registered).await, "sent");
    world.track("Delivery", &mail(&world)).await.unwrap();
    assert_eq!(fate(&registered).await, "delivered");
}

#[tokio::test]
async fn events_of_mails_that_are_not_ours_change_nothing() {
    let world = World::new().await;
    let registered = world.approved(SITI).await.registered;
    let before = world.items("identities");
    let tag = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    for tags in [
        json!([]),
        json!([tag("registration", &registered.id)]),
        json!([tag("registration", "../../x"), tag("generation", "1")]),
        json!([tag("registration", &registered.id), tag("generation", "-1")]),
        json!([tag("registration", &registered.id), tag("generation", "99")]),
        json!([tag("registration", "AEAQCAIBAEAQCAIBAEAQCAIBAE"), tag("generation", "1")]),
    ] {
        world.track("Bounce", &json!({ "EmailTags": tags })).await.unwrap();
    }
    assert_eq!(fate(&registered).await, "sent");
    assert_eq!(world.items("identities"), before, "nothing was made out of nothing, and nothing changed");
}

#[tokio::test]
async fn an_event_that_cannot_be_recorded_is_an_error_and_comes_again() {
    let world = World::with_faults().await;
    let registered = world.approved(SITI).await.registered;
    for fault in Fault::ALL {
        world.faults.plan(1, fault, Lasting::UntilMended);
        let tracked = world.track("Bounce", &mail(&world)).await;
        world.faults.mend();
        if tracked.is_err() {
            world.track("Bounce", &mail(&world)).await.unwrap();
        }
        assert_eq!(fate(&registered).await, "bounced", "{fault:?}");
    }
}
