//! DPoP proofs, also some that the right key has signed.
#![no_main]
#![expect(clippy::expect_used, reason = "without its constants there is nothing to fuzz")]

use fuzz::{NOW, token};
use ikd::tokens::dpop::{self, Expected};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|data: &[u8]| {
    let proof = token(data);
    let url = Url::parse("http://ikd.test/sessions").expect("an address");
    let expected = Expected {
        method: "POST",
        url: &url,
        access_token_hash: None,
        now: Timestamp::from_second(NOW).expect("a time"),
        lifetime: SignedDuration::from_mins(1),
    };
    if let Ok(verified) = dpop::verify(&proof, &expected) {
        let end = verified.expires_at.as_second();
        assert!((NOW..=NOW + 130).contains(&end), "kept until {end}");
    }
});
