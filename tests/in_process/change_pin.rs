//! change-pin: old PIN, new PIN twice, and no PIN that a thief would try first.

use http::Method;
use jiff::civil::Date;
use local::actors::PhoneSession;
use local::personas::SITI;
use serde_json::json;
use tests::{PIN, WRONG_PINS, World, assert_invalid, assert_problem, assert_status};

#[tokio::test]
async fn the_new_pin_opens_and_the_old_one_does_not() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let body = json!({ "old_pin": format!("{PIN}\n"), "new_pin": "908172", "new_pin_repeated": "908 172 " });
    let reply = holder.phone.send(Method::PUT, "/pin", Some(&holder.session), Some(&body)).await.unwrap();
    assert_status(&reply, 204);
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 401, "invalid-credentials");
    for typed in ["908172", " 908172", "908 172\r\n"] {
        assert_status(&holder.phone.log_in(typed).await.unwrap(), 200);
    }
}

#[tokio::test]
async fn weak_unchanged_and_differently_repeated_pins_are_refused() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    // Siti was born on 5 July 1990; a woman's NIK has day + 40.
    for weak in ["111111", "123456", "987654", "050790", "900705", "450790"] {
        let reply = holder.phone.change_pin(&holder.session, PIN, weak).await.unwrap();
        assert_invalid(&reply, &["/new_pin"]);
    }
    let same = holder.phone.change_pin(&holder.session, PIN, PIN).await.unwrap();
    assert_invalid(&same, &["/new_pin"]);
    let spaced = json!({ "old_pin": PIN, "new_pin": format!("{PIN} "), "new_pin_repeated": PIN });
    let reply = holder.phone.send(Method::PUT, "/pin", Some(&holder.session), Some(&spaced)).await.unwrap();
    assert_invalid(&reply, &["/new_pin"]);
    let body = json!({ "old_pin": PIN, "new_pin": "908172", "new_pin_repeated": "908173" });
    let reply = holder.phone.send(Method::PUT, "/pin", Some(&holder.session), Some(&body)).await.unwrap();
    assert_invalid(&reply, &["/new_pin_repeated"]);
}

#[tokio::test]
async fn a_date_of_birth_that_a_court_corrected_is_no_pin_either() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.change_resident(SITI, |resident| resident.birthdate = Date::constant(1989, 8, 9)).await;
    // More often than wrong PINs are allowed: the old one was right.
    for weak in ["090889", "890809", "080989", "050790", "090889", "890809"] {
        let reply = holder.phone.change_pin(&holder.session, PIN, weak).await.unwrap();
        assert_invalid(&reply, &["/new_pin"]);
    }
    // Without the old PIN, nobody learns the date.
    let guess = holder.phone.change_pin(&holder.session, "908172", "090889").await.unwrap();
    assert_problem(&guess, 401, "invalid-credentials");
    // A row that is missing has no date.
    world.lose_resident(SITI);
    assert_status(&holder.phone.change_pin(&holder.session, PIN, "090889").await.unwrap(), 204);
}

#[tokio::test]
async fn a_wrong_old_pin_counts_like_a_wrong_login() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for (status, problem) in WRONG_PINS {
        let reply = holder.phone.change_pin(&holder.session, "908172", "271828").await.unwrap();
        assert_problem(&reply, status, problem);
    }
    assert_problem(&holder.phone.change_pin(&holder.session, PIN, "271828").await.unwrap(), 401, "session-ended");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 423, "pin-locked");
}

#[tokio::test]
async fn a_session_from_before_the_lock_changes_no_pin() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for _ in 0..2 {
        assert_problem(&holder.phone.log_in("908172").await.unwrap(), 401, "invalid-credentials");
    }
    // The try that locks may come from a login just as well.
    let (change, login) =
        tokio::join!(holder.phone.change_pin(&holder.session, PIN, "271828"), holder.phone.log_in("908172"));
    let (change, login) = (change.unwrap().status.as_u16(), login.unwrap().status.as_u16());
    match (change, login) {
        (204, _) => assert_status(&holder.phone.log_in("271828").await.unwrap(), 200),
        (401 | 409 | 423, 401 | 423) => {
            let late = holder.phone.change_pin(&holder.session, PIN, "271828").await.unwrap();
            assert_problem(&late, 401, "session-ended");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn of_two_changes_at_once_one_happens() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let change = |new| holder.phone.change_pin(&holder.session, PIN, new);
    let (one, other) = tokio::join!(change("908172"), change("271828"));
    let statuses = [one.unwrap().status.as_u16(), other.unwrap().status.as_u16()];
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    let right = if statuses[0] == 204 { "908172" } else { "271828" };
    assert!(PhoneSession::of(&holder.phone.log_in(right).await.unwrap()).is_ok());
}
