//! Requests: bodies, forms, queries and headers.

use http::Request;
use ikd::http::{Problem, parse};
use lambda_http::Body;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

/// A body like those of steps: some members, one of them optional, one of them nested.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    name: String,
    #[serde(default)]
    count: Option<u32>,
    #[serde(default)]
    inner: Option<Inner>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    list: Vec<bool>,
}

/// Any JSON, deep enough to strain recursion.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("name|count|inner|list|[a-z~/\\PC]{0,8}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A body that is right, or wrong in some members.
fn nearly_right() -> impl Strategy<Value = Value> {
    let name = prop_oneof![3 => any::<String>().prop_map(Value::from), 1 => any_json()];
    let count = prop_oneof![3 => any::<u32>().prop_map(Value::from), 1 => any_json()];
    let list = prop_oneof![3 => prop::collection::vec(any::<bool>(), 0..4).prop_map(Value::from), 1 => any_json()];
    let inner = list.prop_map(|list| json!({ "list": list }));
    (name, count, inner).prop_map(|(name, count, inner)| json!({ "name": name, "count": count, "inner": inner }))
}

fn request(content_type: &str, body: Body) -> lambda_http::Request {
    Request::post("http://ikd.test/").header("content-type", content_type).body(body).unwrap()
}

/// What a refusal says to the caller, and to the log.
fn shown(problem: &Problem) -> (u16, String) {
    let url = url::Url::parse("http://ikd.test/").unwrap();
    let status = problem.kind().status().as_u16();
    let answer = problem.answer(&url, ikd::domain::text::Language::English, "request").into_response();
    let Body::Text(text) = answer.into_body() else { unreachable!("problems are text") };
    (status, format!("{text}{}", problem.cause().unwrap_or_default()))
}

proptest! {
    #[test]
    fn any_bytes_are_a_body_or_a_clear_refusal(bytes in prop::collection::vec(any::<u8>(), 0..300), text: String) {
        for body in [Body::Binary(bytes), Body::Text(text), Body::Empty] {
            if let Err(problem) = parse::json::<Asked>(&request("application/json", body), 200) {
                prop_assert!([400, 413, 422].contains(&shown(&problem).0));
            }
        }
    }

    #[test]
    fn any_json_is_a_body_or_refused_member_by_member(value in prop_oneof![any_json(), nearly_right()]) {
        let body = Body::Text(value.to_string());
        match parse::json::<Asked>(&request("application/json; charset=utf-8", body), 1 << 20) {
            Ok(asked) => {
                prop_assert_eq!(Some(asked.name.as_str()), value["name"].as_str());
                prop_assert_eq!(asked.count.map(u64::from), value["count"].as_u64());
                prop_assert_eq!(asked.inner.map(|inner| json!(inner.list)), value["inner"].get("list").cloned());
            }
            Err(problem) => {
                let (status, text) = shown(&problem);
                let json: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(status, if value.is_object() { 422 } else { 400 });
                for error in json["errors"].as_array().into_iter().flatten() {
                    let pointer = error["pointer"].as_str().unwrap();
                    prop_assert!(pointer.is_empty() || pointer.starts_with('/'), "{}", pointer);
                }
            }
        }
    }

    #[test]
    fn a_right_body_is_read(name: String, count: Option<u32>, list: Option<Vec<bool>>) {
        let body = json!({ "name": name, "count": count, "inner": list.as_ref().map(|list| json!({ "list": list })) });
        let asked = parse::json::<Asked>(&request("application/json", Body::Text(body.to_string())), 1 << 20).unwrap();
        prop_assert_eq!((asked.name, asked.count, asked.inner.map(|inner| inner.list)), (name, count, list));
    }

    /// Values that are secret must not come back in a refusal, whichever member they were put in.
    #[test]
    fn a_refusal_never_repeats_a_value(secret in "[a-z]{12,20}") {
        for body in [
            json!({ "name": { "x": secret } }),
            json!({ "name": [secret] }),
            json!({ "name": "n", "count": secret }),
            json!({ "name": "n", "inner": secret }),
            json!({ "name": "n", "inner": { "list": [true, secret] } }),
            json!([secret]),
            json!(secret),
        ] {
            let refused = parse::json::<Asked>(&request("application/json", Body::Text(body.to_string())), 1 << 20);
            let (_, text) = shown(&refused.unwrap_err());
            prop_assert!(!text.contains(&secret), "{}", text);
        }
    }

    #[test]
    fn a_member_sent_twice_is_refused_wherever_it_stands(one in "[a-z]{0,8}", other in "[a-z]{0,8}") {
        for body in [
            format!("{{\"name\":\"{one}\",\"name\":\"{other}\"}}"),
            format!("{{\"name\":\"{one}\",\"count\":1,\"na\\u006de\":\"{other}\"}}"),
            format!("{{\"name\":\"{one}\",\"inner\":{{\"list\":[],\"list\":[]}}}}"),
        ] {
            let refused = parse::json::<Asked>(&request("application/json", Body::Text(body)), 1 << 20);
            prop_assert_eq!(shown(&refused.unwrap_err()).0, 422);
        }
    }

    #[test]
    fn deep_json_is_refused_and_not_followed(depth in 200_usize..20_000, brackets: bool) {
        let (open, close) = if brackets { ("[", "]") } else { ("{\"inner\":", "}") };
        let body = format!("{{\"name\":{}1{}}}", open.repeat(depth), close.repeat(depth));
        let refused = parse::json::<Asked>(&request("application/json", Body::Text(body)), 1 << 20);
        prop_assert_eq!(shown(&refused.unwrap_err()).0, 400);
    }

    #[test]
    fn only_json_is_read_as_json(
        content_type in "([a-z]{1,12}/[a-z+.-]{1,20}|application/json|application/[a-z]{0,3}json)(; [a-z]{1,5}=[a-z0-9-]{1,8})?"
    ) {
        let is_json = content_type.split(';').next() == Some("application/json");
        let body = Body::Text("{\"name\":\"n\"}".to_owned());
        prop_assert_eq!(parse::json::<Asked>(&request(&content_type, body), 1 << 10).is_ok(), is_json);
    }

    #[test]
    fn any_form_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), name in "[a-z]{1,8}") {
        let read = |body: Vec<u8>| parse::form(&request("application/x-www-form-urlencoded", Body::Binary(body)), 1 << 10);
        if let Err(problem) = read(bytes) {
            prop_assert_eq!(shown(&problem).0, 400);
        }
        prop_assert!(read(format!("{name}=1&x=2&{name}=3").into_bytes()).is_err(), "a field twice");
        prop_assert!(read(vec![b'a'; 1_025]).is_err(), "too large");
    }

    #[test]
    fn any_query_and_path_are_looked_at_without_harm(query in "[a-z%=&+?#\\[\\]0-9]{0,60}", path in "[a-zA-Z0-9/._%-]{0,60}") {
        let Ok(uri) = format!("http://ikd.test/{path}?{query}").parse::<http::Uri>() else { return Ok(()) };
        let request: lambda_http::Request = Request::get(uri).body(Body::Empty).unwrap();
        let segments = parse::segments(&request).join("/");
        prop_assert_eq!(format!("/{segments}"), request.uri().path());
        let _ = parse::query(&request, "token");
    }

    #[test]
    fn an_idempotency_key_is_visible_ascii_of_a_bounded_length(
        key in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..140),
            "[!-~]{120,135}".prop_map(String::into_bytes),
            "[ -~]{0,12}".prop_map(String::into_bytes),
        ]
    ) {
        let Ok(value) = http::HeaderValue::from_bytes(&key) else { return Ok(()) };
        let request: lambda_http::Request =
            Request::post("http://ikd.test/").header("idempotency-key", value).body(Body::Empty).unwrap();
        match parse::idempotency_key(&request) {
            Ok(Some(key)) => prop_assert!((1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())),
            Ok(None) => prop_assert!(false, "there was one"),
            Err(problem) => prop_assert_eq!(shown(&problem).0, 400),
        }
    }
}
