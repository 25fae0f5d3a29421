//! serve-pages: what browsers get of the app, and the headers that say what they may do with it.

use http::{Method, Request};
use local::actors::Reply;
use tests::{World, assert_problem, assert_status};

/// Asks for a path with some headers.
async fn ask(world: &World, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(format!("http://ikd.test{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.body(String::new()).unwrap()).await
}

async fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> Reply {
    ask(world, Method::GET, path, headers).await
}

/// The address of the page's script. Without built pages there is none: `cargo xtask pages` builds them.
async fn script(world: &World) -> String {
    let page = get(world, "/app", &[]).await;
    assert_eq!(page.status, 200, "the pages are not built: run `cargo xtask pages`");
    let (_, rest) = page.text.split_once("<script type=\"module\" crossorigin src=\"").expect("a script");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_page_may_load_its_own_files_and_nothing_else_and_is_asked_for_each_time() {
    let world = World::new().await;
    let page = get(&world, "/app", &[]).await;
    assert_status(&page, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
    for allowed in ["unsafe-inline", "unsafe-eval", "http:", "https:", "*"] {
        assert!(!policy.contains(allowed), "{policy}");
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    assert!(page.header("permissions-policy").unwrap().starts_with("camera=(self)"));
    assert_eq!(page.header("access-control-allow-origin"), None);
    assert!(
        !page.text.contains("<style") && !page.text.contains("style=\""),
        "a policy without inline styles forbids them"
    );
    assert_eq!(
        page.text.matches("<script").count(),
        page.text.matches("<script type=\"module\" crossorigin src=").count()
    );
}

#[tokio::test]
async fn files_named_after_their_content_are_kept_for_ever() {
    let world = World::new().await;
    let script = script(&world).await;
    let reply = get(&world, &script, &[]).await;
    assert_eq!(reply.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(reply.header("service-worker-allowed"), None);
    let worker = get(&world, "/app/worker.js", &[]).await;
    assert_status(&worker, 200);
    assert_eq!(worker.header("cache-control"), Some("no-cache"));
    assert_eq!(worker.header("service-worker-allowed"), Some("/app"));
    let manifest = get(&world, "/app/manifest.webmanifest", &[]).await;
    assert_eq!(manifest.header("content-type"), Some("application/manifest+json"));
}

#[tokio::test]
async fn a_browser_gets_the_encoding_that_it_prefers() {
    let world = World::new().await;
    let script = script(&world).await;
    let plain = get(&world, &script, &[]).await;
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.header("vary"), Some("Accept-Encoding"));
    for (accepted, expected) in [
        ("gzip, deflate, br, zstd", Some("br")),
        ("gzip", Some("gzip")),
        ("GZIP;q=0.5, br;q=0.1", Some("gzip")),
        ("br;q=0, gzip;q=0.001", Some("gzip")),
        ("*", Some("br")),
        ("br;q=0, *;q=0.3", Some("gzip")),
        ("identity;q=1, br;q=0.5", None),
        ("br;q=0", None),
        ("br;q=nonsense", None),
        ("br;q=1.5", None),
        ("zstd", None),
        ("", None),
        ("identity;q=0", None),
    ] {
        let reply = get(&world, &script, &[("accept-encoding", accepted)]).await;
        assert_eq!(reply.header("content-encoding"), expected, "{accepted}");
        if expected.is_some() {
            assert!(reply.bytes.len() < plain.bytes.len(), "{accepted}");
        } else {
            assert_eq!(reply.bytes, plain.bytes, "{accepted}");
        }
    }
}

#[tokio::test]
async fn a_browser_that_has_a_version_is_told_so_and_of_no_other_encoding() {
    let world = World::new().await;
    for path in ["/app", "/app/worker.js"] {
        let br = get(&world, path, &[("accept-encoding", "br")]).await;
        let tag = br.header("etag").unwrap().to_owned();
        assert_ne!(get(&world, path, &[]).await.header("etag"), Some(tag.as_str()));
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = get(&world, path, &[("accept-encoding", "br"), ("if-none-match", &known)]).await;
            assert_status(&again, 304);
            assert!(again.bytes.is_empty());
            assert_eq!(again.header("etag"), Some(tag.as_str()));
            assert_eq!(again.header("cache-control"), Some("no-cache"));
        }
        for unknown in ["\"other\"", "", tag.trim_matches('"')] {
            assert_status(&get(&world, path, &[("accept-encoding", "br"), ("if-none-match", unknown)]).await, 200);
        }
        assert_status(&get(&world, path, &[("if-none-match", &tag)]).await, 200);
    }
}

#[tokio::test]
async fn head_answers_the_same_without_the_body() {
    let world = World::new().await;
    let script = script(&world).await;
    for path in ["/app", script.as_str(), "/app/configuration.json"] {
        let headers = [("accept-encoding", "br")];
        let (full, head) = (get(&world, path, &headers).await, ask(&world, Method::HEAD, path, &headers).await);
        assert_status(&head, 200);
        assert!(head.bytes.is_empty() && !full.bytes.is_empty(), "{path}");
        for name in ["content-type", "content-encoding", "etag", "cache-control", "content-security-policy"] {
            assert_eq!(head.header(name), full.header(name), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn a_path_that_no_page_has_is_not_found() {
    let world = World::new().await;
    for path in [
        "/app/nothing.js",
        "/app/assets",
        "/app/index.html/x",
        "/app/..%2Fapp/index.html",
        "/app/%69ndex.html",
        "/app/index.html.br",
        "/app/sources",
    ] {
        assert_problem(&get(&world, path, &[]).await, 404, "not-found");
        assert_status(&ask(&world, Method::HEAD, path, &[]).await, 404);
    }
}

#[tokio::test]
async fn the_page_learns_what_differs_between_deployments() {
    let world = World::with(&[
        ("IKD_MUNICIPALITY", "51.71"),
        ("IKD_OFFICE_CONTACT", "Dukcapil Kota Denpasar"),
        ("IKD_OFFICE_PHONE", "(0361) 123456"),
    ])
    .await;
    let reply = get(&world, "/app/configuration.json", &[]).await;
    assert_status(&reply, 200);
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
    let said: serde_json::Value = serde_json::from_str(&reply.text).unwrap();
    let expected = serde_json::json!({
        "public_url": "http://ikd.test/",
        "zone": "WITA",
        "office": { "name": "Dukcapil Kota Denpasar", "phone": "(0361) 123456" },
    });
    assert_eq!(said, expected);
    let reply = get(&World::new().await, "/app/configuration.json", &[]).await;
    assert!(reply.text.contains("\"zone\":\"WIB\"") && reply.text.contains("\"phone\":null"), "{}", reply.text);
}

/// Whether the console is among the built pages.
fn has_console() -> bool {
    let list = std::fs::read_to_string(xtask::root().join("clients/dist/files.tsv")).unwrap_or_default();
    list.lines().any(|line| line.starts_with("office/index.html\t"))
}

/// The configuration of a world whose officers sign in somewhere else than at their tokens' issuer.
const SIGN_IN: [(&str, &str); 5] = [
    ("IKD_OFFICER_ISSUER", "https://issuer.example.go.id/realms/dukcapil"),
    ("IKD_OFFICER_CLIENT", "konsol"),
    ("IKD_OFFICER_SCOPE", "openid ikd"),
    ("IKD_OFFICER_RESOURCE", "urn:ikd:office"),
    ("IKD_OFFICER_SIGN_IN", "https://masuk.example.go.id"),
];

#[tokio::test]
async fn the_console_is_served_beside_the_app() {
    let world = World::new().await;
    let page = get(&world, "/office", &[]).await;
    if has_console() {
        assert_status(&page, 200);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        let (_, rest) = page.text.split_once("src=\"/office/assets/").expect("a script");
        let script = format!("/office/assets/{}", rest.split('"').next().unwrap());
        let script = get(&world, &script, &[]).await;
        assert_eq!(script.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(script.header("content-security-policy"), page.header("content-security-policy"));
    } else {
        assert_problem(&page, 404, "not-found");
    }
    for path in ["/office/nothing.js", "/office/assets", "/office/..%2Fapp/index.html", "/office/worker.js"] {
        assert_problem(&get(&world, path, &[]).await, 404, "not-found");
    }
}

#[tokio::test]
async fn the_console_learns_how_officers_sign_in() {
    let world = World::with(&SIGN_IN).await;
    let path = "/office/configuration.json";
    let reply = get(&world, path, &[]).await;
    assert_status(&reply, 200);
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
    let expected = serde_json::json!({
        "public_url": "http://ikd.test/",
        "zone": "WIB",
        "office": { "name": "Dinas Kependudukan dan Pencatatan Sipil", "phone": null },
        "sign_in": {
            "issuer": "https://issuer.example.go.id/realms/dukcapil",
            "client_id": "konsol",
            "scope": "openid ikd",
            "resource": "urn:ikd:office",
        },
    });
    assert_eq!(reply.json(), expected);
    let head = ask(&world, Method::HEAD, path, &[]).await;
    assert_status(&head, 200);
    assert!(head.bytes.is_empty());

    let plain = get(&World::new().await, path, &[]).await.json();
    assert_eq!((&plain["sign_in"]["scope"], plain["sign_in"].get("resource")), (&serde_json::json!("openid"), None));
}

#[tokio::test]
async fn the_console_may_ask_this_service_and_the_issuer_and_nobody_else() {
    let world = World::with(&SIGN_IN).await;
    let reply = get(&world, "/office/configuration.json", &[]).await;
    assert_eq!(
        reply.header("content-security-policy"),
        Some(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
             connect-src 'self' https://issuer.example.go.id https://masuk.example.go.id; manifest-src 'self'; \
             worker-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
             require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
        )
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    assert!(reply.header("permissions-policy").unwrap().starts_with("camera=(self)"));
    let app = get(&world, "/app/configuration.json", &[]).await;
    let policy = app.header("content-security-policy").unwrap();
    assert!(policy.contains("connect-src 'self';") && !policy.contains("wasm"), "the app asks nobody else: {policy}");
}

#[tokio::test]
async fn where_no_client_is_configured_there_is_no_console() {
    let world = World::with(&[("IKD_OFFICER_CLIENT", "")]).await;
    for path in ["/office", "/office/configuration.json", "/office/index.html"] {
        assert_problem(&get(&world, path, &[]).await, 404, "not-found");
        assert_status(&ask(&world, Method::HEAD, path, &[]).await, 404);
    }
    assert_status(&get(&world, "/app/configuration.json", &[]).await, 200);
}
