//! What a printed document says, signed for the people who hold the paper: COSE_Sign1 (RFC 9052, section 4.2).
//!
//! It is the fragment of the address in the print's code, which a browser sends to no server.

use ciborium::Value;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};

use super::keys::{SigningKey, UnusableKey};
use crate::domain::Id;

/// The protected header: `{1: -7}`, the algorithm ES256 (RFC 9053, section 2.1).
const ES256: [u8; 3] = [0xa1, 0x01, 0x26];

/// The label of the key's name in the other header (RFC 9052, section 3.1).
const KEY_NAME: u8 = 4;

/// How much of a key's name, the SHA-256 of the key (RFC 7638), is in a code. It tells our few keys apart and proves nothing.
const KEY_NAME_BYTES: usize = 8;

/// Signs what a document says, in base32: capital letters and digits, which a QR code holds in less room than others.
///
/// The document's name is signed with it as externally supplied data (RFC 9052, section 4.4), since the address has it already.
pub fn sign(key: &SigningKey, document: &Id, content: Vec<u8>) -> Result<String, UnusableKey> {
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    let name = document.as_str().as_bytes();
    let signed = Value::Array(vec!["Signature1".into(), bytes(&ES256), bytes(name), bytes(&content)]);
    let signature = key.signature(&encode(&signed)?)?;
    let mut key_name = BASE64URL_NOPAD.decode(key.id().as_bytes()).map_err(|error| unusable(&error))?;
    key_name.truncate(KEY_NAME_BYTES);
    let header = Value::Map(vec![(KEY_NAME.into(), Value::Bytes(key_name))]);
    let message = Value::Array(vec![bytes(&ES256), header, Value::Bytes(content), Value::Bytes(signature)]);
    Ok(BASE32_NOPAD.encode(&encode(&message)?))
}

/// CBOR (RFC 8949).
fn encode(value: &Value) -> Result<Vec<u8>, UnusableKey> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|error| unusable(&error))?;
    Ok(bytes)
}

fn unusable(error: &dyn std::fmt::Display) -> UnusableKey {
    UnusableKey(format!("a print cannot be signed: {error}"))
}
