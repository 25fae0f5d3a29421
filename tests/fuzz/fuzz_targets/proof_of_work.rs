//! A solved proof of work (ALTCHA): JSON of any shape in base64, as the activation page sends it.
#![no_main]
#![expect(clippy::expect_used, reason = "without its constants there is nothing to fuzz")]

use std::sync::LazyLock;

use data_encoding::BASE64;
use fuzz::NOW;
use ikd::domain::Id;
use ikd::domain::secret::MacKey;
use ikd::tokens::sealed::Seal;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static SEAL: LazyLock<Seal> = LazyLock::new(|| Seal::new(MacKey::new(b"a key of the fuzzer")));

fuzz_target!(|data: &[u8]| {
    let link = SEAL.link(&Id::from_random([1; 16]), 1).expect("a link");
    assert!(activate::challenges::solved(&SEAL, &link, &BASE64.encode(data)).is_none());
    // With a challenge of ours in place of the fuzzer's, its signature is right, and only the solution is the fuzzer's.
    let Ok(mut payload) = serde_json::from_slice::<Value>(data) else { return };
    let ends = Timestamp::from_second(NOW).expect("a time");
    let challenge = activate::challenges::proof_of_work(&SEAL, &link, ends).expect("a challenge");
    if let (Some(members), Ok(challenge)) = (payload.as_object_mut(), serde_json::to_value(challenge)) {
        members.insert("challenge".to_owned(), challenge);
    }
    // A fuzzer that guesses a solution has done the work.
    if let Some((_, end)) = activate::challenges::solved(&SEAL, &link, &BASE64.encode(payload.to_string().as_bytes())) {
        assert_eq!(end, ends);
    }
});
