//! Request bodies: JSON and forms, each taken whole or refused with a client error that repeats no value.
#![no_main]
#![expect(clippy::expect_used, reason = "without its constants there is nothing to fuzz")]

use ikd::domain::claims::ClaimSet;
use ikd::http::{Problem, parse};
use lambda_http::Body;
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;

/// A body with every kind of member that steps read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only reading is fuzzed")]
struct Asked {
    text: String,
    #[serde(default)]
    optional: Option<String>,
    #[serde(default = "ClaimSet::basic_identity")]
    claims: ClaimSet,
    #[serde(default)]
    flag: bool,
}

fn request(content_type: &str, data: &[u8]) -> lambda_http::Request {
    let request = http::Request::post("http://ikd.test/").header("content-type", content_type);
    request.body(Body::Binary(data.to_vec())).expect("a request")
}

fn assert_refusal(problem: &Problem) {
    assert!([400, 413, 422].contains(&problem.kind().status().as_u16()));
}

fuzz_target!(|data: &[u8]| {
    if let Err(problem) = parse::json::<Asked>(&request("application/json", data), 4_096) {
        assert_refusal(&problem);
    }
    if let Err(problem) = parse::form(&request("application/x-www-form-urlencoded", data), 4_096) {
        assert_refusal(&problem);
    }
});
