//! publish-keys: where verifiers and integrators find keys and addresses.

use tests::{World, assert_status};

#[tokio::test]
async fn keys_are_public_and_only_their_public_half() {
    let world = World::new().await;
    let request = http::Request::get("http://ikd.test/.well-known/jwks.json").body(String::new()).unwrap();
    let reply = world.send(request).await;
    assert_status(&reply, 200);
    let key = &reply.json()["keys"][0];
    assert_eq!(
        (key["kty"].as_str(), key["crv"].as_str(), key["alg"].as_str()),
        (Some("EC"), Some("P-256"), Some("ES256"))
    );
    assert!(key.get("d").is_none() && key["kid"].is_string());
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
}

#[tokio::test]
async fn retired_keys_have_an_address_of_their_own() {
    let retired = local::actors::KeyPair::generate().unwrap();
    let set = serde_json::json!({ "keys": [retired.public()] }).to_string();
    let world = World::with(&[("IKD_RETIRED_KEYS", &set)]).await;
    let get = async |path: &str| {
        let reply = world.send(http::Request::get(format!("http://ikd.test{path}")).body(String::new()).unwrap()).await;
        assert_status(&reply, 200);
        assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
        reply.json()["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect::<Vec<_>>()
    };
    let thumbprint = serde_json::json!(retired.thumbprint());
    assert_eq!(get("/.well-known/retired-keys.json").await, std::slice::from_ref(&thumbprint));
    assert!(!get("/.well-known/jwks.json").await.contains(&thumbprint));
}

#[tokio::test]
async fn the_metadata_says_how_integrators_authenticate() {
    let world = World::new().await;
    let request = http::Request::get("http://ikd.test/.well-known/oauth-authorization-server").body(String::new());
    let reply = world.send(request.unwrap()).await;
    assert_status(&reply, 200);
    let json = reply.json();
    assert_eq!(json["issuer"], "http://ikd.test");
    assert_eq!(json["token_endpoint"], "http://ikd.test/oauth2/token");
    assert_eq!(json["token_endpoint_auth_methods_supported"], serde_json::json!(["private_key_jwt"]));
}
