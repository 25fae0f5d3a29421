//! The national identity number, and the check of a PIN against it.
#![no_main]

use ikd::domain::nik::Nik;
use ikd::domain::pin::Pin;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let (text, pin) = data.split_once('\n').unwrap_or((data, ""));
    if let Ok(nik) = Nik::parse(text) {
        let stored = nik.as_str();
        assert!(stored.len() == 16 && stored.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(Nik::parse(stored).is_ok_and(|again| again == nik));
        let birth = nik.birth();
        assert!((1..=31).contains(&birth.day) && (1..=12).contains(&birth.month) && birth.year <= 99);
        if let Ok(pin) = Pin::parse(pin) {
            let _ = pin.ensure_strong(&nik);
        }
    }
});
