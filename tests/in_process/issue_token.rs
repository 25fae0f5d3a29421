//! issue-token: `private_key_jwt` and nothing else.

use jiff::SignedDuration;
use local::actors::{KeyPair, Reply, Signs};
use local::personas::{BANK, DISABLED, HOSPITAL};
use serde_json::{Value, json};
use tests::{World, assert_problem, assert_status};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// RFC 6749's error beside the problem's members.
#[track_caller]
fn assert_oauth(reply: &Reply, status: u16, slug: &str, error: &str) {
    assert_problem(reply, status, slug);
    assert_eq!(reply.json()["error"], error);
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn an_integrator_that_proves_its_key_gets_a_token_for_ten_minutes() {
    let world = World::new().await;
    let reply = world.integrator(BANK).authenticate().await.unwrap();
    assert_status(&reply, 200);
    let json = reply.json();
    assert_eq!(
        (&json["token_type"], &json["expires_in"], &json["scope"]),
        (&json!("Bearer"), &json!(600), &json!("redeem"))
    );
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn an_assertion_serves_once() {
    let world = World::new().await;
    let bank = world.integrator(BANK);
    let assertion = bank.client_assertion(&bank.assertion_claims()).unwrap();
    assert_status(&bank.authenticate_with(&assertion).await.unwrap(), 200);
    assert_oauth(&bank.authenticate_with(&assertion).await.unwrap(), 401, "invalid-client", "invalid_client");
}

#[tokio::test]
async fn the_audience_is_the_issuer_alone_as_one_string() {
    let world = World::new().await;
    let bank = world.integrator(BANK);
    for (aud, is_taken) in [
        (json!("http://ikd.test"), true),
        (json!(["http://ikd.test"]), false),
        (json!(["http://ikd.test", "https://elsewhere.example"]), false),
        (json!("http://ikd.test/"), false),
        (json!("http://ikd.test/oauth2/token"), false),
    ] {
        let mut claims = bank.assertion_claims();
        claims["aud"] = aud.clone();
        let reply = bank.authenticate_with(&bank.client_assertion(&claims).unwrap()).await.unwrap();
        if is_taken {
            assert_status(&reply, 200);
        } else {
            println!("{aud}");
            assert_oauth(&reply, 401, "invalid-client", "invalid_client");
        }
    }
}

#[tokio::test]
async fn an_assertion_may_come_from_a_clock_that_is_ten_seconds_ahead_and_no_more() {
    let world = World::new().await;
    let bank = world.integrator(BANK);
    let now = ikd::app::Clock::now(&*world.clock).as_second();
    for claim in ["iat", "nbf"] {
        for (time, is_taken) in [
            (json!(now + 8), true),
            (json!(now + 10), true),
            (json!(format!("{now}.5").parse::<f64>().unwrap()), true),
            (json!(now + 11), false),
            (json!(format!("{}.25", now + 10).parse::<f64>().unwrap()), false),
        ] {
            let mut claims = bank.assertion_claims();
            claims[claim] = time.clone();
            let reply = bank.authenticate_with(&bank.client_assertion(&claims).unwrap()).await.unwrap();
            if is_taken {
                assert_status(&reply, 200);
            } else {
                println!("{claim}: {time}");
                assert_oauth(&reply, 401, "invalid-client", "invalid_client");
            }
        }
    }
}

#[tokio::test]
async fn a_client_with_several_keys_may_sign_with_any_of_them_and_need_not_name_it() {
    let world = World::new().await;
    let keys: Vec<KeyPair> = (0..3).map(|_| KeyPair::generate().unwrap()).collect();
    let mut registered = BANK.registered(&keys[0]);
    registered.jwks.keys = keys.iter().map(|key| key.public().clone()).collect();
    world.database.register(&registered).await.unwrap();
    let send = async |key: &KeyPair, header: Value| {
        let bank = world.integrator(BANK).with_key(key.clone());
        let assertion = key.sign_under(&header, &bank.assertion_claims()).unwrap();
        bank.authenticate_with(&assertion).await.unwrap()
    };
    for key in &keys {
        assert_status(&send(key, json!({ "alg": "ES256" })).await, 200);
        assert_status(&send(key, json!({ "alg": "ES256", "kid": key.thumbprint() })).await, 200);
    }
    let others = json!({ "alg": "ES256", "kid": keys[1].thumbprint() });
    assert_oauth(&send(&keys[0], others).await, 401, "invalid-client", "invalid_client");
    let foreign = KeyPair::generate().unwrap();
    assert_oauth(&send(&foreign, json!({ "alg": "ES256" })).await, 401, "invalid-client", "invalid_client");
}

#[tokio::test]
async fn assertions_that_prove_nothing_are_refused_alike() {
    let world = World::new().await;
    let bank = world.integrator(BANK);
    let now = ikd::app::Clock::now(&*world.clock).as_second();
    let changed = |member: &str, value: Value| {
        let mut claims = bank.assertion_claims();
        claims[member] = value;
        bank.client_assertion(&claims).unwrap()
    };
    let forger = bank.with_key(KeyPair::generate().unwrap());
    let hospital = world.integrator(HOSPITAL);
    let critical = {
        let header = json!({ "alg": "ES256", "kid": bank.key.thumbprint(), "crit": ["exp"] });
        bank.key.sign_under(&header, &bank.assertion_claims()).unwrap()
    };
    let mut stripped = bank.client_assertion(&bank.assertion_claims()).unwrap();
    stripped.truncate(stripped.rfind('.').unwrap() + 1);
    for assertion in [
        "nonsense".to_owned(),
        stripped,
        forger.client_assertion(&forger.assertion_claims()).unwrap(),
        hospital.client_assertion(&bank.assertion_claims()).unwrap(),
        changed("aud", json!("https://elsewhere.example")),
        critical,
        changed("iss", json!("rsud-madiun")),
        changed("sub", json!("nobody")),
        changed("exp", json!(now)),
        changed("exp", json!(now + 3_600)),
        changed("nbf", json!(now + 60)),
        changed("jti", json!("")),
        changed("jti", Value::Null),
    ] {
        assert_oauth(&bank.authenticate_with(&assertion).await.unwrap(), 401, "invalid-client", "invalid_client");
    }
    let disabled = world.integrator(DISABLED).authenticate().await.unwrap();
    assert_oauth(&disabled, 401, "invalid-client", "invalid_client");
}

#[tokio::test]
async fn other_grants_scopes_and_ways_to_authenticate_are_refused() {
    let world = World::new().await;
    let bank = world.integrator(BANK);
    let assertion = bank.client_assertion(&bank.assertion_claims()).unwrap();
    let form = |change: &[(&'static str, &'static str)]| {
        let mut fields = vec![
            ("grant_type".to_owned(), "client_credentials".to_owned()),
            ("client_assertion_type".to_owned(), JWT_BEARER.to_owned()),
            ("client_assertion".to_owned(), assertion.clone()),
        ];
        for (name, value) in change {
            fields.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                fields.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        fields
    };
    for (change, status, slug, error) in [
        (vec![("grant_type", "authorization_code")], 400, "unsupported-grant-type", "unsupported_grant_type"),
        (vec![("grant_type", "")], 400, "invalid-request", "invalid_request"),
        (vec![("scope", "admin")], 400, "invalid-scope", "invalid_scope"),
        (vec![("client_assertion", "")], 400, "invalid-request", "invalid_request"),
        (vec![("client_assertion_type", "urn:other")], 400, "invalid-request", "invalid_request"),
        (
            vec![("client_assertion", ""), ("client_assertion_type", ""), ("client_secret", "x")],
            401,
            "invalid-client",
            "invalid_client",
        ),
        (vec![("client_id", "rsud-madiun")], 401, "invalid-client", "invalid_client"),
    ] {
        let fields = form(&change);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_oauth(&bank.token_request(&fields).await.unwrap(), status, slug, error);
    }
    let large = "A".repeat(20_000);
    let large = [("grant_type", "client_credentials"), ("client_assertion", large.as_str())];
    assert_oauth(&bank.token_request(&large).await.unwrap(), 413, "body-too-large", "invalid_request");
    let twice = [("grant_type", "client_credentials"), ("grant_type", "client_credentials")];
    assert_oauth(&bank.token_request(&twice).await.unwrap(), 400, "malformed-request", "invalid_request");
}

#[tokio::test]
async fn a_token_ends_after_ten_minutes() {
    let world = World::new().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    world.pass(SignedDuration::from_mins(10));
    let reply = bank.redeem(&token, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "account-opening", None).await.unwrap();
    assert_problem(&reply, 401, "invalid-token");
}
