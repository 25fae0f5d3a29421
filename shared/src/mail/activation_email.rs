//! The activation e-mail: code and link, in Indonesian with English below, without NIK, name, or anything that tracks.

use askama::Template;
use jiff::SignedDuration;
use url::Url;

use super::mailer::Message;
use crate::domain::activation_code::ActivationCode;
use crate::tokens::sealed::LinkToken;

const SUBJECT: &str = "Kode Aktivasi Identitas Kependudukan Digital / Your activation code";

#[derive(Template)]
#[template(path = "activation.txt")]
struct Text<'a> {
    occasion: Occasion,
    code: &'a str,
    link: &'a str,
    until: &'a str,
    office: &'a str,
}

#[derive(Template)]
#[template(path = "activation.html")]
struct Html<'a> {
    occasion: Occasion,
    code: &'a str,
    link: &'a str,
    until: &'a str,
    office: &'a str,
}

/// Why there is a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// An officer approved the registration.
    Approval,
    /// An officer reset the PIN.
    PinReset,
}

/// Writes the e-mail. `until` is when the code ends, as it is printed; `office` is whom residents turn to with complaints
/// (*pengaduan*).
pub fn write(
    occasion: Occasion,
    code: &ActivationCode,
    link: &LinkToken,
    public_url: &Url,
    until: &str,
    office: &str,
) -> Result<Message, askama::Error> {
    let mut address = public_url.clone();
    address.set_path("/activation");
    address.set_query(Some(&format!("token={}", link.expose())));
    let (code, link) = (code.expose(), address.as_str());
    Ok(Message {
        subject: SUBJECT.to_owned(),
        text: Text { occasion, code, link, until, office }.render()?,
        html: Html { occasion, code, link, until, office }.render()?,
    })
}

/// How long before its end a code is still worth sending.
pub const MIN_VALIDITY: SignedDuration = SignedDuration::from_mins(1);
