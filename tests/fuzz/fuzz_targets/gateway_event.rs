//! Whole events of API Gateway: what is one makes a request, and what our steps read of any request is read.
#![no_main]

use ikd::http::parse::{self, Format};
use ikd::http::{GatewayEvent, Request};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// What a stranger writes, on lines of their own: path, query, host, scheme, media types, languages and, last, a body. A body
/// behind a `#` is said to be base64.
fn event(data: &str) -> Value {
    let mut parts = data.splitn(7, '\n').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    let (path, query, host, scheme, accept, language, body) = (next(), next(), next(), next(), next(), next(), next());
    json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": { "host": host, "x-forwarded-proto": scheme, "accept": accept, "accept-language": language },
        "body": body.trim_start_matches('#'),
        "isBase64Encoded": body.starts_with('#'),
        "requestContext": { "stage": "$default", "domainName": host, "http": { "method": "POST", "path": path } },
    })
}

fn read(event: GatewayEvent) {
    let request = Request::from(event);
    assert!(request.uri().path().starts_with('/'));
    let _ = (parse::segments(&request), parse::query(&request, "token"), parse::language(&request));
    let _ = (parse::idempotency_key(&request).is_ok(), parse::form(&request, 1_024).is_ok());
    let _ = parse::negotiate(&request, &[Format::Json, Format::Html]).is_ok();
}

fuzz_target!(|data: &[u8]| {
    // Bytes that may be an event as they are, and bytes that fill one.
    if let Ok(event) = serde_json::from_slice::<GatewayEvent>(data) {
        read(event);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(event) = serde_json::from_value::<GatewayEvent>(event(text))
    {
        read(event);
    }
});
