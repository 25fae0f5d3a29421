//! The activation code (*Kode Aktivasi*): derived from a secret key whenever it is needed, never stored (RFC 4226).

use aws_lc_rs::hmac;

use super::Id;
use super::secret::{MacKey, equal, unprintable};
use super::text::Invalid;
use super::typed;

/// Six digits that the e-mail brings and that activate one registration.
#[derive(Clone)]
pub struct ActivationCode([u8; 6]);

unprintable!(ActivationCode);

impl ActivationCode {
    /// The code of one generation of one registration: HOTP (RFC 4226) under a key of the registration's own, with the
    /// generation as counter. It is always the same, so that a repeated e-mail brings no second code.
    pub fn derive(key: &MacKey, registration: &Id, generation: u32) -> Self {
        let own_key = key.mac(&[b"activation-code", registration.as_str().as_bytes()]);
        Self(hotp(&own_key, generation.into()))
    }

    /// Reads what somebody typed or copied; spaces around or between the digits are the e-mail client's, not theirs.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const NOT_SIX_DIGITS: Invalid =
            Invalid::new("Kode aktivasi terdiri atas 6 angka.", "An activation code has 6 digits.");

        let digits = typed::digits(text).ok_or(NOT_SIX_DIGITS)?.into_bytes();
        let digits: [u8; 6] = digits.try_into().map_err(|_| NOT_SIX_DIGITS)?;
        Ok(Self(digits))
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        equal(&self.0, &other.0)
    }

    /// Names a try at this code: the same code, sent with the same, is the same try. The name gets into the store. It is made with
    /// the codes' own key, since who reads the store could otherwise try all million codes.
    pub fn name_try(&self, key: &MacKey, sent_with: &[&str]) -> Id {
        let own = [b"activation-try".as_slice(), &self.0];
        let parts: Vec<&[u8]> = own.into_iter().chain(sent_with.iter().map(|part| part.as_bytes())).collect();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&key.mac(&parts)[..16]);
        Id::from_random(bytes)
    }

    /// The digits, for the e-mail and for the first PIN.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// HOTP with six digits (RFC 4226, section 5.3).
fn hotp(key: &[u8], counter: u64) -> [u8; 6] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let mac = hmac::sign(&key, &counter.to_be_bytes());
    let mac = mac.as_ref();
    let offset = usize::from(mac[mac.len() - 1] & 0xf);
    let number = u32::from_be_bytes([mac[offset] & 0x7f, mac[offset + 1], mac[offset + 2], mac[offset + 3]]);
    let mut digits = [b'0'; 6];
    let mut rest = number % 1_000_000;
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hotp_gives_the_values_of_rfc_4226_appendix_d() {
        let values =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (counter, value) in values.iter().enumerate() {
            assert_eq!(&hotp(b"12345678901234567890", counter as u64), value.as_bytes());
        }
    }

    #[test]
    fn a_code_belongs_to_one_generation_of_one_registration() {
        let key = MacKey::new(b"key");
        let (one, other) = (Id::from_random([1; 16]), Id::from_random([2; 16]));
        let code = ActivationCode::derive(&key, &one, 1);
        assert!(code.matches(&ActivationCode::derive(&key, &one, 1)));
        assert!(!code.matches(&ActivationCode::derive(&key, &one, 2)));
        assert!(!code.matches(&ActivationCode::derive(&key, &other, 1)));
    }

    #[test]
    fn the_same_code_sent_with_the_same_is_the_same_try_and_nothing_else_is() {
        let (key, code) = (MacKey::new(b"key"), |text| ActivationCode::parse(text).unwrap());
        let name = code("123456").name_try(&key, &["link", "captcha", "answer"]);
        assert_eq!(code("123 456").name_try(&key, &["link", "captcha", "answer"]), name);
        for other in [
            code("123457").name_try(&key, &["link", "captcha", "answer"]),
            code("123456").name_try(&key, &["link", "captcha", "answers"]),
            code("123456").name_try(&key, &["link", "captchaanswer"]),
            code("123456").name_try(&MacKey::new(b"another key"), &["link", "captcha", "answer"]),
        ] {
            assert_ne!(other, name);
        }
    }

    #[test]
    fn a_code_is_read_with_the_spaces_that_people_leave() {
        for text in ["123456", " 123 456 ", "123-456", "12\u{a0}3456\r\n", "１２３４５６"] {
            assert_eq!(ActivationCode::parse(text).unwrap().expose(), "123456", "{text:?}");
        }
        for text in ["", "12345", "1234567", "12345a", "12345O"] {
            assert!(ActivationCode::parse(text).is_err(), "{text:?}");
        }
    }
}
