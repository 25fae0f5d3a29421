//! A sheet of paper to draw on: text that fits, lines and pictures, in points from the top left corner.

use std::num::NonZeroU16;

use krilla::Data;
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use ttf_parser::Face;

/// Noto Sans in its Latin letters (SIL Open Font License 1.1, see fonts/OFL.txt), cut down in each PDF to those used.
const REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");

/// A document that cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum Undrawable {
    #[error("a font cannot be used")]
    Font,
    #[error("the verification code cannot be drawn")]
    Code,
    #[error("the document cannot be written: {0:?}")]
    Document(KrillaError),
}

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// A font that knows how wide its letters are.
struct Measured {
    font: Font,
    face: Face<'static>,
}

/// The fonts, read once per document.
pub struct Fonts {
    regular: Measured,
    bold: Measured,
}

impl Measured {
    fn read(bytes: &'static [u8]) -> Result<Self, Undrawable> {
        let font = Font::new(Data::from(bytes.to_vec()), 0).ok_or(Undrawable::Font)?;
        let face = Face::parse(bytes, 0).map_err(|_| Undrawable::Font)?;
        Ok(Self { font, face })
    }

    /// The width of a text in points; letters that the font lacks are as wide as its sign for them.
    fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |letter| {
            let glyph = self.face.glyph_index(letter).unwrap_or_default();
            f32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default())
        };
        let units = NonZeroU16::new(self.face.units_per_em()).map_or(1_000.0, |units| f32::from(units.get()));
        text.chars().map(advance).sum::<f32>() / units * size
    }
}

impl Fonts {
    pub fn read() -> Result<Self, Undrawable> {
        Ok(Self { regular: Measured::read(REGULAR)?, bold: Measured::read(BOLD)? })
    }

    fn of(&self, weight: Weight) -> &Measured {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Breaks a text into lines no wider than `width`: between words, and within a word that is wider than a line.
    pub fn lines(&self, text: &str, weight: Weight, size: f32, width: f32) -> Vec<String> {
        let font = self.of(weight);
        let (mut lines, mut line) = (Vec::new(), String::new());
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if font.width(&longer, size) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                let longer = format!("{line}{letter}");
                if !line.is_empty() && font.width(&longer, size) > width {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(letter);
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }
}

/// The space from one line to the next, for each point of the text's size.
const LEADING: f32 = 1.35;

/// One page, being drawn.
pub struct Sheet<'a, 'b> {
    pub surface: &'a mut Surface<'b>,
    pub fonts: &'a Fonts,
}

impl Sheet<'_, '_> {
    /// Draws one line, its baseline at `y`.
    pub fn text(&mut self, (x, y): (f32, f32), weight: Weight, size: f32, text: &str) {
        let font = self.fonts.of(weight).font.clone();
        self.surface.draw_text(Point::from_xy(x, y), font, size, text, false, TextDirection::LeftToRight);
    }

    /// Draws a text in the middle of a width, in as many lines as it needs; returns where the next one goes.
    pub fn centred(&mut self, (x, y): (f32, f32), width: f32, weight: Weight, size: f32, text: &str) -> f32 {
        let mut y = y;
        for line in self.fonts.lines(text, weight, size, width) {
            let left = x + (width - self.fonts.of(weight).width(&line, size)) / 2.0;
            self.text((left, y), weight, size, &line);
            y += size * LEADING;
        }
        y
    }

    /// Draws a text in as many lines as it needs; returns where the next one goes.
    pub fn wrapped(&mut self, at: (f32, f32), width: f32, weight: Weight, size: f32, text: &str) -> f32 {
        let lines = self.fonts.lines(text, weight, size, width);
        self.lines(at, weight, size, &lines)
    }

    /// Draws lines one below the other; returns where the next one goes.
    pub fn lines(&mut self, (x, y): (f32, f32), weight: Weight, size: f32, lines: &[String]) -> f32 {
        let mut y = y;
        for line in lines {
            self.text((x, y), weight, size, line);
            y += size * LEADING;
        }
        y
    }

    /// Draws a filled box; a line is a thin one.
    pub fn filled(&mut self, x: f32, y: f32, width: f32, height: f32) {
        let Some(area) = Rect::from_xywh(x, y, width, height) else { return };
        let mut path = PathBuilder::new();
        path.push_rect(area);
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    /// Draws a picture into a box, as large as its proportions allow.
    pub fn picture(&mut self, image: Image, x: f32, y: f32, width: f32, height: f32) {
        let (across, down) = image.size();
        #[expect(clippy::cast_precision_loss, reason = "a picture's sides are far below what an f32 counts exactly")]
        let (across, down) = (across as f32, down as f32);
        let scale = (width / across).min(height / down);
        if let Some(size) = Size::from_wh(across * scale, down * scale) {
            self.surface.push_transform(&Transform::from_translate(x, y));
            self.surface.draw_image(image, size);
            self.surface.pop();
        }
    }
}

/// The height that this many lines take.
pub fn height(lines: usize, size: f32) -> f32 {
    f32::from(u16::try_from(lines).unwrap_or(u16::MAX)) * size * LEADING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_between_words_and_within_those_that_have_no_room() {
        let fonts = Fonts::read().unwrap();
        let lines = |text, width| fonts.lines(text, Weight::Regular, 10.0, width);
        assert_eq!(lines("JALAN MERPATI NOMOR 7", 1_000.0), ["JALAN MERPATI NOMOR 7"]);
        assert_eq!(lines("JALAN  MERPATI", 60.0), ["JALAN", "MERPATI"]);
        assert_eq!(lines("", 60.0), [""; 0]);
        let long = lines(&"W".repeat(50), 60.0);
        assert!(long.len() > 5);
        assert_eq!(long.concat(), "W".repeat(50));
        assert!(long.iter().all(|line| fonts.regular.width(line, 10.0) <= 60.0));
    }
}
