//! A holder's signature under a document: a detached JWS (RFC 7515, appendix F) over the document's hash.
//!
//! The payload is the hash itself, unencoded (RFC 7797), and left out: anyone with the document can compute it. Who
//! signed, when, and the signature's name are in the protected header (RFC 7519, section 5.3).

use serde::Serialize;

use super::keys::{SigningKey, UnusableKey};
use crate::domain::signature::Signature;

/// What distinguishes these signatures from everything else that is signed with our key.
pub const TYP: &str = "document-signature+jws";

#[derive(Serialize)]
struct Signed<'a> {
    iss: &'a str,
    /// The signature's name, to ask for its validity by.
    jti: &'a str,
    /// The holder's name, as the registry has it.
    name: &'a str,
    /// When the holder signed, in seconds since 1970.
    iat: i64,
}

/// Signs for a holder who has confirmed it by PIN. A certified provider (PSrE) would take this function's place.
pub fn sign(key: &SigningKey, issuer: &str, name: &str, signature: &Signature) -> Result<String, UnusableKey> {
    let signed = Signed { iss: issuer, jti: signature.id.as_str(), name, iat: signature.signed_at.as_second() };
    key.sign_detached(TYP, &signed, signature.document_hash.as_str())
}
