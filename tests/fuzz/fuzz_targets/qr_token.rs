//! What is scanned or clicked: QR tokens, ids, tickets, links and captchas.
#![no_main]
#![expect(clippy::expect_used, reason = "without its constants there is nothing to fuzz")]

use std::sync::LazyLock;

use fuzz::NOW;
use ikd::domain::Id;
use ikd::domain::qr_code::QrToken;
use ikd::domain::secret::MacKey;
use ikd::tokens::sealed::Seal;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

static SEAL: LazyLock<Seal> = LazyLock::new(|| Seal::new(MacKey::new(b"a key of the fuzzer")));

fuzz_target!(|text: &str| {
    if let Some(token) = QrToken::parse(text) {
        assert_eq!(QrToken::parse(token.expose()), Some(token));
    }
    if let Some(id) = Id::parse(text) {
        assert_eq!(Id::parse(id.as_str()), Some(id));
    }
    let now = Timestamp::from_second(NOW).expect("a time");
    let link = SEAL.link(&Id::from_random([1; 16]), 1).expect("a link");
    assert!(SEAL.open_ticket(text, now).is_err());
    assert!(SEAL.open_link(text).is_none_or(|(opened, ..)| opened == link));
    assert!(SEAL.open_captcha(&link, text).is_none());
    assert!(activate::challenges::solved(&SEAL, &link, text).is_none());
});
