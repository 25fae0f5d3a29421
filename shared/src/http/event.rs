//! The event of API Gateway, made harmless before `lambda_http` makes a request of it.
//!
//! A stranger writes the headers, the path and the query of an event. `lambda_http` builds an address from them and panics
//! where they do not make one, and a panic ends the process.

use std::fmt::Write;

use data_encoding::BASE64;
use http::header;
use lambda_http::Request;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::LambdaRequest;
use serde::{Deserialize, Deserializer};

use crate::domain::secret::unprintable;

/// An event (payload format 2.0) that makes a request whatever a stranger put into it.
pub struct GatewayEvent(LambdaRequest);

unprintable!(GatewayEvent);

/// API Gateway takes no longer request line. Written with percent signs, path and query are shorter together than the
/// longest address that `http` takes (65 534 bytes).
const MAX_BYTES: usize = 10_240;

impl<'de> Deserialize<'de> for GatewayEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut event = ApiGatewayV2httpRequest::deserialize(deserializer)?;
        // The service knows its own address: no step asks by which name, or by which scheme, it was reached.
        event.headers.remove(header::HOST);
        event.headers.remove("x-forwarded-proto");
        event.request_context.domain_name = None;
        event.raw_path = Some(path(event.raw_path.as_deref().unwrap_or_default()));
        event.raw_query_string = event.raw_query_string.as_deref().map(query);
        if event.is_base64_encoded {
            let decoded = event.body.as_deref().and_then(|body| BASE64.decode(body.as_bytes()).ok());
            event.is_base64_encoded = decoded.is_some();
            event.body = decoded.map(|bytes| BASE64.encode(&bytes));
        }
        Ok(Self(LambdaRequest::ApiGatewayV2(event)))
    }
}

impl GatewayEvent {
    pub(super) fn into_inner(self) -> LambdaRequest {
        self.0
    }
}

impl From<GatewayEvent> for Request {
    fn from(event: GatewayEvent) -> Self {
        event.0.into()
    }
}

/// The path, which comes decoded: what would end it in an address is part of it. One that cannot be a path is the root,
/// where nothing is.
fn path(raw: &str) -> String {
    if raw.starts_with('/') && raw.len() <= MAX_BYTES {
        escaped(raw, |byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'\\'))
    } else {
        "/".to_owned()
    }
}

/// The query, which comes as it was sent.
fn query(raw: &str) -> String {
    const PLAIN: &[u8] = b"-._~!$&'()*+,;=:@/?%";

    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || PLAIN.contains(&byte);
    if raw.len() <= MAX_BYTES { escaped(raw, is_plain) } else { String::new() }
}

/// The text with all other characters written as `%XX`, which readers take for the same (RFC 3986, section 2.1).
fn escaped(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut bytes = [0; 4];
    for character in text.chars() {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() && is_plain(byte) => escaped.push(character),
            _ => character.encode_utf8(&mut bytes).bytes().for_each(|byte| {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "%{byte:02X}");
            }),
        }
    }
    escaped
}
