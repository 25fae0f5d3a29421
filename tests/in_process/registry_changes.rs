//! What the registry says is reversible: it refuses a holder, and destroys nothing. It corrects what a redemption shows.

use http::Method;
use local::actors::{Reply, document_hash};
use local::personas::{BANK, SITI};
use serde_json::{Value, json};
use tests::{HolderWithSession, PIN, World, assert_problem, assert_status};

/// What the registry may say, and the answer that the holder then gets.
const CHANGES: [(&str, u16, &str); 3] =
    [("deceased", 403, "holder-deceased"), ("moved", 403, "holder-moved"), ("missing", 503, "service-unavailable")];

/// Where a holder learns what the registry says.
const WAYS: [&str; 9] = [
    "login",
    "mint",
    "sign",
    "/me",
    "/me/family",
    "/me/documents",
    "/me/documents/npwp",
    "/me/documents/kk",
    "/me/export",
];

async fn say(world: &World, what: &str) {
    if what == "missing" {
        return world.lose_resident(SITI);
    }
    world
        .change_resident(SITI, |resident| match what {
            "deceased" => resident.deceased = true,
            _ => "35.78".clone_into(&mut resident.municipality),
        })
        .await;
}

async fn use_phone(holder: &HolderWithSession, way: &str) -> Reply {
    let send = async |method, path, body: Option<Value>| {
        holder.phone.send(method, path, Some(&holder.session), body.as_ref()).await.unwrap()
    };
    match way {
        "login" => holder.phone.log_in(PIN).await.unwrap(),
        "mint" => holder.mint_reply(&json!({})).await,
        "sign" => {
            let body = json!({ "document_hash": document_hash(b"A"), "pin": PIN });
            send(Method::POST, "/me/signatures", Some(body)).await
        }
        path => send(Method::GET, path, None).await,
    }
}

#[tokio::test]
async fn a_holder_whom_the_registry_refuses_uses_the_same_phone_when_the_row_is_right_again() {
    for (what, status, problem) in CHANGES {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        let device = world.stored_device(holder.phone.key.thumbprint());
        say(&world, what).await;
        // The login comes last, because it ends the session before.
        for way in WAYS.into_iter().rev() {
            assert_problem(&use_phone(&holder, way).await, status, problem);
            world.assert_sound();
        }
        let now = world.stored_device(holder.phone.key.thumbprint());
        for kept in ["status", "pin_hash", "session", "pin_tries", "registration"] {
            assert_eq!(now[kept], device[kept], "{what}: {kept}");
        }
        world.change_resident(SITI, |_| {}).await;
        for way in WAYS.into_iter().rev() {
            let reply = use_phone(&holder, way).await;
            assert!(reply.status.is_success(), "{what}, {way}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_right_pin_is_never_locked_because_of_the_registry() {
    for (what, status, problem) in CHANGES {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        say(&world, what).await;
        for _ in 0..4 {
            assert_problem(&use_phone(&holder, "sign").await, status, problem);
            assert_problem(&use_phone(&holder, "login").await, status, problem);
        }
        world.change_resident(SITI, |_| {}).await;
        assert_status(&use_phone(&holder, "login").await, 200);
    }
}

#[tokio::test]
async fn a_missing_row_is_counted_wherever_it_is_met() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    say(&world, "missing").await;
    let reply = bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap();
    assert_problem(&reply, 503, "service-unavailable");
    assert_eq!(world.metrics.sum("MissingResidents", "redeem-qr", None), 1);
    for (way, function) in [
        ("login", "login"),
        ("sign", "sign-document"),
        ("mint", "mint-qr"),
        ("/me", "show-biodata"),
        ("/me/family", "show-family"),
        ("/me/documents", "show-documents"),
        ("/me/export", "export-data"),
    ] {
        assert_problem(&use_phone(&holder, way).await, 503, "service-unavailable");
        assert_eq!(world.metrics.sum("MissingResidents", function, None), 1, "{function}");
    }
    assert_problem(&world.officer().reset_pin(SITI, None).await.unwrap(), 503, "service-unavailable");
    assert_eq!(world.metrics.sum("MissingResidents", "reset-pin", None), 1);
    assert_eq!(world.metrics.sum_of_all_functions("MissingResidents"), 9, "what the alarm watches");
}

#[tokio::test]
async fn an_applicant_whose_row_is_missing_waits_until_it_is_there_again() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let officer = world.officer();
    say(&world, "missing").await;
    assert_problem(&officer.scan(&registered.ticket).await.unwrap(), 503, "service-unavailable");
    assert_problem(&officer.approve(&registered.ticket).await.unwrap(), 503, "service-unavailable");
    assert_eq!(world.metrics.sum("MissingResidents", "approve-face", None), 2);
    world.change_resident(SITI, |resident| resident.deceased = true).await;
    assert_problem(&officer.approve(&registered.ticket).await.unwrap(), 422, "not-eligible");
    world.change_resident(SITI, |_| {}).await;
    assert_status(&officer.scan(&registered.ticket).await.unwrap(), 200);
    assert_status(&officer.approve(&registered.ticket).await.unwrap(), 200);
}

#[tokio::test]
async fn an_activation_in_the_meantime_counts_when_the_row_is_right_again() {
    for (what, status, problem) in CHANGES {
        let world = World::new().await;
        let approved = world.approved(SITI).await;
        say(&world, what).await;
        assert_status(&world.activate(&approved.email, &approved.email.code).await, 200);
        let phone = &approved.registered.phone;
        for _ in 0..4 {
            assert_problem(&phone.log_in(&approved.email.code).await.unwrap(), status, problem);
        }
        world.change_resident(SITI, |_| {}).await;
        assert_status(&phone.log_in(&approved.email.code).await.unwrap(), 200);
    }
}

#[tokio::test]
async fn whoever_does_not_know_the_pin_learns_nothing_of_the_registry() {
    for (what, ..) in CHANGES {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        say(&world, what).await;
        holder.lock_pin().await;
    }
}

#[tokio::test]
async fn a_code_of_a_holder_whom_the_registry_refuses_discloses_nothing_until_the_row_is_right_again() {
    for (what, ..) in CHANGES {
        let world = World::new().await;
        let qr = world.holder(SITI).await.mint().await;
        say(&world, what).await;
        let bank = world.integrator(BANK);
        let token = bank.token().await.unwrap();
        let redeem = async || bank.redeem(&token, &qr.token, "account-opening", Some("k")).await.unwrap();
        let reply = redeem().await;
        if what == "missing" {
            assert_problem(&reply, 503, "service-unavailable");
        } else {
            assert_problem(&reply, 403, "holder-not-eligible");
        }
        assert!(reply.json().get("claims").is_none());
        let redemption = reply.member("/redemption_id");
        assert!(redemption.is_some(), "the winner learns that it won");
        world.change_resident(SITI, |_| {}).await;
        let reply = redeem().await;
        assert_status(&reply, 200);
        assert_eq!(reply.member("/redemption_id"), redemption);
    }
}

#[tokio::test]
async fn a_corrected_name_shows_in_the_next_redemption() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.change_resident(SITI, |resident| resident.name = "SITI AMINAH WIJAYA".to_owned()).await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let reply = bank.redeem(&token, &holder.mint().await.token, "account-opening", None).await.unwrap();
    assert_status(&reply, 200);
    assert_eq!(reply.json()["claims"]["name"], "SITI AMINAH WIJAYA");
}
