//! The edge that all steps share: media types, bodies, languages, headers.

use http::{Method, Request};
use serde_json::json;
use tests::{World, assert_invalid, assert_problem};
use xtask::personas::SITI;

#[tokio::test]
async fn bodies_of_another_kind_broken_or_too_large_are_refused() {
    let world = World::new().await;
    let send = async |path: &str, content_type: &str, body: String| {
        let request = Request::post(format!("http://ikd.test{path}")).header("content-type", content_type).body(body);
        world.send(request.unwrap()).await
    };
    assert_problem(&send("/captchas", "text/plain", "{}".into()).await, 415, "unsupported-media-type");
    assert_problem(&send("/oauth2/token", "application/json", "{}".into()).await, 415, "unsupported-media-type");
    let deep = format!("{}1{}", "{\"token\":".repeat(1_000), "}".repeat(1_000));
    for broken in ["", "{", "{}}", "[\"A\"]", "null", "1", "\u{0}", "{\"token\": \"A\"} trailing", deep.as_str()] {
        assert_problem(&send("/captchas", "application/json", broken.into()).await, 400, "malformed-request");
    }
    let large = json!({ "token": "A".repeat(20_000) }).to_string();
    assert_problem(&send("/captchas", "application/json", large).await, 413, "body-too-large");
    let twice = "{\"token\":\"A\",\"token\":\"B\"}";
    assert_invalid(&send("/captchas", "application/json; charset=utf-8", twice.into()).await, &["/token"]);
}

#[tokio::test]
async fn problems_speak_indonesian_unless_asked_for_english() {
    let world = World::new().await;
    let detail = async |language: Option<&str>| {
        let mut request = Request::post("http://ikd.test/redemptions");
        if let Some(language) = language {
            request = request.header("accept-language", language);
        }
        let reply = world.send(request.body(String::new()).unwrap()).await;
        assert_eq!(reply.json()["title"], "Authentication required", "titles do not change");
        reply.member("/detail").unwrap()
    };
    assert_eq!(detail(None).await, "Masuk terlebih dahulu.");
    assert_eq!(detail(Some("en-GB,en;q=0.9")).await, "Log in first.");
    assert_eq!(detail(Some("fr")).await, "Masuk terlebih dahulu.");
}

#[tokio::test]
async fn every_answer_forbids_storing_and_sniffing() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    for reply in [
        registered.phone.check_status(&registered.id).await.unwrap(),
        world.phone().check_status(&registered.id).await.unwrap(),
    ] {
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn problems_are_typed_under_the_services_own_address_and_name_the_request() {
    let world = World::new().await;
    let request = Request::builder().method(Method::POST).uri("http://ikd.test/redemptions");
    let reply = world.send(request.body(String::new()).unwrap()).await;
    assert_eq!(reply.member("/type").as_deref(), Some("http://ikd.test/problems/missing-token"));
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    assert!(reply.member("/instance").is_some());
}
