//! The rules of the service: pure values and decisions, without I/O, clock or randomness of their own.

pub mod text;
pub mod typed;

pub mod civil_record;
pub mod contact;
pub mod document;
pub mod front;
pub mod local_time;
pub mod moment;
pub mod nik;
pub mod resident;
pub mod scan;
pub mod secret;
pub mod sign_in;
pub mod wait;

pub mod callback;
pub mod claims;
pub mod integrator;
pub mod notice;

pub mod activation;
pub mod activation_code;
pub mod pin;
pub mod pin_hash;

pub mod decision;
pub mod device;
pub mod erasure;
pub mod face;
pub mod holder;
pub mod qr_code;
pub mod question;
pub mod reading;
pub mod receipt;
pub mod registration;
pub mod row_digest;
pub mod signature;
pub mod theft;

use std::fmt;

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use text::Invalid;

/// A state as the store keeps it. An entity that is known to be in one state has no stored form of its own, since the
/// state's name would be missing in it; it is written as the entity in any state.
pub trait Stored: Serialize + DeserializeOwned {}

/// The RFC 7638 thumbprint (SHA-256, base64url) of a phone's public key; it names the device.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyThumbprint(String);

impl KeyThumbprint {
    /// Wraps a thumbprint that was computed from a key or came out of a token that we signed.
    pub fn new(thumbprint: impl Into<String>) -> Self {
        Self(thumbprint.into())
    }

    /// Reads the name of a device that an officer sent: 32 bytes in base64url, in the one way to write them.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const NO_DEVICE: Invalid = Invalid::new(
            "Isi kunci ponsel seperti yang ditampilkan pada daftar ponsel penduduk.",
            "Enter the phone's key as the list of the resident's phones shows it.",
        );

        let text = typed::trim(text);
        match BASE64URL_NOPAD.decode(text.as_bytes()) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(NO_DEVICE),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An identifier of 128 random bits, written in base32 capitals: safe in paths, QR codes and logs.
///
/// It is a name and never a proof: knowing it opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// Names something by 16 random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(BASE32_NOPAD.encode(&bytes))
    }

    /// Names something by what it consists of: the same parts give the same name.
    pub fn derived(parts: &[&[u8]]) -> Self {
        let digest = Digest::bytes_of(parts);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self::from_random(bytes)
    }

    /// Reads an id that a caller sent or that somebody copied from paper; anything but 16 bytes in base32 is not one.
    pub fn parse(text: &str) -> Option<Self> {
        typed::base32(text)?.try_into().ok().map(Self::from_random)
    }

    /// The 16 bytes behind the text, or nothing where a stored text is not an id.
    pub fn bytes(&self) -> Option<[u8; 16]> {
        BASE32_NOPAD.decode(self.0.as_bytes()).ok()?.try_into().ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The SHA-256 of a bearer value, base64url: what the store keeps in place of the value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    pub fn of(parts: &[&[u8]]) -> Self {
        Self(BASE64URL_NOPAD.encode(&Self::bytes_of(parts)))
    }

    /// The SHA-256 of one value alone, as other parties compute it, too.
    pub fn plain(value: &[u8]) -> Self {
        Self(BASE64URL_NOPAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, value).as_ref()))
    }

    /// Reads a digest as it is written; nothing where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    fn bytes_of(parts: &[&[u8]]) -> [u8; 32] {
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        for part in parts {
            // The length in front keeps two different lists of parts from having one digest.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        bytes
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_people_copy_it_and_kept_in_one_form() {
        let id = Id::from_random([7; 16]);
        for text in [id.to_string(), id.as_str().to_lowercase(), format!(" {id}\r\n")] {
            assert_eq!(Id::parse(&text), Some(id.clone()), "{text:?}");
        }
        assert_eq!(Id::parse(&id.as_str()[1..]), None);
        assert_eq!(Id::parse(&format!("9{}", &id.as_str()[1..])), None);
        assert_eq!(Id::parse("../../etc"), None);
        assert_eq!(Id::parse(""), None);
    }

    #[test]
    fn digests_of_differently_cut_parts_differ() {
        assert_ne!(Digest::of(&[b"ab", b"c"]), Digest::of(&[b"a", b"bc"]));
    }
}
