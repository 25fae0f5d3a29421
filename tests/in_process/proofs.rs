//! Every protected route against every DPoP proof that proves nothing, each with its exact problem.

use ikd::app::Clock;
use ikd::domain::moment::Moment;
use local::actors::{KeyPair, Phone, Signs};
use serde_json::{Value, json};
use tests::{assert_problem, assert_status};

use super::cast::{Cast, is_holder, is_phone};
use super::tokens::{assembled, parts, signed_with_public_bytes, with, without};

/// Every way to spoil a right proof, each signed by the phone's own key unless it says otherwise.
fn spoiled_proofs(phone: &Phone, right: &str, now: i64) -> Vec<(&'static str, String)> {
    let (header, claims) = parts(right);
    let signature = right.rsplit('.').next().unwrap();
    let stranger = KeyPair::generate().unwrap();
    let changed = |member: &str, value: Value| phone.key.sign_under(&header, &with(&claims, member, value)).unwrap();
    let under = |header: &Value| phone.key.sign_under(header, &claims).unwrap();
    let htu = claims["htu"].as_str().unwrap();
    let mut private = header.clone();
    private["jwk"]["d"] = json!("AAAA");
    let mut proofs = vec![
        ("for another method", changed("htm", json!("PATCH"))),
        ("for a method in small letters", changed("htm", json!("post"))),
        ("for another path", changed("htu", json!(format!("{htu}/x")))),
        ("for another host", changed("htu", json!(htu.replace("ikd.test", "ikd.example")))),
        ("for another scheme", changed("htu", json!(htu.replace("http:", "https:")))),
        ("for another port", changed("htu", json!(htu.replace("ikd.test", "ikd.test:8443")))),
        ("for no address", changed("htu", json!("nonsense"))),
        ("stale and for another path", {
            let stale = with(&claims, "iat", json!(now - 61));
            phone.key.sign_under(&header, &with(&stale, "htu", json!(format!("{htu}/x")))).unwrap()
        }),
        ("stale and of another key", { stranger.sign_under(&header, &with(&claims, "iat", json!(now - 61))).unwrap() }),
        ("from the end of time", changed("iat", json!(i64::MAX))),
        ("without a time", phone.key.sign_under(&header, &without(&claims, "iat")).unwrap()),
        ("with an empty jti", changed("jti", json!(""))),
        ("with a long jti", changed("jti", json!("j".repeat(129)))),
        ("without a jti", phone.key.sign_under(&header, &without(&claims, "jti")).unwrap()),
        ("for another token", changed("ath", json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"))),
        ("of another type", under(&with(&header, "typ", json!("JWT")))),
        ("of no type", under(&without(&header, "typ"))),
        ("with a critical extension", under(&with(&header, "crit", json!(["b64"])))),
        ("with critical extensions that are none", under(&with(&header, "crit", Value::Null))),
        ("that shows no key", under(&without(&header, "jwk"))),
        ("that shows a private key", under(&private)),
        ("that shows another key", {
            let mut shown = serde_json::to_value(stranger.public()).unwrap();
            shown.as_object_mut().unwrap().remove("kid");
            under(&with(&header, "jwk", shown))
        }),
        ("that shows a symmetric key", under(&with(&header, "jwk", json!({ "kty": "oct", "k": "AAAA" })))),
        ("alg none", assembled(&with(&header, "alg", json!("none")), &claims, "")),
        ("HS256 with the public key", {
            signed_with_public_bytes(&header, &claims, header["jwk"].to_string().as_bytes())
        }),
        ("a stripped signature", assembled(&header, &claims, "")),
        ("a changed payload", assembled(&header, &with(&claims, "jti", json!("another")), signature)),
        ("two proofs", format!("{right},{right}")),
        ("nonsense", "nonsense".to_owned()),
        ("empty", String::new()),
    ];
    if claims.get("ath").is_some() {
        proofs.push(("for no token", phone.key.sign_under(&header, &without(&claims, "ath")).unwrap()));
        proofs.push(("of another phone", stranger.sign_showing_key("dpop+jwt", &claims).unwrap()));
    }
    proofs
}

#[tokio::test]
async fn a_proof_that_proves_nothing_opens_no_route() {
    let cast = Cast::assemble().await;
    let now = cast.world.clock.now().as_second();
    for route in cast.routes(|caller| is_phone(caller) || is_holder(caller)) {
        let session = is_holder(route.caller).then_some(&cast.holder.session);
        let authorization = session.map(|session| format!("DPoP {}", session.access_token));
        let right = cast.holder.phone.proof(&route.method, &route.path, session).unwrap();
        for (what, proof) in spoiled_proofs(&cast.holder.phone, &right, now) {
            println!("{} {}: a proof {what}", route.method, route.path);
            let reply = cast.send(route, authorization.as_deref(), Some(&proof)).await;
            assert_problem(&reply, 401, "invalid-dpop-proof");
            assert!(reply.header("www-authenticate").is_some_and(|challenge| challenge.contains("invalid_dpop_proof")));
        }
        let reply = cast.send(route, authorization.as_deref(), None).await;
        assert_problem(&reply, 401, "invalid-dpop-proof");
    }
    cast.assert_unharmed().await;
}

#[tokio::test]
async fn a_proof_that_is_right_but_for_its_time_is_told_what_time_it_is() {
    let cast = Cast::assemble().await;
    let now = cast.world.clock.now();
    for route in cast.routes(|caller| is_phone(caller) || is_holder(caller)) {
        let session = is_holder(route.caller).then_some(&cast.holder.session);
        let authorization = session.map(|session| format!("DPoP {}", session.access_token));
        let phone = &cast.holder.phone;
        let (header, claims) = parts(&phone.proof(&route.method, &route.path, session).unwrap());
        for (off, says) in [(-61, "too old"), (61, "from the future"), (-86_400, "a day old"), (86_400, "a day ahead")]
        {
            println!("{} {}: a proof that is {says}", route.method, route.path);
            let claims = with(&claims, "iat", json!(now.as_second() + off));
            let proof = phone.key.sign_under(&header, &claims).unwrap();
            let reply = cast.send(route, authorization.as_deref(), Some(&proof)).await;
            assert_problem(&reply, 401, "clock-wrong");
            assert_eq!(reply.member("/server_time"), Some(Moment::from(now).to_string()));
            assert!(reply.header("www-authenticate").is_some_and(|challenge| challenge.contains("invalid_dpop_proof")));
        }
    }
    cast.assert_unharmed().await;
}

#[tokio::test]
async fn a_proof_may_carry_what_rfc_9449_does_not_look_at() {
    let cast = Cast::assemble().await;
    let mint = cast.of_holders().find(|route| route.path == "/qr-codes").unwrap();
    let session = &cast.holder.session;
    let phone = &cast.holder.phone;
    let now = cast.world.clock.now().as_second();
    for (member, value) in [
        ("htu", json!("http://ikd.test/qr-codes?query=1#fragment")),
        ("htu", json!("HTTP://IKD.TEST:80/qr-codes")),
        ("iat", json!(now - 60)),
        ("iat", json!(now + 60)),
        ("iat", json!(f64::from(i32::try_from(now).unwrap()) + 0.5)),
        ("more", json!({ "anything": true })),
    ] {
        let (header, claims) = parts(&phone.proof(&mint.method, &mint.path, Some(session)).unwrap());
        let proof = phone.key.sign_under(&header, &with(&claims, member, value)).unwrap();
        let reply = cast.send(mint, Some(&format!("DPoP {}", session.access_token)), Some(&proof)).await;
        assert_status(&reply, 201);
    }
}
