//! lock: the button at the bottom right ends the session.

use local::personas::SITI;
use serde_json::json;
use tests::{PIN, World, assert_problem, assert_status};

#[tokio::test]
async fn the_lock_button_ends_the_session_at_once() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    assert_status(&holder.phone.lock(&holder.session).await.unwrap(), 204);
    assert_problem(&holder.mint_reply(&json!({})).await, 401, "session-ended");
    assert_problem(&holder.phone.lock(&holder.session).await.unwrap(), 401, "session-ended");
    assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
}
