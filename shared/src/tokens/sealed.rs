//! Bearer values that carry their own proof: the officer's ticket, the activation link's token, the captcha.
//!
//! Each is a payload and an HMAC over it, in base32 capitals. Nothing of them is stored: anyone who has the key can
//! read and renew them, and the registration they name decides what they open. They are read as people copy them; what is
//! counted and used up goes by the one form they were issued in.

use data_encoding::BASE32_NOPAD;
use jiff::{SignedDuration, Timestamp};

use crate::domain::secret::{MacKey, equal, unprintable};
use crate::domain::{Digest, Id, typed};

/// The key that seals tickets, links and captchas.
#[derive(Clone, Debug)]
pub struct Seal(MacKey);

/// What the officer scans: it names a registration, for 24 hours.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket(String);

/// What the activation link carries: it names one generation of one registration's code.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken(String);

/// A captcha: it names itself, belongs to one link and ends by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct CaptchaToken(String);

unprintable!(Ticket, LinkToken, CaptchaToken, Captcha);

/// What a captcha token proved.
#[derive(Clone, PartialEq, Eq)]
pub struct Captcha {
    /// What the picture shows.
    answer: String,
    pub expires_at: Timestamp,
}

/// Why a ticket opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketError {
    Forged,
    Expired,
}

impl Ticket {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl LinkToken {
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The name to count and mark under, in place of the token.
    pub fn digest(&self) -> Digest {
        Digest::of(&[b"link", self.0.as_bytes()])
    }
}

impl CaptchaToken {
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn digest(&self) -> Digest {
        Digest::of(&[b"captcha", self.0.as_bytes()])
    }
}

impl Captcha {
    /// The letters to draw.
    pub fn answer(&self) -> &str {
        &self.answer
    }

    /// Whether somebody read the picture; capitals and spaces do not matter.
    pub fn is_answered_by(&self, answer: &str) -> bool {
        equal(typed::joined(answer).to_ascii_lowercase().as_bytes(), self.answer.as_bytes())
    }
}

impl Seal {
    pub fn new(key: MacKey) -> Self {
        Self(key)
    }

    pub fn ticket(&self, registration: &Id, expires_at: Timestamp) -> Option<Ticket> {
        Some(Ticket(self.seal("ticket", &named_until(registration, expires_at)?, &[])))
    }

    pub fn open_ticket(&self, text: &str, now: Timestamp) -> Result<Id, TicketError> {
        let sealed = self.open("ticket", text, &[]);
        let (registration, expires_at) =
            sealed.and_then(|sealed| read_named_until(&sealed.payload)).ok_or(TicketError::Forged)?;
        if expires_at <= now { Err(TicketError::Expired) } else { Ok(registration) }
    }

    pub fn link(&self, registration: &Id, generation: u32) -> Option<LinkToken> {
        let payload = [registration.bytes()?.as_slice(), &generation.to_be_bytes()].concat();
        Some(LinkToken(self.seal("link", &payload, &[])))
    }

    /// The registration and the generation that a link names; nothing where it is not one of ours.
    pub fn open_link(&self, text: &str) -> Option<(LinkToken, Id, u32)> {
        let Sealed { token, payload } = self.open("link", text, &[])?;
        let (id, generation) = payload.split_at_checked(16)?;
        let generation = u32::from_be_bytes(generation.try_into().ok()?);
        Some((LinkToken(token), Id::from_random(id.try_into().ok()?), generation))
    }

    /// A new captcha for one link.
    pub fn captcha(
        &self,
        link: &LinkToken,
        random: [u8; 16],
        lifetime: SignedDuration,
        now: Timestamp,
    ) -> Option<(CaptchaToken, Captcha)> {
        let payload = named_until(&Id::from_random(random), now + lifetime)?;
        let token = CaptchaToken(self.seal("captcha", &payload, link.0.as_bytes()));
        let captcha = self.open_captcha(link, token.expose())?.1;
        Some((token, captcha))
    }

    /// Reads a captcha back, if it was made for this link. The caller judges its age.
    pub fn open_captcha(&self, link: &LinkToken, text: &str) -> Option<(CaptchaToken, Captcha)> {
        let Sealed { token, payload } = self.open("captcha", text, link.0.as_bytes())?;
        let (_, expires_at) = read_named_until(&payload)?;
        let answer = self.0.mac(&[b"captcha-answer", &payload, link.0.as_bytes()]);
        let answer =
            answer.iter().take(5).map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
        Some((CaptchaToken(token), Captcha { answer, expires_at }))
    }

    /// Derives the key that proof-of-work challenges are signed with.
    pub fn proof_of_work_key(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0.mac(&[b"proof-of-work"]))
    }

    fn seal(&self, purpose: &str, payload: &[u8], context: &[u8]) -> String {
        let mac = self.0.mac(&[purpose.as_bytes(), payload, context]);
        BASE32_NOPAD.encode(&[payload, &mac[..MAC_LENGTH]].concat())
    }

    fn open(&self, purpose: &str, text: &str, context: &[u8]) -> Option<Sealed> {
        let mut payload = typed::base32(text)?;
        let token = BASE32_NOPAD.encode(&payload);
        let mac = payload.split_off(payload.len().checked_sub(MAC_LENGTH)?);
        let expected = self.0.mac(&[purpose.as_bytes(), &payload, context]);
        equal(&mac, &expected[..MAC_LENGTH]).then_some(Sealed { token, payload })
    }
}

/// What was opened.
struct Sealed {
    /// As it was issued, however it was copied.
    token: String,
    payload: Vec<u8>,
}

/// Letters and digits that nobody confuses.
const LETTERS: &[u8; 24] = b"abcdefghjkmnpqrtuvwxy346";

/// 128 bits of the HMAC: as hard to guess as the ids it proves.
const MAC_LENGTH: usize = 16;

fn named_until(id: &Id, expires_at: Timestamp) -> Option<Vec<u8>> {
    let seconds = u32::try_from(expires_at.as_second()).ok()?;
    Some([id.bytes()?.as_slice(), &seconds.to_be_bytes()].concat())
}

fn read_named_until(payload: &[u8]) -> Option<(Id, Timestamp)> {
    let (id, seconds) = payload.split_at_checked(16)?;
    let seconds = u32::from_be_bytes(seconds.try_into().ok()?);
    Some((Id::from_random(id.try_into().ok()?), Timestamp::from_second(seconds.into()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> Seal {
        Seal::new(MacKey::new(b"a key of the tests"))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_ticket_names_its_registration_until_it_ends() {
        let id = Id::from_random([3; 16]);
        let ticket = seal().ticket(&id, at(1_000)).unwrap();
        assert_eq!(seal().open_ticket(ticket.expose(), at(999)), Ok(id));
        assert_eq!(seal().open_ticket(ticket.expose(), at(1_000)), Err(TicketError::Expired));
    }

    #[test]
    fn what_is_copied_in_another_form_is_counted_under_the_one_it_was_issued_in() {
        let link = seal().link(&Id::from_random([3; 16]), 1).unwrap();
        let (captcha, _) = seal().captcha(&link, [5; 16], SignedDuration::from_mins(5), at(0)).unwrap();
        let copies = |text: &str| [text.to_lowercase(), format!(" {text}\r\n")];
        for (copied_link, copied_captcha) in copies(link.expose()).iter().zip(copies(captcha.expose())) {
            let (read, ..) = seal().open_link(copied_link).unwrap();
            assert_eq!((read.expose(), read.digest()), (link.expose(), link.digest()));
            let (read, _) = seal().open_captcha(&read, &copied_captcha).unwrap();
            assert_eq!(read.digest(), captcha.digest());
        }
    }

    #[test]
    fn nothing_changed_or_sealed_for_another_purpose_opens() {
        let id = Id::from_random([3; 16]);
        let ticket = seal().ticket(&id, at(1_000)).unwrap();
        let link = seal().link(&id, 1_000).unwrap();
        assert!(seal().open_link(ticket.expose()).is_none());
        assert_eq!(seal().open_ticket(link.expose(), at(1)), Err(TicketError::Forged));
        for position in 0..ticket.expose().len() {
            let mut changed = ticket.expose().as_bytes().to_vec();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(seal().open_ticket(&changed, at(1)), Err(TicketError::Forged), "{position}");
        }
        let foreign = Seal::new(MacKey::new(b"another key")).ticket(&id, at(1_000)).unwrap();
        assert_eq!(seal().open_ticket(foreign.expose(), at(1)), Err(TicketError::Forged));
        for text in ["", "A", "ticket", &"A".repeat(10_000)] {
            assert_eq!(seal().open_ticket(text, at(1)), Err(TicketError::Forged));
        }
    }

    #[test]
    fn a_captcha_serves_the_link_it_was_made_for() {
        let (mine, other) =
            (seal().link(&Id::from_random([1; 16]), 1).unwrap(), seal().link(&Id::from_random([2; 16]), 1).unwrap());
        let (token, captcha) = seal().captcha(&mine, [5; 16], SignedDuration::from_mins(5), at(0)).unwrap();
        assert!(captcha.is_answered_by(&format!(" {} ", captcha.answer().to_uppercase())));
        assert!(!captcha.is_answered_by(""));
        assert!(seal().open_captcha(&mine, token.expose()).is_some());
        assert!(seal().open_captcha(&other, token.expose()).is_none());
    }
}
