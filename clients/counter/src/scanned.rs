//! What a scanner or a keyboard sent: a QR code of *KTP Digital*, or something else.

use aws_lc_rs::digest::{SHA256, digest};

/// A scanned text.
#[derive(Debug, PartialEq, Eq)]
pub enum Scanned {
    /// It can be a code of *KTP Digital*.
    Code(ScannedCode),
    /// The ticket of a registration, which officers scan.
    Ticket,
    /// Anything else.
    Other,
}

/// The token of a QR code. It opens what the holder shows, so it is neither shown nor logged.
#[derive(Clone, PartialEq, Eq)]
pub struct ScannedCode(String);

impl std::fmt::Debug for ScannedCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ScannedCode(..)")
    }
}

/// Base32 characters of a token (160 bits).
const CODE: usize = 32;
/// Base32 characters of a ticket.
const TICKET: usize = 58;

impl Scanned {
    /// Reads what was sent, in either case, in groups, with a line end, and with 0, 1 and 8 for O, I and B.
    pub fn read(text: &str) -> Self {
        let Some(text) = base32(text) else { return Self::Other };
        match text.len() {
            CODE => Self::Code(ScannedCode(text)),
            TICKET => Self::Ticket,
            _ => Self::Other,
        }
    }
}

impl ScannedCode {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_journal(text: String) -> Self {
        Self(text)
    }

    /// By which it is known again, without being kept.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        hash
    }
}

/// The one form of a base32 text, or nothing if it is none.
fn base32(text: &str) -> Option<String> {
    let kept = text.chars().filter(|character| !character.is_whitespace() && *character != '-');
    kept.map(|character| match character.to_ascii_uppercase() {
        '0' => Some('O'),
        '1' => Some('I'),
        '8' => Some('B'),
        letter @ ('A'..='Z' | '2'..='7') => Some(letter),
        _ => None,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "3BD2Z552WG3POYLXT44ZLRUT4JPLRGO4";

    #[test]
    fn a_code_is_read_as_scanners_and_people_send_it() {
        let code = Scanned::Code(ScannedCode(TOKEN.to_owned()));
        for text in [
            TOKEN.to_owned(),
            format!("{TOKEN}\r\n"),
            TOKEN.to_lowercase(),
            TOKEN.replace('O', "0"),
            "3BD2-Z552-WG3P-OYLX-T44Z-LRUT-4JPL-RGO4".to_owned(),
        ] {
            assert_eq!(Scanned::read(&text), code, "{text}");
        }
    }

    #[test]
    fn a_ticket_and_other_texts_are_told_apart() {
        assert_eq!(Scanned::read(&"A".repeat(TICKET)), Scanned::Ticket);
        for other in ["", "https://identitas.example.go.id/", "3577014507900003", &TOKEN[1..], "9BD2"] {
            assert_eq!(Scanned::read(other), Scanned::Other, "{other}");
        }
    }

    #[test]
    fn a_code_is_not_written_into_a_log() {
        assert!(!format!("{:?}", Scanned::read(TOKEN)).contains("3BD2"));
    }
}
