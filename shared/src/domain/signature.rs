//! Electronic signatures (*Tanda Tangan Elektronik*): what is kept of each, and whether it still counts.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::device::Device;
use super::nik::Nik;
use super::text::Invalid;
use super::theft::Theft;
use super::{Id, KeyThumbprint, typed};

/// The SHA-256 of a document, base64url without padding: all that the service ever sees of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentHash(String);

/// A signature that a holder made, by PIN and device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub id: Id,
    /// The holder who signed.
    pub nik: Nik,
    /// The device that they signed with.
    pub device: KeyThumbprint,
    pub document_hash: DocumentHash,
    /// The name of the service's key that made it.
    pub key_id: String,
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub signed_at: Timestamp,
    /// When it is forgotten.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl DocumentHash {
    /// Reads 43 characters of base64url: 32 bytes, in the one way to write them.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const NO_HASH: Invalid = Invalid::new(
            "Isi SHA-256 dokumen dalam base64url tanpa padding.",
            "Enter the document's SHA-256 in base64url without padding.",
        );

        let text = typed::trim(text);
        match BASE64URL_NOPAD.decode(text.as_bytes()) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(NO_HASH),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Signature {
    /// The theft that revokes it: by an officer's report, its device was in a thief's hands when it was made. A signature's
    /// time is in whole seconds, so a theft revokes all that was signed in its own second.
    pub fn revoked_by<'a>(&self, device: &'a Device) -> Option<&'a Theft> {
        device.theft().filter(|theft| theft.since.as_second() <= self.signed_at.as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_32_bytes_in_the_one_way_to_write_them() {
        let right = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
        for text in [right, &format!(" {right}\n")] {
            assert_eq!(DocumentHash::parse(text).map(|hash| hash.as_str().to_owned()), Ok(right.to_owned()));
        }
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let other_last_bits = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV";
        for wrong in ["", "47DEQ", &right.replace('-', "+"), &format!("{right}="), hex, other_last_bits] {
            assert!(DocumentHash::parse(wrong).is_err(), "{wrong}");
        }
    }
}
