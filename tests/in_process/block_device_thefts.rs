//! block-device: an officer reports the theft of any phone that the resident ever had, once, whatever it was blocked for.

use futures::future::join_all;
use ikd::app::Clock;
use ikd::domain::moment::Moment;
use jiff::{SignedDuration, Timestamp};
use local::actors::Reply;
use local::personas::{BUDI, SITI};
use serde_json::{Value, json};
use tests::thefts::{GROUNDS, theft};
use tests::{HolderWithSession, PIN, World, assert_invalid, assert_problem, assert_status};

use super::erase_identity::erase;
use super::sign_document::{check, sign};

/// How a phone is blocked before its theft becomes known.
const ENDS: [&str; 7] = [
    "blocked by its holder",
    "blocked by an officer",
    "replaced",
    "erased",
    "erased long ago",
    "enrolled again",
    "moved",
];

fn now(world: &World) -> Timestamp {
    world.clock.now()
}

/// As answers show it.
fn shown(at: Timestamp) -> String {
    Moment::from(at).to_string()
}

async fn report(world: &World, body: &Value) -> Reply {
    world.officer().report(body).await.unwrap()
}

async fn listed(world: &World, nik: &str) -> Vec<Value> {
    let reply = world.officer().look_up(nik).await.unwrap();
    assert_status(&reply, 200);
    reply.json()["devices"].as_array().unwrap().clone()
}

async fn end(world: &World, holder: &HolderWithSession, how: &str) {
    match how {
        "blocked by its holder" => {
            assert_status(&holder.phone.block_itself(&holder.session, "lost").await.unwrap(), 200);
        }
        "blocked by an officer" => assert_status(&world.officer().block(SITI, "other").await.unwrap(), 200),
        "replaced" => drop(world.holder(SITI).await),
        "moved" => {
            world.change_resident(SITI, |resident| "35.78".clone_into(&mut resident.municipality)).await;
            assert_problem(&holder.mint_reply(&json!({})).await, 403, "holder-moved");
        }
        how => {
            assert_status(&erase(holder).await, 202);
            assert_eq!(world.finish_erasures().await, [""; 0]);
            if how == "erased long ago" {
                world.pass(SignedDuration::from_hours(24 * 365));
            } else if how == "enrolled again" {
                world.pass(SignedDuration::from_mins(1));
                world.holder(SITI).await;
            }
        }
    }
}

#[tokio::test]
async fn a_theft_is_reported_of_any_phone_whatever_ended_it_and_touches_no_other() {
    for how in ENDS {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        let before = sign(&holder, PIN).await.member("/id").unwrap();
        world.pass(SignedDuration::from_mins(1));
        let since = now(&world);
        let by_thief = sign(&holder, PIN).await.member("/id").unwrap();
        world.pass(SignedDuration::from_mins(1));
        end(&world, &holder, how).await;
        let others: Vec<Value> = listed(&world, SITI).await.into_iter().skip(1).collect();

        let reply = world.report_theft_of(SITI, &holder.phone, since).await;
        assert_status(&reply, 200);
        assert_eq!(reply.member("/device/stolen_since"), Some(shown(since)), "{how}");
        assert_eq!(reply.member("/device/theft_reported_at"), Some(shown(now(&world))), "{how}");
        assert_eq!(check(&world, &before).await["validity"], "valid", "{how}");
        let revoked = json!({
            "validity": "revoked",
            "signed_at": shown(since),
            "revoked_since": shown(since),
            "reported_at": shown(now(&world)),
            "reported_by": "officer",
            "key_id": world.signing_key.thumbprint(),
        });
        assert_eq!(check(&world, &by_thief).await, revoked, "{how}");
        let after = listed(&world, SITI).await;
        assert_eq!(after[0]["stolen_since"], shown(since), "{how}");
        assert_eq!(after[1..], others, "{how}");
        world.assert_sound();
    }
}

#[tokio::test]
async fn a_thief_who_erases_the_identity_keeps_no_signature() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.pass(SignedDuration::from_mins(1));
    let since = now(&world);
    let by_thief = sign(&holder, PIN).await.member("/id").unwrap();
    assert_status(&erase(&holder).await, 202);
    // The officer names no phone: there is no active one, and the report must not get lost.
    let reply = world.report_theft(SITI, since).await;
    assert_status(&reply, 200);
    assert_eq!(reply.json()["device"]["key"], json!(holder.phone.key.thumbprint()));
    assert_eq!(reply.json()["device"]["reason"], "erased");
    assert_eq!(check(&world, &by_thief).await["validity"], "revoked");
    assert_eq!(world.finish_erasures().await, [""; 0]);
    assert_eq!(check(&world, &by_thief).await["validity"], "revoked");
}

#[tokio::test]
async fn a_theft_that_is_older_than_the_new_phone_does_not_block_it() {
    let world = World::new().await;
    let old = world.holder(SITI).await;
    let since = now(&world);
    world.pass(SignedDuration::from_mins(1));
    let new = world.holder(SITI).await;
    assert_invalid(&world.report_theft(SITI, since).await, &["/stolen_since"]);
    new.mint().await;
    assert_status(&world.report_theft_of(SITI, &old.phone, since).await, 200);
    new.mint().await;
}

#[tokio::test]
async fn an_active_phone_is_blocked_by_the_report_of_its_theft() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let by_thief = sign(&holder, PIN).await.member("/id").unwrap();
    let reply = world.report_theft(SITI, now(&world)).await;
    assert_status(&reply, 200);
    assert_eq!(reply.json()["device"]["reason"], "stolen");
    assert_problem(&holder.mint_reply(&json!({})).await, 403, "device-blocked");
    assert_eq!(check(&world, &by_thief).await["validity"], "revoked");
    let stored = world.stored_device(holder.phone.key.thumbprint())["theft"]["M"].clone();
    assert_eq!((&stored["officer"]["S"], &stored["justification"]["S"]), (&json!("petugas-1"), &json!(GROUNDS)));
}

#[tokio::test]
async fn a_theft_is_reported_once_and_another_time_is_refused() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let since = now(&world);
    world.pass(SignedDuration::from_mins(1));
    let first = world.report_theft(SITI, since).await;
    assert_status(&first, 200);
    world.pass(SignedDuration::from_mins(1));
    let other = world.officer_named("petugas-2");
    let again = other.report(&theft(SITI, since)).await.unwrap();
    assert_eq!(again.json(), first.json(), "the first report remains");
    for since in [since + SignedDuration::from_secs(1), now(&world)] {
        assert_problem(&other.report(&theft(SITI, since)).await.unwrap(), 409, "theft-already-reported");
    }
    assert_eq!(world.stored_device(holder.phone.key.thumbprint())["theft"]["M"]["officer"]["S"], "petugas-1");
}

#[tokio::test]
async fn of_many_reports_at_once_one_is_on_record() {
    for is_active in [true, false] {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        let activated = now(&world);
        world.pass(SignedDuration::from_mins(1));
        if !is_active {
            assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
        }
        let since = |second| activated + SignedDuration::from_secs(second);
        let reports: Vec<Value> = (0..6).map(|second| theft(SITI, since(second))).collect();
        let replies = join_all(reports.iter().map(|body| report(&world, body))).await;
        let (recorded, refused): (Vec<Reply>, Vec<Reply>) =
            replies.into_iter().partition(|reply| reply.status.as_u16() == 200);
        let stored = world.stored_device(holder.phone.key.thumbprint())["theft"]["M"].clone();
        assert_eq!(recorded.len(), 1);
        let recorded_since: Timestamp = stored["since"]["S"].as_str().unwrap().parse().unwrap();
        assert_eq!(recorded[0].json()["device"]["stolen_since"], shown(recorded_since));
        for refused in &refused {
            assert_problem(refused, 409, "theft-already-reported");
        }
    }
}

#[tokio::test]
async fn a_report_says_since_when_on_what_grounds_and_of_a_theft_alone() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let (activated, long) = (now(&world), "x".repeat(501));
    world.pass(SignedDuration::from_mins(1));
    let later = now(&world) + SignedDuration::from_secs(1);
    let earlier = activated - SignedDuration::from_secs(1);
    for (reason, since, justification, pointer) in [
        ("lost", Some(json!(activated)), Some("Laporan"), "/stolen_since"),
        ("stolen", Some(json!(later)), Some("Laporan"), "/stolen_since"),
        ("stolen", Some(json!(earlier)), Some("Laporan"), "/stolen_since"),
        ("stolen", Some(json!("1970-01-01T00:00:00Z")), Some("Laporan"), "/stolen_since"),
        ("stolen", Some(json!("yesterday")), Some("Laporan"), "/stolen_since"),
        ("stolen", Some(json!(activated)), None, "/justification"),
        ("stolen", Some(json!(activated)), Some("  "), "/justification"),
        ("stolen", Some(json!(activated)), Some("a\u{202e}b"), "/justification"),
        ("stolen", Some(json!(activated)), Some(long.as_str()), "/justification"),
        ("stolen", None, Some("Laporan"), "/justification"),
    ] {
        let body = json!({ "nik": SITI, "reason": reason, "stolen_since": since, "justification": justification });
        assert_invalid(&report(&world, &body).await, &[pointer]);
    }
    let mut body = theft(SITI, activated);
    body["device"] = json!("not-a-key");
    assert_invalid(&report(&world, &body).await, &["/device"]);
    holder.mint().await;
}

#[tokio::test]
async fn a_phone_that_is_not_the_residents_is_not_found() {
    let world = World::new().await;
    let (siti, budi) = (world.holder(SITI).await, world.holder(BUDI).await);
    let foreign = world.report_theft_of(BUDI, &siti.phone, now(&world)).await;
    assert_problem(&foreign, 404, "no-device");
    let unknown = json!({ "nik": SITI, "reason": "lost", "device": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" });
    assert_problem(&report(&world, &unknown).await, 404, "no-device");
    siti.mint().await;
    budi.mint().await;
}

#[tokio::test]
async fn a_named_phone_is_blocked_without_taking_back_the_next_registration() {
    let world = World::new().await;
    let old = world.activated(SITI).await;
    let approved = world.approved(SITI).await;
    let body = json!({ "nik": SITI, "reason": "stolen", "device": old.phone.key.thumbprint() });
    assert_eq!(report(&world, &body).await.json()["registration_ended"], false);
    assert_status(&world.activate(&approved.email, &approved.email.code).await, 200);
}

#[tokio::test]
async fn a_report_that_names_no_phone_concerns_the_last_one_and_leaves_the_next_registration_waiting() {
    let world = World::new().await;
    let old = world.holder(SITI).await;
    let activated = now(&world);
    world.pass(SignedDuration::from_mins(1));
    let since = now(&world);
    let by_thief = sign(&old, PIN).await.member("/id").unwrap();
    let approved = world.approved(SITI).await;
    let waiting = || world.stored_holder(SITI)["registration"]["S"].clone();
    assert_eq!(waiting(), json!(approved.registered.id));
    let second = SignedDuration::from_secs(1);
    for refused in [activated - second, now(&world) + second] {
        assert_invalid(&world.report_theft(SITI, refused).await, &["/stolen_since"]);
        assert_eq!(waiting(), json!(approved.registered.id));
    }

    let reply = world.report_theft(SITI, since).await;
    assert_status(&reply, 200);
    let said = reply.json();
    assert_eq!(said["device"]["key"], json!(old.phone.key.thumbprint()));
    assert_eq!(said["registration_ended"], false);
    assert_eq!(check(&world, &by_thief).await["validity"], "revoked");
    assert_status(&world.activate(&approved.email, &approved.email.code).await, 200);
    assert_status(&approved.registered.phone.log_in(&approved.email.code).await.unwrap(), 200);
    world.assert_sound();
}

#[tokio::test]
async fn a_report_for_a_resident_without_a_phone_leaves_the_first_registration_waiting() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    assert_problem(&world.report_theft(SITI, now(&world)).await, 404, "no-device");
    assert_status(&world.activate(&approved.email, &approved.email.code).await, 200);
}
