//! `Accept` and `Accept-Language`: one of what is on offer, or a refusal.
#![no_main]

use http::HeaderValue;
use ikd::http::parse::{self, Format};
use lambda_http::Body;
use libfuzzer_sys::fuzz_target;

const OFFERED: [Format; 3] = [Format::Json, Format::Html, Format::Pdf];

fuzz_target!(|data: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let request =
        http::Request::get("http://ikd.test/").header("accept", value.clone()).header("accept-language", value);
    let Ok(request) = request.body(Body::Empty) else { return };
    match parse::negotiate(&request, &OFFERED) {
        Ok(format) => assert!(OFFERED.contains(&format)),
        Err(problem) => assert_eq!(problem.kind().status().as_u16(), 406),
    }
    let _ = parse::language(&request);
});
