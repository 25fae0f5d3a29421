//! Requests that pass by the front, where there is one.

use http::{Method, Request};
use ikd::domain::front::HEADER;
use lambda_http::Body;
use local::actors::Signs;
use serde_json::json;
use tests::{World, assert_problem, assert_status};

use super::edge::event;
use super::tokens::{parts, with};

const CURRENT: &str = "the secret that the front sends to us";
const NEXT: &str = "the secret that it will send after that";

/// A world behind a front.
async fn behind_a_front() -> World {
    World::with(&[("IKD_FRONT_SECRET", CURRENT), ("IKD_FRONT_SECRET_NEXT", NEXT)]).await
}

/// A request for the public keys, which need nothing else.
fn for_keys(secret: Option<&str>) -> Request<String> {
    let request = Request::get("http://ikd.test/.well-known/jwks.json");
    let request = match secret {
        Some(secret) => request.header(HEADER, secret),
        None => request,
    };
    request.body(String::new()).unwrap()
}

#[tokio::test]
async fn a_request_that_did_not_come_through_the_front_is_refused() {
    let world = behind_a_front().await;
    let both = format!("{CURRENT},{NEXT}");
    let upper_case = CURRENT.to_uppercase();
    for secret in [None, Some(""), Some("x"), Some(&CURRENT[1..]), Some(both.as_str()), Some(upper_case.as_str())] {
        let reply = world.send(for_keys(secret)).await;
        assert_problem(&reply, 403, "wrong-address");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert!(!reply.text.contains("secret"), "{}", reply.text);
    }
    assert_status(&world.send(for_keys(Some(CURRENT))).await, 200);
}

#[tokio::test]
async fn the_front_and_the_functions_change_the_secret_one_after_the_other() {
    const AFTER: &str = "the secret after the next one of the front";

    let before = behind_a_front().await;
    let after = World::with(&[("IKD_FRONT_SECRET", NEXT), ("IKD_FRONT_SECRET_NEXT", AFTER)]).await;
    // The front goes first, and both know what it sends.
    assert_status(&before.send(for_keys(Some(NEXT))).await, 200);
    assert_status(&after.send(for_keys(Some(NEXT))).await, 200);
    // Then the functions no longer know the secret before.
    assert_problem(&after.send(for_keys(Some(CURRENT))).await, 403, "wrong-address");
}

#[tokio::test]
async fn every_function_refuses_what_passes_by_the_front_before_anything_else() {
    let world = behind_a_front().await;
    world.calls.take();
    for (step, route) in catalogue::routes() {
        let path = route.path.replace("{id}", "x").replace("{ticket}", "x").replace("{kind}", "x");
        let request = Request::builder().method(route.method.as_str()).uri(format!("http://ikd.test{path}"));
        let reply = world.send(request.header("content-type", "text/plain").body("{".to_owned()).unwrap()).await;
        println!("{}: {} {path}", step.name, route.method.as_str());
        assert_problem(&reply, 403, "wrong-address");
    }
    assert_eq!(world.calls.take().in_total, 0, "a stranger's request reaches no database");
}

#[tokio::test]
async fn without_a_front_the_header_means_nothing() {
    let world = World::new().await;
    for secret in [None, Some(""), Some(CURRENT)] {
        assert_status(&world.send(for_keys(secret)).await, 200);
    }
}

/// API Gateway names its own host in the request, and the front cannot name the caller's.
#[tokio::test]
async fn a_proof_is_for_the_address_that_is_configured_whatever_host_the_request_names() {
    let world = behind_a_front().await;
    let phone = world.phone();
    let path = "/registrations/FHE4GDQGARIVZ3MYWPIU7WEHKE";
    let api = "abcdefghij.execute-api.ap-southeast-3.amazonaws.com";
    let ask = async |proof: String| {
        let headers = json!({ "host": api, HEADER: CURRENT, "dpop": proof });
        let request = event("GET", path, json!({ "headers": headers, "requestContext": { "domainName": api } }));
        let function = check_status::FUNCTION;
        let response = ikd::http::respond(&world.app_of(&function), &function, request).await;
        let Body::Text(text) = response.body() else { panic!("no text") };
        (response.status().as_u16(), text.clone())
    };

    // Nobody has this registration, which only a phone that proves its key learns.
    let proof = phone.proof(&Method::GET, path, None).unwrap();
    let (_, claims) = parts(&proof);
    let (status, text) = ask(proof).await;
    assert_eq!(status, 404, "{text}");
    assert!(text.contains("/problems/not-found"), "{text}");
    let elsewhere = with(&claims, "htu", json!(format!("https://{api}{path}")));
    let (status, text) = ask(phone.key.sign_showing_key("dpop+jwt", &elsewhere).unwrap()).await;
    assert_eq!(status, 401, "{text}");
    assert!(text.contains("/problems/invalid-dpop-proof"), "{text}");
}
