//! Tokens and proofs: arbitrary ones, and arbitrary ones that the right key has signed.

use std::sync::LazyLock;

use ikd::domain::claims::Claim;
use ikd::domain::integrator::Integrator;
use ikd::tokens::dpop::{self, Expected};
use ikd::tokens::keys::VerifyingKeys;
use ikd::tokens::{access_token, client_assertion};
use jiff::{SignedDuration, Timestamp};
use local::actors::{KeyPair, Signs};
use local::personas::BANK;
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate().expect("a key"));

const NOW: i64 = 1_795_323_600;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn keys() -> VerifyingKeys {
    VerifyingKeys::from_jwks(&json!({ "keys": [KEY.public()] }).to_string()).unwrap()
}

fn bank() -> Integrator {
    BANK.registered(&KEY)
}

/// Anything that a header or a claim may hold, including what is expected.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        (NOW - 400..NOW + 400).prop_map(Value::from),
        (-400.0..400.0).prop_map(|offset: f64| json!(seconds(&json!(NOW)) + offset)),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        prop::sample::select(vec![
            "ES256",
            "none",
            "HS256",
            "dpop+jwt",
            "at+jwt",
            "JWT",
            "POST",
            "http://ikd.test/sessions",
            "http://ikd.test",
            "bank-madiun",
            "holder",
            "redeem",
            "ikd-app",
        ])
        .prop_map(Value::from),
        prop::collection::vec("[a-z:/.]{0,12}", 0..3).prop_map(Value::from),
        Just(json!({ "jkt": KEY.thumbprint() })),
        Just(serde_json::to_value(KEY.public()).unwrap()),
    ]
}

prop_compose! {
    /// A header and claims, each member there or not.
    fn parts()(
        header in prop::collection::btree_map("typ|alg|kid|jwk|crit|b64|jku|x5c", value(), 0..6),
        claims in prop::collection::btree_map(
            "jti|htm|htu|iat|ath|iss|aud|sub|client_id|scope|exp|nbf|cnf|claims|purposes", value(), 0..14,
        ),
    ) -> (Value, Value) {
        (json!(header), json!(claims))
    }
}

/// What is taken: a phone's proof, a holder's token and an integrator's assertion.
fn right() -> [(Value, Value); 3] {
    let (name, us) = (KEY.thumbprint(), "http://ikd.test");
    [
        (
            json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.public() }),
            json!({ "jti": "1", "htm": "POST", "htu": "http://ikd.test/sessions", "iat": NOW }),
        ),
        (
            json!({ "typ": "at+jwt", "alg": "ES256", "kid": name }),
            json!({
                "iss": us, "aud": us, "sub": name, "client_id": "ikd-app", "scope": "holder", "iat": NOW, "exp": NOW + 600,
                "jti": "AEAQCAIBAEAQCAIBAEAQCAIBAE", "cnf": { "jkt": name },
            }),
        ),
        (
            json!({ "alg": "ES256" }),
            json!({ "iss": "bank-madiun", "sub": "bank-madiun", "aud": us, "iat": NOW, "exp": NOW + 60, "jti": "1" }),
        ),
    ]
}

/// Something right, or right but for a member or two.
fn nearly_right() -> impl Strategy<Value = (Value, Value)> {
    const MEMBERS: &str =
        "typ|alg|kid|jwk|crit|jti|htm|htu|iat|ath|iss|aud|sub|client_id|scope|exp|nbf|cnf|claims|purposes";
    let changes = prop::collection::vec((any::<bool>(), MEMBERS, prop::option::of(value())), 0..3);
    (prop::sample::select(right().to_vec()), changes).prop_map(|((mut header, mut claims), changes)| {
        for (is_of_header, name, value) in changes {
            let part = if is_of_header { &mut header } else { &mut claims };
            match value {
                Some(value) => part[name.as_str()] = value,
                None => drop(part.as_object_mut().expect("members").remove(&name)),
            }
        }
        (header, claims)
    })
}

/// A time, with or without a fraction.
fn seconds(time: &Value) -> f64 {
    time.as_f64().unwrap()
}

fn verify_proof(proof: &str) -> bool {
    let url = Url::parse("http://ikd.test/sessions").unwrap();
    let lifetime = SignedDuration::from_mins(1);
    let expected = Expected { method: "POST", url: &url, access_token_hash: None, now: now(), lifetime };
    dpop::verify(proof, &expected).is_ok()
}

#[test]
fn what_is_nearly_right_is_near_to_what_is_taken() {
    let [proof, token, assertion] = right().map(|(header, claims)| KEY.sign_under(&header, &claims).unwrap());
    assert!(verify_proof(&proof));
    assert!(access_token::verify_of_holder(&keys(), "http://ikd.test", &token, now()).is_ok());
    assert!(client_assertion::verify(&assertion, &bank(), "http://ikd.test", now()).is_ok());
}

proptest! {
    #[test]
    fn no_text_is_a_token(text in prop_oneof![any::<String>(), "[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,80}"]) {
        prop_assert!(!verify_proof(&text));
        prop_assert!(access_token::verify_of_holder(&keys(), "http://ikd.test", &text, now()).is_err());
        prop_assert!(access_token::verify_of_integrator(&keys(), "http://ikd.test", &text, now()).is_err());
        prop_assert!(client_assertion::verify(&text, &bank(), "http://ikd.test", now()).is_err());
        let _ = client_assertion::claimed_client(&text);
    }

    /// What the right key has signed is accepted only if every member says what it must.
    #[test]
    fn a_right_signature_alone_proves_nothing((header, claims) in prop_oneof![parts(), nearly_right()]) {
        let token = KEY.sign_under(&header, &claims).unwrap();
        if verify_proof(&token) {
            prop_assert_eq!((&header["typ"], &header["alg"]), (&json!("dpop+jwt"), &json!("ES256")));
            prop_assert_eq!((&claims["htm"], &claims["htu"]), (&json!("POST"), &json!("http://ikd.test/sessions")));
            prop_assert!((seconds(&claims["iat"]) - seconds(&json!(NOW))).abs() <= 60.0);
            prop_assert!(claims.get("ath").is_none_or(Value::is_null) && header.get("crit").is_none());
        }
        if access_token::verify_of_holder(&keys(), "http://ikd.test", &token, now()).is_ok() {
            prop_assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
            prop_assert_eq!((&claims["iss"], &claims["aud"]), (&json!("http://ikd.test"), &json!("http://ikd.test")));
            prop_assert_eq!((&claims["client_id"], &claims["scope"]), (&json!("ikd-app"), &json!("holder")));
            prop_assert!(seconds(&claims["exp"]) > seconds(&json!(NOW)) && header.get("crit").is_none());
        }
        if client_assertion::verify(&token, &bank(), "http://ikd.test", now()).is_ok() {
            prop_assert_eq!((&claims["iss"], &claims["sub"]), (&json!("bank-madiun"), &json!("bank-madiun")));
            let left = seconds(&claims["exp"]) - seconds(&json!(NOW));
            prop_assert!(left > 0.0 && left <= 300.0 && claims["aud"] == "http://ikd.test" && header.get("crit").is_none());
        }
    }

    #[test]
    fn a_right_proof_is_taken_at_any_time_within_its_minute(age in -60_i64..=60, jti in "[ -~]{1,128}") {
        let claims = |age: i64| json!({ "jti": jti, "htm": "POST", "htu": "http://ikd.test/sessions", "iat": NOW - age });
        let sign = |age: i64| KEY.sign_showing_key("dpop+jwt", &claims(age)).unwrap();
        prop_assert!(verify_proof(&sign(age)));
        prop_assert!(!verify_proof(&sign(age + 122)) && !verify_proof(&sign(age - 122)));
    }

    #[test]
    fn an_integrators_token_says_what_ops_allow(exp in 1_i64..100_000) {
        let (token, keys) = (integrators_token(exp), keys());
        // The second time, the signature is known.
        for _ in 0..2 {
            let read = access_token::verify_of_integrator(&keys, "http://ikd.test", &token, now()).unwrap();
            prop_assert_eq!(read.allowed.iter().collect::<Vec<_>>(), vec![Claim::Name]);
        }
        let after = Timestamp::from_second(NOW + exp).unwrap();
        prop_assert!(access_token::verify_of_integrator(&keys, "http://ikd.test", &token, after).is_err());
        prop_assert!(access_token::verify_of_integrator(&keys, "http://other.test", &token, now()).is_err());
        prop_assert!(access_token::verify_of_holder(&keys, "http://ikd.test", &token, now()).is_err());
    }

    #[test]
    fn no_character_of_a_verified_token_can_be_another(place in any::<prop::sample::Index>(), other in "[A-Za-z0-9._-]") {
        let (token, keys) = (integrators_token(900), keys());
        prop_assert!(access_token::verify_of_integrator(&keys, "http://ikd.test", &token, now()).is_ok());
        let mut changed = token.clone();
        let place = place.index(token.len());
        changed.replace_range(place..=place, &other);
        prop_assume!(changed != token);
        prop_assert!(access_token::verify_of_integrator(&keys, "http://ikd.test", &changed, now()).is_err());
        prop_assert!(access_token::verify_of_integrator(&keys, "http://ikd.test", &token, now()).is_ok());
    }
}

fn integrators_token(exp: i64) -> String {
    let (header, claims) = (
        json!({ "typ": "at+jwt", "alg": "ES256", "kid": KEY.thumbprint() }),
        json!({
            "iss": "http://ikd.test", "aud": "http://ikd.test", "sub": "bank-madiun", "client_id": "bank-madiun",
            "scope": "redeem", "iat": NOW, "exp": NOW + exp, "jti": "AEAQCAIBAEAQCAIBAEAQCAIBAE",
            "claims": [Claim::Name], "purposes": ["account-opening"],
        }),
    );
    KEY.sign_under(&header, &claims).unwrap()
}
