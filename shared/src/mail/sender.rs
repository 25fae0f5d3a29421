//! The sender of mails, as a header writes it: a header has ASCII alone, and some of it has a meaning of its own.

use std::fmt;

use data_encoding::BASE64;

use crate::domain::contact::Email;
use crate::domain::text::is_plain;

/// Who sends mails.
#[derive(Clone, Debug)]
pub struct Sender {
    pub name: SenderName,
    pub address: Email,
}

/// The name beside the sender's address, in any letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderName(String);

/// Why a text is no sender's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be one line of visible text, with 64 characters at most")]
pub struct UnusableName;

impl SenderName {
    /// Reads a name. A line break in it would begin another header.
    pub fn parse(text: &str) -> Result<Self, UnusableName> {
        const MAX: usize = 64;

        let name = text.trim();
        let fits = (1..=MAX).contains(&name.chars().count());
        if fits && is_plain(text) { Ok(Self(name.to_owned())) } else { Err(UnusableName) }
    }

    /// As a phrase (RFC 5322, section 3.2.5): quoted where it is ASCII, else in encoded words. What only looks like an encoded
    /// word is encoded, too.
    fn phrase(&self) -> String {
        if self.0.is_ascii() && !self.0.contains("=?") {
            format!("\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
        } else {
            encoded_words(&self.0)
        }
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} <{}>", self.name.phrase(), self.address.as_str())
    }
}

/// Encoded words (RFC 2047, section 2), of which each has 75 characters at most and no part of a letter. The spaces between
/// them are not shown.
fn encoded_words(text: &str) -> String {
    /// Bytes whose base64 fits between `=?UTF-8?B?` and `?=`.
    const MAX_BYTES: usize = 45;

    let mut parts = vec![String::new()];
    for letter in text.chars() {
        let has_room = parts.last().is_some_and(|part| part.len() + letter.len_utf8() <= MAX_BYTES);
        if !has_room {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    let words: Vec<String> =
        parts.iter().map(|part| format!("=?UTF-8?B?{}?=", BASE64.encode(part.as_bytes()))).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str) -> String {
        let address = Email::parse("identitas@ikd.example").unwrap();
        Sender { name: SenderName::parse(name).unwrap(), address }.to_string()
    }

    /// What a reader sees of encoded words.
    fn read(phrase: &str) -> String {
        let words = phrase.split(' ').map(|word| {
            assert!(word.len() <= 75, "{word}");
            let encoded = word.strip_prefix("=?UTF-8?B?").and_then(|word| word.strip_suffix("?=")).unwrap();
            String::from_utf8(BASE64.decode(encoded.as_bytes()).unwrap()).unwrap()
        });
        words.collect()
    }

    #[test]
    fn an_ascii_name_is_quoted() {
        assert_eq!(header("Dukcapil Kota Madiun"), "\"Dukcapil Kota Madiun\" <identitas@ikd.example>");
        assert_eq!(
            header("Dukcapil, \"SIAK\" <a@b> (\\)"),
            r#""Dukcapil, \"SIAK\" <a@b> (\\)" <identitas@ikd.example>"#
        );
    }

    #[test]
    fn other_letters_are_encoded_and_read_as_they_were_written() {
        for name in
            ["Dukcapil Kabupaten Pidié", "ꦢꦸꦏ꧀ꦕꦥꦶꦭ꧀ ꦏꦸꦛ ꦩꦣꦶꦪꦸꦤ꧀", &"é".repeat(64), &"𝔇".repeat(64), "=?UTF-8?B?QQ==?="]
        {
            let header = header(name);
            let (phrase, address) = header.rsplit_once(' ').unwrap();
            assert_eq!((read(phrase).as_str(), address), (name, "<identitas@ikd.example>"));
            assert!(header.is_ascii());
        }
    }

    #[test]
    fn a_name_that_could_end_its_header_or_hide_something_is_refused_with_a_sentence() {
        let long = "x".repeat(65);
        for name in
            ["", "  ", "Dukcapil\r\nBcc: pencuri@contoh.id", "a\nb", "a\0", "a\tb", "a\u{202e}b", "a\u{200b}", &long]
        {
            assert_eq!(SenderName::parse(name), Err(UnusableName), "{name:?}");
        }
        assert_eq!(UnusableName.to_string(), "it must be one line of visible text, with 64 characters at most");
    }
}
