//! What time the service says it is, and how answers write times.

use http::Request;
use ikd::app::Clock;
use local::personas::SITI;
use tests::{World, assert_status};

#[tokio::test]
async fn every_answer_says_what_time_it_is() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let send = async |request: http::request::Builder| world.send(request.body(String::new()).unwrap()).await;
    for (reply, status) in [
        (registered.phone.check_status(&registered.id).await.unwrap(), 200),
        (world.phone().check_status(&registered.id).await.unwrap(), 404),
        (send(Request::post("http://ikd.test/oauth2/token")).await, 415),
        (send(Request::get("http://ikd.test/activation?token=x")).await, 404),
        (send(Request::get("http://ikd.test/.well-known/jwks.json")).await, 200),
    ] {
        assert_status(&reply, status);
        let date = world.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        assert_eq!(reply.header("date"), Some(date.as_str()));
    }
}
