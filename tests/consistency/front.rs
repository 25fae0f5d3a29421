//! The front and the functions behind it agree.

use std::collections::BTreeSet;
use std::path::Path;

use ikd::domain::front;
use serde_yaml_ng::Value;

use super::{plain, yaml};

/// The one distribution of infra/front.yaml.
fn distribution() -> Value {
    yaml("infra/front.yaml")["Resources"]["Distribution"]["Properties"]["DistributionConfig"].clone()
}

#[test]
fn the_front_sends_its_secret_under_the_name_that_functions_read() {
    let headers = distribution()["Origins"][0]["OriginCustomHeaders"].clone();
    let names: Vec<String> =
        headers.as_sequence().unwrap().iter().map(|one| one["HeaderName"].as_str().unwrap().to_lowercase()).collect();
    assert_eq!(names, [front::HEADER]);
    let sent = plain(&headers[0]["HeaderValue"]).as_str().unwrap();
    assert!(sent.contains(":SecretString:current:"), "{sent}");
}

/// The pages' files whose names hold a hash. The description has one path for all files of a page.
const ASSETS: [&str; 2] = ["/app/assets/", "/office/assets/"];

#[test]
fn what_the_front_keeps_is_what_functions_let_anyone_keep() {
    let kept: Vec<String> = distribution()["CacheBehaviors"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|behaviour| behaviour["PathPattern"].as_str().unwrap().trim_end_matches('*').to_owned())
        .collect();
    assert!(ASSETS.iter().all(|assets| kept.iter().any(|prefix| prefix == assets)), "{kept:?}");
    let description = yaml("infra/openapi.yaml");
    for (path, operations) in description["paths"].as_mapping().unwrap() {
        let path = path.as_str().unwrap();
        let answer = &operations["get"]["responses"]["200"]["headers"]["Cache-Control"]["$ref"];
        let may_be_kept = answer == "#/components/headers/FiveMinutes";
        assert_eq!(may_be_kept, kept.iter().any(|prefix| path.starts_with(prefix)), "{path}");
    }
}

/// Else the functions would answer uncompressed, or a browser would get an encoding that it does not know.
#[test]
fn the_front_keeps_each_encoding_by_itself() {
    let policy = yaml("infra/front.yaml")["Resources"]["PublicAnswers"]["Properties"]["CachePolicyConfig"].clone();
    let key = &policy["ParametersInCacheKeyAndForwardedToOrigin"];
    for flag in ["EnableAcceptEncodingBrotli", "EnableAcceptEncodingGzip"] {
        assert_eq!(key[flag], true, "{flag}");
    }
    assert_eq!(policy["MinTTL"], 0, "above it, CloudFront would keep what says no-store");
}

/// CloudFront keeps an error for ten seconds whatever it says of itself, unless each status is listed.
#[test]
fn the_front_keeps_no_error() {
    let responses = distribution()["CustomErrorResponses"].clone();
    let never: BTreeSet<u64> = responses
        .as_sequence()
        .unwrap()
        .iter()
        .filter(|response| response["ErrorCachingMinTTL"] == 0)
        .map(|response| response["ErrorCode"].as_u64().unwrap())
        .collect();
    // Those of "HTTP 4xx and 5xx status codes that CloudFront caches" in its Developer Guide.
    assert_eq!(never, BTreeSet::from([400, 403, 404, 405, 414, 500, 501, 502, 503, 504]));
}

/// Behind a front the address of a connection is the front's own. Nothing of ours asks for an address, or trusts a header
/// that says one.
#[test]
fn no_function_asks_who_is_calling_from_where() {
    const ADDRESSES: [&str; 6] =
        ["forwarded-for", "source_ip", "viewer-address", "x-real-ip", "connecting-ip", "identity.sourceip"];

    fn walk(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).unwrap().to_lowercase();
                if ADDRESSES.iter().any(|name| source.contains(name)) {
                    found.push(path.display().to_string());
                }
            }
        }
    }

    let mut found = Vec::new();
    for folder in ["shared", "functions"] {
        walk(&xtask::root().join(folder), &mut found);
    }
    assert_eq!(found, [""; 0], "these may use a caller's address");
    let log = yaml("infra/template.yaml")["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"].clone();
    let log = log.as_str().unwrap().to_lowercase();
    assert!(!ADDRESSES.iter().any(|name| log.contains(name)), "{log}");
}
