//! The activation e-mail: code and link, in Indonesian with English below, without NIK, name, or anything that tracks.

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::mailer::Message;
use crate::domain::activation_code::ActivationCode;
use crate::domain::contact::Office;
use crate::domain::local_time::Zone;
use crate::domain::text::Language;
use crate::tokens::sealed::LinkToken;

const SUBJECT: &str = "Kode Aktivasi Identitas Kependudukan Digital / Your activation code";

#[derive(Template)]
#[template(path = "activation.txt")]
struct Text<'a> {
    occasion: Occasion,
    code: &'a str,
    link: &'a str,
    until: Until<'a>,
    office: &'a Office,
}

#[derive(Template)]
#[template(path = "activation.html")]
struct Html<'a> {
    occasion: Occasion,
    code: &'a str,
    link: &'a str,
    until: Until<'a>,
    office: &'a Office,
}

/// When the code ends, as each language says it.
#[derive(Clone, Copy)]
struct Until<'a> {
    id: &'a str,
    en: &'a str,
}

/// Why there is a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// An officer approved the registration.
    Approval,
    /// An officer reset the PIN.
    PinReset,
}

/// Writes the e-mail. The code ends at `expires_at`, which is said in the time of `zone`; `office` is whom residents
/// contact, and who signs it.
pub fn write(
    occasion: Occasion,
    code: &ActivationCode,
    link: &LinkToken,
    public_url: &Url,
    expires_at: Timestamp,
    zone: Zone,
    office: &Office,
) -> Result<Message, askama::Error> {
    let mut address = public_url.clone();
    address.set_path("/activation");
    address.set_query(Some(&format!("token={}", link.expose())));
    let (code, link) = (code.expose(), address.as_str());
    let [id, en] = [Language::Indonesian, Language::English].map(|language| zone.say_time(expires_at, language));
    let until = Until { id: &id, en: &en };
    Ok(Message {
        subject: SUBJECT.to_owned(),
        text: Text { occasion, code, link, until, office }.render()?,
        html: Html { occasion, code, link, until, office }.render()?,
    })
}

/// How long before its end a code is still worth sending.
pub const MIN_VALIDITY: SignedDuration = SignedDuration::from_mins(1);

#[cfg(test)]
mod tests {
    const HTML: &str = include_str!("../../templates/activation.html");

    /// What is between two texts, the first time.
    fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
        text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap().0
    }

    /// The contrast of two colours (WCAG 2.2, "contrast ratio").
    fn contrast(one: &str, other: &str) -> f64 {
        let luminance = |colour: &str| -> f64 {
            let digits = colour.strip_prefix('#').unwrap();
            let part = |from: usize| f64::from(u8::from_str_radix(&digits[from..from + 2], 16).unwrap()) / 255.0;
            let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
            0.2126 * linear(part(0)) + 0.7152 * linear(part(2)) + 0.0722 * linear(part(4))
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn the_email_can_be_read_in_light_and_in_dark_themes() {
        assert!(HTML.contains("<meta name=\"color-scheme\" content=\"light dark\">"));
        let (light, dark) =
            between(HTML, "<style>", "</style>").split_once("@media (prefers-color-scheme: dark)").unwrap();
        for scheme in [light, dark] {
            let ground = between(scheme, "background: ", ";");
            assert!(contrast(between(scheme, ".mail { color: ", ";"), ground) >= 7.0, "{scheme}");
            assert!(contrast(between(scheme, ".mail a { color: ", ";"), ground) >= 4.5, "{scheme}");
        }
        assert!(contrast(between(light, "background: ", ";"), between(dark, "background: ", ";")) > 10.0);
    }

    /// Such a colour would stay where the reader's program takes the styles out and shows the mail on its own ground.
    #[test]
    fn no_colour_of_the_email_is_without_its_ground() {
        for style in HTML.split("style=\"").skip(1) {
            let style = style.split('"').next().unwrap();
            assert!(!style.contains("color") && !style.contains("background"), "{style}");
        }
        assert!(!HTML.contains("bgcolor") && !HTML.contains("<img"));
    }
}
