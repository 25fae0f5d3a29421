//! unlock-pin: an officer lifts the lock that wrong PINs bring.

use jiff::SignedDuration;
use local::personas::SITI;
use tests::{PIN, WRONG_PINS, World, assert_invalid, assert_problem, assert_status};

#[tokio::test]
async fn an_officer_lifts_the_lock_and_the_pin_stays_what_it_is() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for last in ["pin-locked", "pin-locked", "pin-locked-until-office"] {
        for (status, problem) in [WRONG_PINS[0], WRONG_PINS[1], (423, last)] {
            world.pass(SignedDuration::from_hours(24));
            assert_problem(&holder.phone.log_in("908172").await.unwrap(), status, problem);
        }
    }
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 423, "pin-locked-until-office");
    let reply = world.officer().unlock(SITI).await.unwrap();
    assert_status(&reply, 200);
    assert!(reply.member("/unlocked_at").is_some());
    for typed in [SITI.to_owned(), format!("{SITI}\r\n"), format!("{}.{}", &SITI[..6], &SITI[6..])] {
        assert_status(&world.officer().unlock(&typed).await.unwrap(), 200);
    }
    assert_problem(&holder.phone.log_in("908172").await.unwrap(), 401, "invalid-credentials");
    assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
}

#[tokio::test]
async fn an_unlock_does_not_bring_a_blocked_device_back() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_status(&world.officer().block(SITI, "stolen").await.unwrap(), 200);
    assert_problem(&world.officer().unlock(SITI).await.unwrap(), 404, "no-device");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 403, "device-blocked");
    assert_problem(&world.officer().unlock(local::personas::BUDI).await.unwrap(), 404, "no-device");
    assert_invalid(&world.officer().unlock("123").await.unwrap(), &["/nik"]);
}
