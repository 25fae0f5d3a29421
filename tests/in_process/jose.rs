//! What is wrong with a token, by name: the log says which check failed, and nothing of what the token held.

use std::collections::HashSet;

use http::request::Builder;
use http::{Method, Request};
use ikd::app::Clock;
use ikd::http::Function;
use ikd::tokens::dpop::{self, Expected, ProofError};
use ikd::tokens::keys::VerifyingKeys;
use ikd::tokens::{InvalidToken, access_token, client_assertion};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Body;
use local::actors::{KeyPair, Signs};
use local::personas::BANK;
use serde_json::{Value, json};
use tests::World;
use url::Url;

use super::tokens::{parts, with, without};

/// Each check fails by its own name, and every name is of our own words.
#[track_caller]
fn assert_named<T: std::fmt::Debug>(
    verify: impl Fn(&str) -> Result<T, InvalidToken>,
    tokens: &[(&'static str, String)],
) {
    let mut names = HashSet::new();
    for (expected, token) in tokens {
        let name = verify(token).expect_err(expected).0;
        assert_eq!(name, *expected);
        assert!(names.insert(name), "{name}: two checks of one name");
    }
}

#[tokio::test]
async fn a_client_assertion_fails_by_the_name_of_the_check() {
    let world = World::new().await;
    let (bank, now) = (world.integrator(BANK), world.clock.now());
    let registered = BANK.registered(&bank.key);
    let right = bank.client_assertion(&bank.assertion_claims()).unwrap();
    let (header, claims) = parts(&right);
    let changed = |claim: &str, value: Value| bank.key.sign_under(&header, &with(&claims, claim, value)).unwrap();
    let under = |header: &Value| bank.key.sign_under(header, &claims).unwrap();
    let verify = |token: &str| client_assertion::verify(token, &registered, "http://ikd.test", now);
    assert!(verify(&right).is_ok());
    let second = now.as_second();
    assert_named(
        verify,
        &[
            ("the header cannot be read", "nonsense".to_owned()),
            ("the header names critical extensions", under(&with(&header, "crit", json!(["exp"])))),
            (
                "the header shows a private key",
                under(&with(&header, "jwk", json!({ "kty": "EC", "crv": "P-256", "x": "", "y": "", "d": "" }))),
            ),
            ("not signed with ES256", under(&with(&header, "alg", json!("ES384")))),
            ("signed with an unknown key", under(&with(&header, "kid", json!("another")))),
            ("the signature does not verify", {
                let forger = KeyPair::generate().unwrap();
                forger.sign_under(&header, &claims).unwrap()
            }),
            ("a claim is missing or cannot be read", bank.key.sign_under(&header, &without(&claims, "jti")).unwrap()),
            ("the issuer is not the client", changed("iss", json!("rsud-madiun"))),
            ("the subject is not the client", changed("sub", json!("rsud-madiun"))),
            ("the audience is not our issuer alone", changed("aud", json!(["http://ikd.test"]))),
            ("the token has expired", changed("exp", json!(second))),
            ("the token is not valid yet", changed("nbf", json!(second + 11))),
            ("the token was issued in the future", changed("iat", json!(second + 11))),
            ("lives longer than five minutes", changed("exp", json!(second + 301))),
            ("has no usable jti", changed("jti", json!(""))),
        ],
    );
}

#[tokio::test]
async fn a_proof_fails_by_the_name_of_the_check() {
    let world = World::new().await;
    let (phone, now) = (world.phone(), world.clock.now());
    let right = phone.proof(&Method::POST, "/sessions", None).unwrap();
    let (header, claims) = parts(&right);
    let changed = |claim: &str, value: Value| phone.key.sign_under(&header, &with(&claims, claim, value)).unwrap();
    let under = |header: &Value| phone.key.sign_under(header, &claims).unwrap();
    let url = Url::parse("http://ikd.test/sessions").unwrap();
    let verify = |proof: &str| {
        let lifetime = SignedDuration::from_mins(1);
        let expected = Expected { method: "POST", url: &url, access_token_hash: None, now, lifetime };
        dpop::verify(proof, &expected).map_err(|error| match error {
            ProofError::Invalid(invalid) => invalid,
            ProofError::ClockWrong(how) => InvalidToken(how),
        })
    };
    assert!(verify(&right).is_ok());
    let second = now.as_second();
    let key = |member: &str, value: Value| {
        let mut header = header.clone();
        header["jwk"][member] = value;
        under(&header)
    };
    assert_named(
        verify,
        &[
            ("the header cannot be read", "a.b.c".to_owned()),
            ("the header names critical extensions", under(&with(&header, "crit", Value::Null))),
            ("the header shows a private key", key("d", Value::Null)),
            ("not a DPoP proof", under(&with(&header, "typ", json!("JWT")))),
            ("not signed with ES256", under(&with(&header, "alg", json!("ES384")))),
            ("the proof shows no key", under(&without(&header, "jwk"))),
            ("the proof's key is not a P-256 key", key("x", json!("AAAA"))),
            ("the signature does not verify", {
                let forger = KeyPair::generate().unwrap();
                forger.sign_under(&header, &claims).unwrap()
            }),
            ("a claim is missing or cannot be read", changed("iat", json!("now"))),
            ("the proof is for another method", changed("htm", json!("GET"))),
            ("the proof is for another address", changed("htu", json!("http://ikd.test/pin"))),
            ("the proof is too old", changed("iat", json!(second - 61))),
            ("the proof is from the future", changed("iat", json!(second + 61))),
            ("the proof has no usable jti", changed("jti", json!(""))),
            ("the proof is for another access token", changed("ath", json!("AAAA"))),
        ],
    );
    // Also where proofs live longer, none may lie further ahead.
    let lifetime = SignedDuration::from_mins(5);
    let ahead = |seconds: i64| {
        let proof = changed("iat", json!(second + seconds));
        dpop::verify(&proof, &Expected { method: "POST", url: &url, access_token_hash: None, now, lifetime }).is_ok()
    };
    assert!(ahead(60) && !ahead(61));
}

#[tokio::test]
async fn an_access_token_fails_by_the_name_of_the_check() {
    let key = KeyPair::generate().unwrap();
    let keys = VerifyingKeys::from_jwks(&json!({ "keys": [key.public()] }).to_string()).unwrap();
    let now = Timestamp::from_second(1_796_000_000).unwrap();
    let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": key.thumbprint() });
    let claims = json!({
        "iss": "http://ikd.test", "aud": "http://ikd.test", "sub": "bank-madiun", "client_id": "bank-madiun",
        "scope": "redeem", "iat": 1_796_000_000.5, "exp": 1_796_000_600.25, "jti": "AEAQCAIBAEAQCAIBAEAQCAIBAE",
        "claims": ["name"], "purposes": ["account-opening"],
    });
    let verify = |token: &str| access_token::verify_of_integrator(&keys, "http://ikd.test", token, now);
    let changed = |claim: &str, value: Value| key.sign_under(&header, &with(&claims, claim, value)).unwrap();
    let under = |header: &Value| key.sign_under(header, &claims).unwrap();
    let right = under(&header);
    // A fraction is a part of the time.
    let end = Timestamp::from_millisecond(1_796_000_600_249).unwrap();
    for (time, is_valid) in [(now, true), (end, true), (end + SignedDuration::from_millis(1), false)] {
        let read = access_token::verify_of_integrator(&keys, "http://ikd.test", &right, time);
        assert_eq!(read.is_ok(), is_valid, "{time}");
    }
    assert_named(
        verify,
        &[
            ("the header cannot be read", String::new()),
            ("the header names critical extensions", under(&with(&header, "crit", json!([])))),
            (
                "the header shows a private key",
                under(&with(&header, "jwk", json!({ "kty": "EC", "crv": "P-256", "x": "", "y": "", "d": "" }))),
            ),
            ("a token of another type", under(&with(&header, "typ", json!("JWT")))),
            ("signed with an unknown key", under(&without(&header, "kid"))),
            ("signed with another algorithm", under(&with(&header, "alg", json!("ES384")))),
            ("the signature does not verify", right.replace('.', ".A").replacen(".A", ".", 1)),
            ("a claim is missing or cannot be read", changed("exp", json!("soon"))),
            ("issued by somebody else", changed("iss", json!("http://elsewhere.example"))),
            ("meant for another audience", changed("aud", json!("http://elsewhere.example"))),
            ("the token has expired", changed("exp", json!(1_795_999_999.5))),
            ("the token is not valid yet", changed("nbf", json!(1_796_000_010.5))),
            ("the token was issued in the future", changed("iat", json!(1_796_000_010.5))),
            ("not an integrator's token", changed("scope", json!("holder"))),
        ],
    );
}

#[tokio::test]
async fn a_holders_token_fails_by_the_name_of_the_check() {
    let key = KeyPair::generate().unwrap();
    let keys = VerifyingKeys::from_jwks(&json!({ "keys": [key.public()] }).to_string()).unwrap();
    let now = Timestamp::from_second(1_796_000_000).unwrap();
    let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": key.thumbprint() });
    let claims = json!({
        "iss": "http://ikd.test", "aud": "http://ikd.test", "sub": key.thumbprint(), "client_id": "ikd-app",
        "scope": "holder", "iat": 1_796_000_000, "exp": 1_796_000_600, "jti": "AEAQCAIBAEAQCAIBAEAQCAIBAE",
        "cnf": { "jkt": key.thumbprint() },
    });
    let verify = |token: &str| access_token::verify_of_holder(&keys, "http://ikd.test", token, now);
    let signed = |claims: &Value| key.sign_under(&header, claims).unwrap();
    assert!(verify(&signed(&claims)).is_ok());
    let without_key = with(&with(&without(&claims, "cnf"), "claims", json!(["name"])), "purposes", json!([]));
    assert_named(
        verify,
        &[
            ("not a holder's scope", signed(&with(&claims, "scope", json!("redeem")))),
            ("not a holder's token", signed(&without_key)),
            ("not issued to the app", signed(&with(&claims, "client_id", json!("bank-madiun")))),
        ],
    );
}

/// The problem of a refused request, and the cause that its line of the log holds.
async fn logged(world: &World, function: &Function, request: Builder, body: String) -> String {
    let app = world.app_of(function);
    let request = request.body(Body::Text(body)).unwrap();
    let Err(problem) = (function.step)(&app, &request).await else { panic!("{} has answered", function.name()) };
    format!("{}: {}", problem.kind().slug(), problem.cause().unwrap_or_default())
}

#[tokio::test]
async fn the_log_names_the_check_that_refused_a_request() {
    let world = World::new().await;
    let (bank, now) = (world.integrator(BANK), world.clock.now());
    let to = |path: &str| Request::post(format!("http://ikd.test{path}"));
    let bearer = |path: &str, token: &str| to(path).header("authorization", format!("Bearer {token}"));

    let (header, claims) = parts(&bank.token().await.unwrap());
    let elsewhere = world.signing_key.sign_under(&header, &with(&claims, "aud", json!("elsewhere"))).unwrap();
    let by_integrator = bearer("/redemptions", &elsewhere);
    let by_holder = to("/qr-codes").header("authorization", "DPoP nonsense");
    let proof = world.phone().proof(&Method::GET, "/sessions", None).unwrap();
    let by_phone = to("/sessions").header("dpop", proof);
    let ended = with(&world.issuer.claims("petugas-1", "petugas", now), "exp", json!(now.as_second()));
    let by_officer = bearer("/device-blocks", &world.issuer.sign(&ended).unwrap());
    for (function, request, line) in [
        (&redeem_qr::FUNCTION, by_integrator, "invalid-token: meant for another audience"),
        (&mint_qr::FUNCTION, by_holder, "invalid-token: the header cannot be read"),
        (&login::FUNCTION, by_phone, "invalid-dpop-proof: the proof is for another method"),
        (&block_device::FUNCTION, by_officer, "invalid-token: the token has expired"),
    ] {
        assert_eq!(logged(&world, function, request, String::new()).await, line);
    }

    let late = bank.client_assertion(&with(&bank.assertion_claims(), "nbf", json!(now.as_second() + 60))).unwrap();
    let form = format!(
        "grant_type=client_credentials&client_assertion={late}\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
    );
    let by_client = to("/oauth2/token").header("content-type", "application/x-www-form-urlencoded");
    let line = "invalid-client: the token is not valid yet";
    assert_eq!(logged(&world, &issue_token::FUNCTION, by_client, form).await, line);
}

#[tokio::test]
async fn an_officers_token_may_come_from_a_clock_that_is_ten_seconds_ahead_and_no_more() {
    let world = World::new().await;
    let registered = world.registered(local::personas::SITI).await;
    let now = world.clock.now().as_second();
    for (seconds, status) in [(8, 200), (10, 200), (11, 401)] {
        for claim in ["iat", "nbf"] {
            let mut claims = world.issuer.claims("petugas-1", "petugas", world.clock.now());
            claims[claim] = json!(now + seconds);
            let token = world.issuer.sign(&claims).unwrap();
            let officer = local::actors::Officer::new(world.api.clone(), token);
            assert_eq!(officer.scan(&registered.ticket).await.unwrap().status.as_u16(), status, "{claim} + {seconds}");
        }
    }
}
