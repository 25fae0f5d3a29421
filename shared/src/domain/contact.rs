//! How the resident is reached: an e-mail address and an Indonesian phone number, parsed by libraries.

use email_address::{EmailAddress, Options};
use phonenumber::{Mode, country};
use serde::{Deserialize, Serialize};

use super::secret::unprintable;
use super::text::Invalid;

/// An e-mail address that SES can send to: ASCII, no display name, a domain with a dot (RFC 5321, RFC 5322).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// A phone number in E.164 form, read as dialled in Indonesia.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

unprintable!(Email, PhoneNumber);

impl Email {
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const INVALID: Invalid = Invalid::new(
            "Alamat email tidak valid. Contoh: nama@contoh.id.",
            "This e-mail address is not valid. Example: name@example.com.",
        );

        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        let address = EmailAddress::parse_with_options(text, options).map_err(|_| INVALID)?;
        // Quoted local parts are legal and never used; refusing them keeps quotes and spaces out of mail headers.
        let is_host_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
        if text.len() > 254
            || !text.is_ascii()
            || address.local_part().starts_with('"')
            || !address.domain().bytes().all(is_host_name)
        {
            return Err(INVALID);
        }
        Ok(Self(format!("{}@{}", address.local_part(), address.domain().to_ascii_lowercase())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PhoneNumber {
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const INVALID: Invalid = Invalid::new(
            "Nomor ponsel tidak valid. Gunakan nomor Indonesia, misalnya 0812-3456-7890.",
            "This mobile number is not valid. Use an Indonesian number, for example 0812-3456-7890.",
        );

        const INDONESIA: u16 = 62;

        // What people write a number with. The library takes letters for digits, and does not expect every other sign.
        let is_usual = |byte: u8| byte.is_ascii_digit() || b"+ -()./".contains(&byte);
        if text.len() > 32 || !text.bytes().all(is_usual) {
            return Err(INVALID);
        }
        let number = phonenumber::parse(Some(country::Id::ID), text).map_err(|_| INVALID)?;
        if !number.is_valid() || number.extension().is_some() || number.code().value() != INDONESIA {
            return Err(INVALID);
        }
        Ok(Self(number.format().mode(Mode::E164).to_string()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_as_written_but_for_the_domains_case() {
        assert_eq!(Email::parse("Siti.Aminah+ikd@Contoh.ID").unwrap().as_str(), "Siti.Aminah+ikd@contoh.id");
    }

    #[test]
    fn addresses_that_cannot_be_sent_to_are_refused() {
        for text in [
            "",
            "siti",
            "siti@",
            "@contoh.id",
            "siti@localhost",
            "siti@[127.0.0.1]",
            "Siti <siti@contoh.id>",
            "\"a b\"@contoh.id",
            "siti@contoh.id\r\nBcc: x@contoh.id",
            "siti@contoh.id, x@contoh.id",
            "siti@con!toh.id",
            "sіti@contoh.id", // Cyrillic і
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@contoh.id", "a".repeat(300))).is_err());
    }

    #[test]
    fn phone_numbers_of_one_phone_are_stored_alike() {
        for text in ["081234567890", "0812-3456-7890", "+62 812 3456 7890", "62 812-3456-7890", "(0812) 34567890"] {
            assert_eq!(PhoneNumber::parse(text).map(|number| number.0).as_deref(), Ok("+6281234567890"), "{text}");
        }
    }

    #[test]
    fn what_is_no_phone_number_is_refused() {
        for text in [
            "",
            "0812",
            "telepon",
            "0812ABCDEFG",
            "0812345678901234567",
            "+*62 812",
            "tel:+62812345678",
            "+1 555 0100",
            "+65 6123 4567",
            "0812-3456-7890 ext. 5",
        ] {
            assert!(PhoneNumber::parse(text).is_err(), "{text:?}");
        }
        assert!(PhoneNumber::parse(&"0".repeat(10_000)).is_err());
    }
}
