//! Client assertions and our own access tokens, also some that the right key has signed.
#![no_main]
#![expect(clippy::expect_used, reason = "without its constants there is nothing to fuzz")]

use std::sync::LazyLock;

use fuzz::{KEY, NOW, token};
use ikd::domain::integrator::Integrator;
use ikd::tokens::keys::VerifyingKeys;
use ikd::tokens::{access_token, client_assertion};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

static BANK: LazyLock<Integrator> = LazyLock::new(|| {
    serde_json::from_value(json!({
        "client_id": "bank", "name": "Bank", "jwks": { "keys": [KEY.1] },
        "claims": ["name"], "purposes": {}, "enabled": true,
    }))
    .expect("an integrator")
});
static KEYS: LazyLock<VerifyingKeys> =
    LazyLock::new(|| VerifyingKeys::from_jwks(&json!({ "keys": [KEY.1] }).to_string()).expect("keys"));

fuzz_target!(|data: &[u8]| {
    let (token, now) = (token(data), Timestamp::from_second(NOW).expect("a time"));
    let claimed = client_assertion::claimed_client(&token);
    if let Ok(verified) = client_assertion::verify(&token, &BANK, "http://ikd.test", now) {
        assert_eq!(claimed.as_deref(), Some("bank"));
        assert!((NOW + 1..=NOW + 300).contains(&verified.expires_at.as_second()));
    }
    let _ = access_token::verify_of_holder(&KEYS, "http://ikd.test", &token, now);
    let _ = access_token::verify_of_integrator(&KEYS, "http://ikd.test", &token, now);
});
