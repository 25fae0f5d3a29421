//! E-mail addresses and phone numbers.
#![no_main]

use ikd::domain::contact::{Email, PhoneNumber};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(email) = Email::parse(text) {
        let address = email.as_str();
        assert!(address.is_ascii() && address.len() <= 254);
        assert!(!address.bytes().any(|byte| byte.is_ascii_control() || b" \"<>(),;:\\[]".contains(&byte)));
        assert!(Email::parse(address).is_ok_and(|again| again == email));
    }
    if let Ok(number) = PhoneNumber::parse(text) {
        let digits = number.as_str().strip_prefix("+62").unwrap_or_default();
        assert!((7..=13).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(PhoneNumber::parse(number.as_str()).is_ok_and(|again| again == number));
    }
});
