//! The edge that all steps share: media types, bodies, languages, headers.

use catalogue::Caller;
use http::{Method, Request};
use ikd::app::Clock;
use ikd::http::{GatewayEvent, parse};
use local::actors::{Phone, PhoneSession};
use local::personas::{BANK, BUDI, DEWI, SITI};
use serde_json::json;
use tests::{World, assert_invalid, assert_problem, assert_status};

#[tokio::test]
async fn bodies_of_another_kind_broken_or_too_large_are_refused() {
    let world = World::new().await;
    let send = async |path: &str, content_type: &str, body: String| {
        let request = Request::post(format!("http://ikd.test{path}")).header("content-type", content_type).body(body);
        world.send(request.unwrap()).await
    };
    assert_problem(&send("/captchas", "text/plain", "{}".into()).await, 415, "unsupported-media-type");
    assert_problem(&send("/oauth2/token", "application/json", "{}".into()).await, 415, "unsupported-media-type");
    let deep = format!("{}1{}", "{\"token\":".repeat(1_000), "}".repeat(1_000));
    for broken in ["", "{", "{}}", "[\"A\"]", "null", "1", "\u{0}", "{\"token\": \"A\"} trailing", deep.as_str()] {
        assert_problem(&send("/captchas", "application/json", broken.into()).await, 400, "malformed-request");
    }
    let large = json!({ "token": "A".repeat(20_000) }).to_string();
    assert_problem(&send("/captchas", "application/json", large).await, 413, "body-too-large");
    let twice = "{\"token\":\"A\",\"token\":\"B\"}";
    assert_invalid(&send("/captchas", "application/json; charset=utf-8", twice.into()).await, &["/token"]);
}

/// Every step that reads JSON, with a caller who may call it.
#[tokio::test]
async fn every_step_that_reads_json_refuses_what_is_none_of_its_own() {
    let world = World::new().await;
    let approved = world.approved(BUDI).await;
    let registered = world.registered(SITI).await;
    let bank = world.integrator(BANK).token().await.unwrap();
    let officer = world.issuer.token("a", "petugas", Clock::now(&*world.clock)).unwrap();
    let holder = world.holder(DEWI).await;
    let first = world.activated(SITI).await;
    let first = PhoneSession::of(&first.phone.log_in(&first.code).await.unwrap())
        .map(|session| (first.phone, session))
        .unwrap();

    let reading = catalogue::routes().filter(|(_, route)| route.reads_json);
    for (route, caller) in reading.flat_map(|(_, route)| route.callers.iter().map(move |caller| (route, *caller))) {
        let method = Method::from_bytes(route.method.as_str().as_bytes()).unwrap();
        let path = match route.operation {
            "resend-activation" => route.path.replace("{id}", &approved.registered.id),
            _ => route.path.replace("{ticket}", &registered.ticket),
        };
        let path = path.as_str();
        assert!(!path.contains('{'), "{path}: say here what its parameter is");
        let caller = match caller {
            // A phone asks for another e-mail without a body.
            Caller::Phone if route.operation == "resend-activation" => continue,
            Caller::NewPhone | Caller::Phone => By::Phone,
            Caller::AnySession if route.operation == "change-pin" => By::Holder(&first.0, &first.1),
            Caller::AnySession | Caller::Holder => By::Holder(&holder.phone, &holder.session),
            Caller::Officer => By::Bearer(&officer),
            Caller::Integrator => By::Bearer(&bank),
            Caller::Client | Caller::LinkHolder | Caller::Anyone => By::Anybody,
        };
        let send = async |content_type: &str, body: String| {
            let mut request = Request::builder().method(method.clone()).uri(format!("http://ikd.test{path}"));
            request = match &caller {
                By::Anybody => request,
                By::Bearer(token) => request.header("authorization", format!("Bearer {token}")),
                By::Phone => request.header("dpop", world.phone().proof(&method, path, None).unwrap()),
                By::Holder(phone, session) => request
                    .header("authorization", format!("DPoP {}", session.access_token))
                    .header("dpop", phone.proof(&method, path, Some(session)).unwrap()),
            };
            world.send(request.header("content-type", content_type).body(body).unwrap()).await
        };
        assert_problem(&send("application/json", "{".into()).await, 400, "malformed-request");
        assert_problem(&send("text/plain", "{}".into()).await, 415, "unsupported-media-type");
        let large = json!({ "pin": "1".repeat(500_000) }).to_string();
        assert_problem(&send("application/json", large).await, 413, "body-too-large");
        assert_invalid(&send("application/json", "{\"hobby\": 1}".into()).await, &["/hobby"]);
    }
}

enum By<'a> {
    Anybody,
    Phone,
    Bearer(&'a str),
    Holder(&'a Phone, &'a PhoneSession),
}

#[tokio::test]
async fn problems_speak_indonesian_unless_asked_for_english() {
    let world = World::new().await;
    let said = async |language: Option<&str>| {
        let mut request = Request::post("http://ikd.test/redemptions");
        if let Some(language) = language {
            request = request.header("accept-language", language);
        }
        let reply = world.send(request.body(String::new()).unwrap()).await;
        [reply.member("/title").unwrap(), reply.member("/detail").unwrap()]
    };
    let indonesian = ["Belum masuk", "Silakan masuk terlebih dahulu."];
    assert_eq!(said(None).await, indonesian);
    assert_eq!(said(Some("en-GB,en;q=0.9")).await, ["Authentication required", "Please log in first."]);
    assert_eq!(said(Some("fr")).await, indonesian);
}

#[tokio::test]
async fn every_answer_forbids_storing_and_sniffing() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    for reply in [
        registered.phone.check_status(&registered.id).await.unwrap(),
        world.phone().check_status(&registered.id).await.unwrap(),
    ] {
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn problems_are_typed_under_the_services_own_address_and_name_the_request() {
    let world = World::new().await;
    let request = Request::builder().method(Method::POST).uri("http://ikd.test/redemptions");
    let reply = world.send(request.body(String::new()).unwrap()).await;
    assert_eq!(reply.member("/type").as_deref(), Some("http://ikd.test/problems/missing-token"));
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    assert!(reply.member("/instance").is_some());
}

#[tokio::test]
async fn what_api_gateway_makes_of_requests_is_understood() {
    let world = World::new().await;
    let respond = async |function: ikd::http::Function, request| {
        ikd::http::respond(&world.app_of(&function), &function, request).await.status().as_u16()
    };

    // The path comes decoded, whatever is in it.
    for path in ["/registrations/a b", "/registrations/%", "/registrations/é?#", "/registrations/../x", "//"] {
        assert_eq!(respond(check_status::FUNCTION, event("GET", path, json!({}))).await, 404, "{path}");
    }
    // Forms come in base64.
    let form = data_encoding::BASE64.encode(b"grant_type=password");
    let headers = json!({ "content-type": "application/x-www-form-urlencoded" });
    let request = event("POST", "/oauth2/token", json!({ "body": form, "isBase64Encoded": true, "headers": headers }));
    assert_eq!(respond(issue_token::FUNCTION, request).await, 400);
    // Headers that were sent twice come joined by a comma.
    let phone = world.phone();
    let proof = phone.proof(&Method::POST, "/sessions", None).unwrap();
    let headers = json!({ "content-type": "application/json", "dpop": format!("{proof},{proof}") });
    let request = event("POST", "/sessions", json!({ "body": "{\"pin\":\"142857\"}", "headers": headers }));
    assert_eq!(respond(login::FUNCTION, request).await, 401);
}

/// An event of API Gateway, as the functions read it.
#[expect(clippy::needless_pass_by_value, reason = "callers write the members down where they call")]
pub fn event(method: &str, path: &str, more: serde_json::Value) -> lambda_http::Request {
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": { "host": "ikd.test", "accept-language": "en" },
        "isBase64Encoded": false,
        "requestContext": {
            "stage": "$default",
            "domainName": "ikd.test",
            "http": { "method": method, "path": path },
        },
    });
    for (name, value) in more.as_object().unwrap() {
        match (event.get_mut(name), value) {
            (Some(serde_json::Value::Object(members)), serde_json::Value::Object(added)) => {
                members.extend(added.clone());
            }
            _ => event[name] = value.clone(),
        }
    }
    serde_json::from_value::<GatewayEvent>(event).unwrap().into()
}

/// Text that makes no host, no scheme, no query and no path.
const ODD: [&str; 16] = [
    "",
    " ",
    "a,b",
    "http, https",
    "a b",
    "\"",
    "<>",
    "é",
    "\u{ff}",
    "中文",
    "[",
    "@:",
    "x:99999",
    "%",
    "#?\\^`{|}",
    "https://elsewhere.example",
];

#[tokio::test]
async fn headers_that_make_no_address_change_nothing() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let path = format!("/registrations/{}", registered.id);
    for odd in ODD {
        for name in ["host", "x-forwarded-proto", "x-forwarded-for", "accept", "user-agent", "cookie"] {
            let proof = registered.phone.proof(&Method::GET, &path, None).unwrap();
            let request = event("GET", &path, json!({ "headers": { name: odd, "dpop": proof } }));
            let function = check_status::FUNCTION;
            let response = ikd::http::respond(&world.app_of(&function), &function, request).await;
            assert_eq!(response.status().as_u16(), 200, "{name}: {odd}");
        }
    }
    let request = event("GET", &path, json!({ "headers": null, "requestContext": { "domainName": null } }));
    assert!(request.headers().is_empty());
    assert_eq!(request.uri().path(), path);
}

#[tokio::test]
async fn a_query_or_a_path_of_any_text_is_answered() {
    let world = World::new().await;
    let answer = async |function: ikd::http::Function, request| {
        ikd::http::respond(&world.app_of(&function), &function, request).await.status().as_u16()
    };
    let long = "é".repeat(5_121);
    for odd in ODD.into_iter().chain([long.as_str()]) {
        let query = format!("token={odd}&lang=en");
        let request = event("GET", "/activation", json!({ "rawQueryString": query }));
        assert_eq!(answer(activate::FUNCTION, request).await, 404, "{odd}");
        let request = event("GET", &format!("/signatures/x{odd}"), json!({}));
        let expected = if odd.contains("//") || odd.len() > 10_000 { 404 } else { 200 };
        assert_eq!(answer(check_signature::FUNCTION, request).await, expected, "{odd}");
        assert_eq!(answer(check_status::FUNCTION, event("GET", odd, json!({}))).await, 404, "{odd}");
    }
    // What belongs to the path stays there, and what belongs to the query means what it meant.
    let request = event("GET", "/signatures/a?b#c", json!({ "rawQueryString": "q=[a]|\"é\"&r=%5B%22" }));
    assert_eq!(parse::segments(&request), ["signatures", "a%3Fb%23c"]);
    assert_eq!(parse::query(&request, "q").as_deref(), Some("[a]|\"é\""));
    assert_eq!(parse::query(&request, "r").as_deref(), Some("[\""));
}

#[tokio::test]
async fn a_body_that_is_not_the_base64_it_is_said_to_be_is_no_body() {
    let world = World::new().await;
    for body in ["%%%", "Zg==Zg==", "Zh==", "Zg", "é", ""] {
        let headers = json!({ "content-type": "application/json" });
        let request = event("POST", "/captchas", json!({ "body": body, "isBase64Encoded": true, "headers": headers }));
        let function = activate::FUNCTION;
        let response = ikd::http::respond(&world.app_of(&function), &function, request).await;
        assert_eq!(response.status().as_u16(), 400, "{body}");
    }
}

#[tokio::test]
async fn answers_to_a_captcha_have_a_length_whatever_the_link_is_worth() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    assert_status(&world.activate(&email, &email.code).await, 200);
    let long = "y".repeat(5_000);
    for (member, body) in [
        ("/answer", json!({ "captcha": "x", "answer": long })),
        ("/captcha", json!({ "captcha": long, "answer": "y" })),
        ("/proof_of_work", json!({ "proof_of_work": long })),
    ] {
        let mut body = body;
        (body["token"], body["code"]) = (json!(email.token()), json!(email.code));
        assert_invalid(&world.post_json("/activation", &body).await, &[member]);
    }
}

/// Characters that look like something else, or hide what follows them.
const TRICKS: [&str; 12] = [
    "siti@contoh.id\r\nBcc: pencuri@contoh.id",
    "siti@contoh.id\nSubject: Undian",
    "siti@contoh.id%0d%0aBcc:pencuri@contoh.id",
    "siti@contoh.id\0",
    "siti@contoh.id, pencuri@contoh.id",
    "Siti <siti@contoh.id>",
    "<siti@contoh.id>",
    "siti\u{202e}@contoh.id",
    "siti\u{200b}@contoh.id",
    "siti＠contoh.id",
    "sіti@contoh.id",
    "siti@contoh.id\u{2028}Bcc: x",
];

#[tokio::test]
async fn addresses_with_headers_or_tricks_in_them_are_refused_wherever_they_are_given_and_nothing_is_sent() {
    let world = World::new().await;
    let approved = world.approved(BUDI).await;
    let registered = world.registered(SITI).await;
    let officer = world.officer();
    let before = world.ses.taken().len();
    for trick in TRICKS {
        let reply = world.phone().register(DEWI, trick, "0812-3456-7890", &portrait()).await.unwrap();
        assert_invalid(&reply, &["/email"]);
        assert!(!reply.text.contains("pencuri"), "the refusal repeats it");
        let decision = json!({ "verdict": "approve", "email": trick });
        assert_invalid(&officer.decide(&registered.ticket, &decision).await.unwrap(), &["/email"]);
        let email = json!({ "email": trick });
        let reply = officer.send_another_email(&approved.registered.id, Some(&email)).await.unwrap();
        assert_invalid(&reply, &["/email"]);
        assert_invalid(&officer.send_another_email_to(BUDI, Some(trick)).await.unwrap(), &["/email"]);
    }
    assert!(world.deliver().await.is_empty());
    assert_eq!(world.ses.taken().len(), before);
    world.assert_sound();
}

fn portrait() -> Vec<u8> {
    local::photographs::selfie().unwrap()
}

#[tokio::test]
async fn digits_of_other_scripts_and_hidden_letters_are_not_taken_for_what_they_look_like() {
    let world = World::new().await;
    for (member, tricks) in [
        ("nik", ["٣٥٧٧٠١٤٥٠٧٩٠٠٠٠٣", "35770145\u{200b}07900003", "35770145\u{202d}07900003", "357701450790000O"]),
        ("phone_number", ["٠٨١٢٣٤٥٦٧٨٩٠", "0812\u{202e}34567890", "0812-3456-7890\r\n1", "0812;phone-context=+1"]),
    ] {
        for trick in tricks {
            let mut body = json!({
                "nik": SITI,
                "email": tests::EMAIL,
                "phone_number": "081234567890",
                "selfie": data_encoding::BASE64.encode(&portrait()),
            });
            body[member] = json!(trick);
            let reply = world.phone().register_with(&body).await.unwrap();
            assert_invalid(&reply, &[&format!("/{member}")]);
        }
    }
    let registered = world.registered(SITI).await;
    for trick in
        ["tidak jelas\u{202e}", "tidak\u{200b} jelas", "tidak\u{0} jelas", "tidak\r\njelas", "\u{1b}[2Jtidak jelas"]
    {
        let reply = world.officer().reject(&registered.ticket, trick).await.unwrap();
        assert_invalid(&reply, &["/reason"]);
    }
    assert_status(&world.officer().reject(&registered.ticket, "Swafoto “buram” – é ñ 你好").await.unwrap(), 200);
}

#[tokio::test]
async fn paths_that_climb_hide_or_overflow_name_nothing() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let officer = world.officer();
    world.calls.take();
    for trick in [
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "a%00b",
        "registration%23X",
        "%F0%9F%98%80",
        "%ff%fe",
        "'%20OR%201=1--",
        "%7B%22S%22:%22x%22%7D",
        &"A".repeat(4_000),
        &format!("{}A", registered.id),
        &format!("9{}", &registered.id[1..]),
    ] {
        let reply = registered.phone.check_status(trick).await.unwrap();
        assert_problem(&reply, 404, "not-found");
        assert_problem(&registered.phone.ask_for_another_email(trick).await.unwrap(), 404, "not-found");
        assert_problem(&officer.scan(trick).await.unwrap(), 404, "ticket-unknown");
        assert_problem(&officer.reject(trick, "x").await.unwrap(), 404, "ticket-unknown");
        assert!(!reply.text.contains(trick), "the refusal repeats it");
    }
    assert_eq!(world.calls.take().in_total, 0, "what cannot be a name is not looked up");
}
