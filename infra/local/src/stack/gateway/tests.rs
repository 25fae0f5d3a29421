//! The gateway over real HTTP, with a function behind it that counts how many requests it has at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::routing::any;
use reqwest::StatusCode;

use super::*;
use crate::actors::KeyPair;
use crate::stack::issuer::Issuer;

struct Served {
    address: String,
    http: reqwest::Client,
    issuer: Issuer,
    max_at_once: Arc<AtomicUsize>,
}

/// Echoes the forwarded headers, and notes how many requests it had at once.
async fn served(limited: bool) -> Served {
    let max_at_once = Arc::new(AtomicUsize::new(0));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), max_at_once.clone());
    let function = async move |headers: HeaderMap| {
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // Others arrive meanwhile.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        now.fetch_sub(1, Ordering::SeqCst);
        headers.get("x-forwarded-for").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let functions = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(any(function))).await });
    let (issuer, _) = Issuer::start(KeyPair::generate().unwrap(), 0).await.unwrap();
    let officers = issuer.verifier();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    serve(listener, Setup { functions, officers, limited }).unwrap();
    Served { address, http: reqwest::Client::new(), issuer, max_at_once }
}

impl Served {
    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.address))
    }
}

#[tokio::test]
async fn paths_and_methods_without_a_route_are_refused_and_methods_are_named() {
    let gateway = served(false).await;
    assert_eq!(gateway.get("/nowhere").send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let answer = gateway.http.delete(format!("{}/activation", gateway.address)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers()[header::ALLOW], "GET, POST");
}

#[tokio::test]
async fn what_is_too_large_for_a_function_is_refused_before_it() {
    let gateway = served(false).await;
    let send = async |bytes: usize| {
        let sent = gateway.http.post(format!("{}/registrations", gateway.address)).body(vec![b'x'; bytes]).send();
        sent.await.unwrap().status()
    };
    assert_eq!(send(LARGEST_BODY + 1).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(400_000).await, StatusCode::OK);
}

#[tokio::test]
async fn routes_of_officers_alone_ask_for_a_valid_token_of_any_role() {
    let gateway = served(false).await;
    let review = gateway.get("/registrations/by-ticket/A");
    assert_eq!(review.try_clone().unwrap().send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let forged = review.try_clone().unwrap().bearer_auth("nonsense").send().await.unwrap();
    assert_eq!(forged.status(), StatusCode::UNAUTHORIZED);
    for role in ["petugas", "tamu"] {
        let token = gateway.issuer.token("a", role, SystemClock.now()).unwrap();
        let answer = review.try_clone().unwrap().bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "the role is the function's to ask for");
    }
    let block = async |path: &str| gateway.http.post(format!("{}{path}", gateway.address)).send().await.unwrap();
    assert_eq!(block("/device-blocks").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(block("/me/device-blocks").await.status(), StatusCode::OK, "a holder is the function's to check");
}

#[tokio::test]
async fn a_function_gets_the_callers_address_and_never_more_requests_than_watch_bears() {
    let gateway = served(false).await;
    let answers = (0..300).map(|_| gateway.get("/.well-known/jwks.json").header("x-forwarded-for", "10.0.0.1").send());
    for answer in futures::future::join_all(answers).await {
        assert_eq!(answer.unwrap().text().await.unwrap(), "10.0.0.1, 127.0.0.1");
    }
    let most = gateway.max_at_once.load(Ordering::SeqCst);
    assert!((2..=IN_FLIGHT).contains(&most), "{most}");
}

#[tokio::test]
async fn a_limited_route_answers_429_beyond_its_burst_and_others_go_on() {
    let gateway = served(true).await;
    let send = || gateway.http.post(format!("{}/captchas", gateway.address)).send();
    let mut refused = 0;
    for answer in futures::future::join_all((0..60).map(|_| send())).await {
        let answer = answer.unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
            refused += 1;
        }
    }
    assert!((1..=40).contains(&refused), "{refused}");
    assert_eq!(gateway.get("/.well-known/jwks.json").send().await.unwrap().status(), StatusCode::OK);
}
