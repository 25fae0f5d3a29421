//! What people type, scan and paste, read as they meant it: each value has one form that is kept, and many in which it comes.

use data_encoding::BASE32_NOPAD;

use super::text::is_hidden;

/// No number or code has so many bytes, with all that is between and around its signs.
const MAX_BYTES: usize = 256;

/// The text without what keyboards, scanners and clipboards leave at its ends: white space, line ends, invisible characters.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || is_hidden(character))
}

/// A text in which spaces and separators do not matter, without them.
pub fn joined(text: &str) -> String {
    trim(text).chars().filter(|character| !is_between(*character)).collect()
}

/// A number of digits, with or without spaces, hyphens and dots between them; nothing where the text has anything else.
pub fn digits(text: &str) -> Option<String> {
    read(text, |_| false, digit)
}

/// The digits of a telephone number, and the plus in front where it has one.
pub fn dialled(text: &str) -> Option<String> {
    let dialled = read(
        text,
        |character| matches!(character, '(' | ')' | '[' | ']' | '/'),
        |character| if matches!(character, '+' | '＋') { Some('+') } else { digit(character) },
    )?;
    dialled.rfind('+').is_none_or(|position| position == 0).then_some(dialled)
}

/// The bytes of a code in base32, as people copy it: in either case, in groups, and with a digit for the capital that looks
/// like it. The alphabet has no 0, 1 or 8.
pub fn base32(text: &str) -> Option<Vec<u8>> {
    let letter = |character: char| match character {
        '0' => Some('O'),
        '1' => Some('I'),
        '8' => Some('B'),
        _ if character.is_ascii() => Some(character.to_ascii_uppercase()),
        _ => None,
    };
    BASE32_NOPAD.decode(read(text, |_| false, letter)?.as_bytes()).ok()
}

/// The signs of a text without what is between them; nothing where one of them is not known, or the text is too long.
fn read(text: &str, is_bracket: impl Fn(char) -> bool, sign: impl Fn(char) -> Option<char>) -> Option<String> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let signs = trim(text).chars().filter(|character| !is_between(*character) && !is_bracket(*character));
    signs.map(sign).collect()
}

/// Whether a character separates what belongs to one line, and can be seen to do so.
fn is_between(character: char) -> bool {
    let is_space = character.is_whitespace() && !character.is_control() && !is_hidden(character);
    is_space || character == '.' || is_hyphen(character)
}

/// A hyphen, or a dash that keyboards put in its place.
fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}')
}

/// A digit, also of a full-width keyboard.
fn digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        '０'..='９' => char::from_digit(u32::from(character) - u32::from('０'), 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clipboards_and_scanners_leave_at_the_ends_is_taken_off() {
        for text in ["a b", " a b\t", "a b\r\n", "\u{feff}a b\u{200b}", "\u{202a}a b\u{202c}", "\u{a0}a b\u{3000}"] {
            assert_eq!(trim(text), "a b", "{text:?}");
        }
        assert_eq!(trim(" \u{200b}\r\n"), "");
        for text in ["-.a_-.", "\0a", "a\u{1b}"] {
            assert_eq!(trim(text), text, "these may belong to the text, or show that it was not typed");
        }
    }

    #[test]
    fn digits_are_read_in_groups_and_of_full_width_and_nothing_else_is() {
        for text in ["123456", " 123 456\r\n", "123-456", "12.34.56", "123\u{a0}456", "123\u{2011}456", "１２３４５６"]
        {
            assert_eq!(digits(text).as_deref(), Some("123456"), "{text:?}");
        }
        for text in [
            "12345a",
            "123,456",
            "+123456",
            "(123456)",
            "١٢٣٤٥٦",
            "123_456",
            "123\u{200b}456",
            "123\n456",
            &" ".repeat(257),
        ] {
            assert_eq!(digits(text), None, "{text:?}");
        }
        assert_eq!(digits("").as_deref(), Some(""));
    }

    #[test]
    fn a_plus_is_in_front_of_a_telephone_number_or_nowhere() {
        assert_eq!(dialled("(+62) 812/3456").as_deref(), Some("+628123456"));
        for text in ["62+812", "++62812", "0812 ext. 5", "0812;5"] {
            assert_eq!(dialled(text), None, "{text}");
        }
    }

    #[test]
    fn base32_is_read_as_people_copy_it() {
        let bytes = b"a code of us";
        let code = BASE32_NOPAD.encode(bytes);
        let grouped = code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-");
        for text in
            [code.clone(), code.to_lowercase(), format!(" {code}\r\n"), grouped.clone(), grouped.replace('-', " ")]
        {
            assert_eq!(base32(&text).as_deref(), Some(&bytes[..]), "{text:?}");
        }
        assert_eq!(base32("0I8AAAAA"), base32("OIBAAAAA"));
        assert_eq!(base32("o18aaaaa"), base32("OIBAAAAA"));
        for text in ["9AAAAAAA", "AAAAAAA=", "AAAA/AAA", "ＡＡＡＡＡＡＡＡ", "ıAAAAAAA", &"A".repeat(264)] {
            assert_eq!(base32(text), None, "{text}");
        }
    }
}
