//! What residents read is written twice: Bahasa Indonesia first, English beside it.

use serde::{Deserialize, Serialize};

/// A language that the service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Indonesian,
    English,
}

impl Language {
    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }

    /// The language as its own speakers call it, for those who look for it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Indonesian => "Bahasa Indonesia",
            Self::English => "English",
        }
    }

    /// The language that a page can be changed to.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Indonesian => Self::English,
            Self::English => Self::Indonesian,
        }
    }

    /// Chooses from an `Accept-Language` header (RFC 9110, section 12.5.4): the better weighted of the two
    /// languages, the first named where weights are equal, Indonesian where neither is named.
    pub fn negotiate(accept_language: Option<&str>) -> Self {
        let mut best: Option<(Self, f32)> = None;
        for range in accept_language.unwrap_or_default().split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let language = match tag.split('-').next() {
                Some("id" | "in" | "ms" | "jv" | "*") => Self::Indonesian,
                Some("en") => Self::English,
                _ => continue,
            };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            if weight > 0.0 && best.is_none_or(|(_, most)| weight > most) {
                best = Some((language, weight));
            }
        }
        best.map_or(Self::default(), |(language, _)| language)
    }
}

/// One sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    pub id: &'static str,
    pub en: &'static str,
}

impl Text {
    pub fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::Indonesian => self.id,
            Language::English => self.en,
        }
    }
}

/// What people read of something that an operator named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    pub id: String,
    pub en: String,
}

impl From<Text> for Label {
    fn from(text: Text) -> Self {
        Self { id: text.id.to_owned(), en: text.en.to_owned() }
    }
}

impl Label {
    /// The most characters in one language.
    pub const MAX: usize = 60;

    /// The name itself, where nobody says what people read.
    pub fn of_name(name: &str) -> Self {
        Self { id: name.to_owned(), en: name.to_owned() }
    }

    /// Whether people can read it, in both languages.
    pub fn is_readable(&self) -> bool {
        let is_readable =
            |text: &str| !text.is_empty() && text.trim() == text && is_plain(text) && text.chars().count() <= Self::MAX;
        is_readable(&self.id) && is_readable(&self.en)
    }
}

/// Whether a text shows what it holds: no control characters, and none that are invisible or turn the direction of
/// what follows (Unicode Technical Report 36, section 2.5).
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() || is_hidden(character))
}

/// Why a text is not one line that people can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOneLine {
    /// It has more than one line, or characters that nobody sees.
    Hidden,
    /// It has more than [`LINE`] characters.
    TooLong,
}

/// The most characters of a line that officers write.
pub const LINE: usize = 500;

/// One line of visible text, without the space around it. It may be empty.
pub fn one_line(text: &str) -> Result<&str, NotOneLine> {
    match text.trim() {
        line if !is_plain(line) => Err(NotOneLine::Hidden),
        line if line.chars().count() > LINE => Err(NotOneLine::TooLong),
        line => Ok(line),
    }
}

/// Whether a character is invisible, or turns the direction of what follows.
pub(super) fn is_hidden(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Why a well-formed value was refused, for the person who typed it.
///
/// It never repeats the value, so that it may be shown and logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid(pub Text);

impl Invalid {
    pub const fn new(id: &'static str, en: &'static str) -> Self {
        Self(Text { id, en })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_without_the_space_that_a_keyboard_leaves() {
        assert_eq!(one_line(" Laporan polisi 12/2026\r\n"), Ok("Laporan polisi 12/2026"));
        assert_eq!(one_line("\n"), Ok(""));
        assert_eq!(one_line("Laporan\npolisi"), Err(NotOneLine::Hidden));
        assert_eq!(one_line("Laporan\u{202e}polisi"), Err(NotOneLine::Hidden));
        assert_eq!(one_line(&"é".repeat(LINE)).map(str::len), Ok(2 * LINE));
        assert_eq!(one_line(&"é".repeat(LINE + 1)), Err(NotOneLine::TooLong));
    }

    #[test]
    fn indonesian_is_the_default_and_weights_are_honoured() {
        for (header, language) in [
            (None, Language::Indonesian),
            (Some(""), Language::Indonesian),
            (Some("fr"), Language::Indonesian),
            (Some("en-GB,en;q=0.9"), Language::English),
            (Some("id-ID,id;q=0.9,en;q=0.8"), Language::Indonesian),
            (Some("id;q=0.1, en"), Language::English),
            (Some("en;q=0, id;q=0.1"), Language::Indonesian),
            (Some("de, en;q=0.2"), Language::English),
            (Some(";;;,,q=,en;q=x"), Language::English),
        ] {
            assert_eq!(Language::negotiate(header), language, "{header:?}");
        }
    }
}
