//! How the resident is reached: an e-mail address and an Indonesian phone number, parsed by libraries. And how the office is.

use std::borrow::Cow;

use email_address::{EmailAddress, Options};
use phonenumber::{Mode, country};
use serde::{Deserialize, Serialize};

use super::secret::unprintable;
use super::text::Invalid;
use super::typed;

/// An e-mail address that SES can send to: ASCII, no display name, a domain with a dot (RFC 5321, RFC 5322).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// A phone number in E.164 form, read as dialled in Indonesia.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

unprintable!(Email, PhoneNumber);

/// The office that residents contact with questions and complaints (*pengaduan*).
#[derive(Clone, Debug)]
pub struct Office {
    pub name: String,
    /// Its telephone number, as people write it there.
    pub phone: Option<String>,
}

impl Email {
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const INVALID: Invalid = Invalid::new(
            "Alamat email tidak valid. Contoh: nama@contoh.id.",
            "This e-mail address is not valid. Example: name@example.com.",
        );

        let text = typed::trim(text);
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

    /// Its first character and its domain, with three dots whatever its length: who knows the address recognises it, and nobody
    /// learns it.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or_default();
        let first: String = local.chars().take(1).collect();
        format!("{first}•••@{domain}")
    }
}

impl PhoneNumber {
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const INVALID: Invalid = Invalid::new(
            "Nomor ponsel tidak valid. Gunakan nomor Indonesia, misalnya 0812-3456-7890.",
            "This mobile number is not valid. Use an Indonesian number, for example 0812-3456-7890.",
        );

        const INDONESIA: u16 = 62;

        // The library would take letters for digits.
        let dialled = typed::dialled(text).filter(|dialled| dialled.len() <= 20).ok_or(INVALID)?;
        let number = international(&dialled).ok_or(INVALID)?;
        let number = phonenumber::parse(Some(country::Id::ID), number).map_err(|_| INVALID)?;
        if !number.is_valid() || number.extension().is_some() || number.code().value() != INDONESIA {
            return Err(INVALID);
        }
        Ok(Self(number.format().mode(Mode::E164).to_string()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The number behind Indonesia's code, as far as its writer left no doubt. People write the code with a plus, with two zeros or
/// with neither, or leave it out with the zero; and behind it the zero that is dialled only without it. Nothing where two zeros
/// lead to another country.
fn international(dialled: &str) -> Option<Cow<'_, str>> {
    let abroad = dialled.strip_prefix('+').or_else(|| dialled.strip_prefix("00")).unwrap_or(dialled);
    match abroad.strip_prefix("62") {
        Some(national) => Some(Cow::Owned(format!("+62{}", national.strip_prefix('0').unwrap_or(national)))),
        None if dialled.starts_with('8') => Some(Cow::Owned(format!("+62{dialled}"))),
        None if dialled.starts_with("00") => None,
        None => Some(Cow::Borrowed(dialled)),
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
    fn a_masked_address_shows_neither_the_name_nor_its_length() {
        for text in ["siti.aminah@contoh.id", "sri@contoh.id", "s@contoh.id"] {
            assert_eq!(Email::parse(text).unwrap().masked(), "s•••@contoh.id");
        }
    }

    #[test]
    fn what_keyboards_and_clipboards_leave_around_an_address_is_taken_off() {
        for text in
            ["siti@contoh.id ", "\u{200b}siti@contoh.id\u{feff}", "\tsiti@contoh.id\r\n", "\u{a0}siti@contoh.id"]
        {
            assert_eq!(Email::parse(text).map(|email| email.0).as_deref(), Ok("siti@contoh.id"), "{text:?}");
        }
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
            "siti @contoh.id",
            "siti@con\u{200b}toh.id",
            "siti@con!toh.id",
            "sіti@contoh.id", // Cyrillic і
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@contoh.id", "a".repeat(300))).is_err());
    }

    #[test]
    fn phone_numbers_of_one_phone_are_stored_alike() {
        for text in [
            "081234567890",
            "0812-3456-7890",
            "+62 812 3456 7890",
            "62 812-3456-7890",
            "(0812) 34567890",
            "[0812] 3456.7890",
            "0062 812 3456 7890",
            "0062 0812 3456 7890",
            "+62 (0)812-3456-7890",
            "62 0812 3456 7890",
            "(+62) 812 3456 7890",
            "812-3456-7890",
            " 0812\u{a0}3456\u{a0}7890\r\n",
            "\u{202a}+62 812\u{2011}3456\u{2011}7890\u{202c}",
            "０８１２３４５６７８９０",
            "＋62 812 3456 7890",
        ] {
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
            "0065 6123 4567",
            "62+81234567890",
            "0812-3456-7890 ext. 5",
            "O812-3456-789O",
        ] {
            assert!(PhoneNumber::parse(text).is_err(), "{text:?}");
        }
        assert!(PhoneNumber::parse(&"0".repeat(10_000)).is_err());
    }
}
