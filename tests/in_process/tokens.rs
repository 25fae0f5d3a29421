//! Every protected route against every token that proves nothing, each with its exact problem.

use catalogue::Caller;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::Method;
use ikd::app::Clock;
use local::actors::{KeyPair, PhoneSession, Signs};
use local::personas::{BANK, SITI};
use serde_json::{Value, json};
use tests::{HolderWithSession, PIN, assert_problem, assert_status};

use super::cast::{Cast, is_holder};

/// A token's header and claims.
pub fn parts(token: &str) -> (Value, Value) {
    let part = |number: usize| {
        let text = token.split('.').nth(number).unwrap();
        serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()).unwrap()
    };
    (part(0), part(1))
}

pub fn with(json: &Value, member: &str, value: Value) -> Value {
    let mut changed = json.clone();
    changed[member] = value;
    changed
}

pub fn without(json: &Value, member: &str) -> Value {
    let mut changed = json.clone();
    changed.as_object_mut().unwrap().remove(member);
    changed
}

/// A token with any header and signature.
pub fn assembled(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |json: &Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
    format!("{}.{}.{signature}", part(header), part(claims))
}

/// HS256 with public bytes as its secret: what a verifier that trusts the header's `alg` would take.
pub fn signed_with_public_bytes(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let header = with(header, "alg", json!("HS256"));
    let unsigned = assembled(&header, claims, "");
    let message = unsigned.trim_end_matches('.');
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    format!("{message}.{}", BASE64URL_NOPAD.encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()).as_ref()))
}

/// The bytes before a P-256 point in a public key's DER (RFC 5480).
const SPKI: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\0";

/// Every way to spoil a right token: by its claims, signed by the right key, and by its signature.
fn spoiled(right: &str, key: &KeyPair, now: i64) -> Vec<(&'static str, String)> {
    let (header, claims) = parts(right);
    let stranger = KeyPair::generate().unwrap();
    let signature = right.rsplit('.').next().unwrap();
    let changed = |member: &str, value: Value| key.sign_under(&header, &with(&claims, member, value)).unwrap();
    let under = |key: &KeyPair, header: &Value| key.sign_under(header, &claims).unwrap();
    let public = serde_json::to_value(key.public()).unwrap();
    let coordinate = |member: &str| BASE64URL_NOPAD.decode(public[member].as_str().unwrap().as_bytes()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let pem = {
        let base64 = BASE64.encode(&[SPKI, &point].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n", &base64[..64], &base64[64..])
    };
    let mut tokens = vec![
        ("expired", changed("exp", json!(now))),
        ("long expired", changed("exp", json!(now - 86_400))),
        ("without an end", key.sign_under(&header, &without(&claims, "exp")).unwrap()),
        ("not yet valid", changed("nbf", json!(now + 60))),
        ("issued in the future", changed("iat", json!(now + 60))),
        ("of another audience", changed("aud", json!("https://elsewhere.example"))),
        ("of several other audiences", changed("aud", json!(["https://elsewhere.example", "x"]))),
        ("of another issuer", changed("iss", json!("https://elsewhere.example"))),
        ("of no issuer", key.sign_under(&header, &without(&claims, "iss")).unwrap()),
        ("alg none, unsigned", assembled(&with(&header, "alg", json!("none")), &claims, "")),
        ("alg none, signed", assembled(&with(&header, "alg", json!("none")), &claims, signature)),
        ("alg NONE", assembled(&with(&header, "alg", json!("NONE")), &claims, "")),
        ("another algorithm", under(key, &with(&header, "alg", json!("ES384")))),
        ("HS256 with the public key's PEM", signed_with_public_bytes(&header, &claims, pem.as_bytes())),
        ("HS256 with the public JWK", signed_with_public_bytes(&header, &claims, public.to_string().as_bytes())),
        ("HS256 with the public point", signed_with_public_bytes(&header, &claims, &point)),
        ("HS256 with nothing", signed_with_public_bytes(&header, &claims, b"")),
        ("a foreign key under our key id", under(&stranger, &header)),
        (
            "a foreign key under its own key id",
            stranger.sign(header["typ"].as_str().unwrap_or("JWT"), &claims).unwrap(),
        ),
        ("a foreign key that it shows itself", {
            let shown = with(&without(&header, "kid"), "jwk", serde_json::to_value(stranger.public()).unwrap());
            under(&stranger, &shown)
        }),
        ("another tenant's key id", under(key, &with(&header, "kid", json!("tenant-2")))),
        ("a key id that is a path", under(key, &with(&header, "kid", json!("../../dev/null")))),
        ("a critical extension", under(key, &with(&header, "crit", json!(["exp"])))),
        ("critical extensions that are none", under(key, &with(&header, "crit", Value::Null))),
        ("no key id", under(key, &without(&header, "kid"))),
        ("a stripped signature", assembled(&header, &claims, "")),
        ("a missing signature", right.rsplit_once('.').unwrap().0.to_owned()),
        ("an all-zero signature", assembled(&header, &claims, &BASE64URL_NOPAD.encode(&[0; 64]))),
        ("a changed payload", assembled(&header, &with(&claims, "exp", json!(now + 86_400)), signature)),
        ("not a token", "nonsense".to_owned()),
        ("dots", "...".to_owned()),
        ("very long", "A".repeat(9_000)),
    ];
    let mut bent = right.to_owned().into_bytes();
    let last = bent.len() - 10;
    bent[last] = if bent[last] == b'A' { b'B' } else { b'A' };
    tokens.push(("a bent signature", String::from_utf8(bent).unwrap()));
    tokens
}

#[tokio::test]
async fn a_token_that_proves_nothing_opens_no_route() {
    let cast = Cast::assemble().await;
    let now = cast.world.clock.now().as_second();
    let of_holder = spoiled(&cast.holder.session.access_token, &cast.world.signing_key, now);
    let of_bank = spoiled(&cast.bank, &cast.world.signing_key, now);
    let of_officer = spoiled(&cast.officer, cast.world.issuer.key(), now);
    for route in cast.with_token() {
        let tokens = match route.caller {
            Caller::Officer => &of_officer,
            Caller::Integrator => &of_bank,
            _ => &of_holder,
        };
        for (what, token) in tokens {
            let reply = cast.present(route, token).await;
            println!("{} {}: {what}", route.method, route.path);
            assert_problem(&reply, 401, "invalid-token");
            assert!(reply.header("www-authenticate").is_some_and(|challenge| challenge.contains("invalid_token")));
        }
    }
    cast.assert_unharmed().await;
}

#[tokio::test]
async fn without_a_token_or_under_another_scheme_every_route_asks_for_one() {
    let cast = Cast::assemble().await;
    for route in cast.with_token() {
        let is_shared = route.path.starts_with("/registrations/") && route.path.ends_with("/activation-emails");
        let schemes = ["", "DPoP", "Bearer", "Bearer ", "DPoP  ", "Basic cGV0dWdhczpyYWhhc2lh", "Token abc", "abc"];
        for authorization in [None].into_iter().chain(schemes.map(Some)) {
            // Without a token, a route shared by officers and phones is a phone's.
            let (status, problem) = match authorization {
                None if is_shared => (401, "invalid-dpop-proof"),
                _ => (401, "missing-token"),
            };
            let reply = cast.send(route, authorization, None).await;
            println!("{} {}: {authorization:?}", route.method, route.path);
            assert_problem(&reply, status, problem);
            assert!(reply.header("www-authenticate").is_some_and(|challenge| challenge.contains("DPoP")));
        }
    }
    cast.assert_unharmed().await;
}

#[tokio::test]
async fn a_token_of_another_kind_opens_no_route() {
    let cast = Cast::assemble().await;
    let qr = cast.holder.mint().await;
    let bank = cast.world.integrator(BANK);
    let redeemed = bank.redeem(&cast.bank, &qr.token, "account-opening", None).await.unwrap();
    let assertion = redeemed.member("/assertion").unwrap();
    let client_assertion = bank.client_assertion(&bank.assertion_claims()).unwrap();
    let proof = cast.holder.phone.proof(&Method::POST, "/qr-codes", None).unwrap();
    let holder = cast.holder.session.access_token.clone();
    for route in cast.with_token() {
        let foreign = [
            ("a holder's", &holder, is_holder(route.caller)),
            ("an officer's", &cast.officer, route.caller == Caller::Officer),
            ("an integrator's", &cast.bank, route.caller == Caller::Integrator),
            ("an identity assertion", &assertion, false),
            ("a client assertion", &client_assertion, false),
            ("a proof", &proof, false),
        ];
        for (what, token, _) in foreign.iter().filter(|(_, _, is_own)| !is_own) {
            println!("{} {}: {what}", route.method, route.path);
            assert_problem(&cast.present(route, token).await, 401, "invalid-token");
        }
    }
    cast.assert_unharmed().await;
}

#[tokio::test]
async fn a_holders_token_needs_the_holders_scope_client_and_key() {
    let cast = Cast::assemble().await;
    let (header, claims) = parts(&cast.holder.session.access_token);
    let key = &cast.world.signing_key;
    let stranger = KeyPair::generate().unwrap();
    for route in cast.of_holders() {
        for (what, claims, problem) in [
            ("another scope", with(&claims, "scope", json!("redeem")), "invalid-token"),
            ("another client", with(&claims, "client_id", json!("bank-madiun")), "invalid-token"),
            ("no key", without(&claims, "cnf"), "invalid-token"),
            ("another key", with(&claims, "cnf", json!({ "jkt": stranger.thumbprint() })), "invalid-dpop-proof"),
            ("another session", with(&claims, "jti", json!("AEAQCAIBAEAQCAIBAEAQCAIBAE")), "session-ended"),
            ("a wider scope", with(&claims, "scope", json!("change-pin")), "session-ended"),
        ] {
            println!("{} {}: {what}", route.method, route.path);
            let token = key.sign_under(&header, &claims).unwrap();
            assert_problem(&cast.present(route, &token).await, 401, problem);
        }
        let wrong_type = key.sign_under(&with(&header, "typ", json!("JWT")), &claims).unwrap();
        assert_problem(&cast.present(route, &wrong_type).await, 401, "invalid-token");
    }
    cast.assert_unharmed().await;
}

#[tokio::test]
async fn a_blocked_devices_token_opens_no_route() {
    let cast = Cast::assemble().await;
    assert_status(&cast.world.officer().block(SITI, "stolen").await.unwrap(), 200);
    for route in cast.of_holders() {
        let reply = cast.present(route, &cast.holder.session.access_token).await;
        assert_problem(&reply, 403, "device-blocked");
    }
    assert_problem(&cast.holder.phone.log_in(PIN).await.unwrap(), 403, "device-blocked");
}

#[tokio::test]
async fn a_locked_or_replaced_sessions_token_opens_no_route() {
    let cast = Cast::assemble().await;
    let replaced = cast.holder.session.access_token.clone();
    let locked = PhoneSession::of(&cast.holder.phone.log_in(PIN).await.unwrap()).unwrap();
    assert_status(&cast.holder.phone.lock(&locked).await.unwrap(), 204);
    for route in cast.of_holders() {
        for token in [&replaced, &locked.access_token] {
            assert_problem(&cast.present(route, token).await, 401, "session-ended");
        }
    }
}

#[tokio::test]
async fn a_token_for_changing_the_pin_opens_nothing_that_holders_do() {
    let mut cast = Cast::assemble().await;
    let activated = cast.world.activated(local::personas::DEWI).await;
    let first = PhoneSession::of(&activated.phone.log_in(&activated.code).await.unwrap()).unwrap();
    let nik = activated.nik;
    cast.holder = HolderWithSession { phone: activated.phone, nik, session: first };
    for route in cast.routes(|caller| caller == Caller::Holder) {
        let reply = cast.present(route, &cast.holder.session.access_token).await;
        assert_problem(&reply, 403, "pin-change-required");
    }
    // The session that changes the PIN may end itself and block the phone: both take something away from a thief.
    let block = cast.routes(|caller| caller == Caller::AnySession).last().unwrap();
    assert_status(&cast.present(block, &cast.holder.session.access_token).await, 200);
}

#[tokio::test]
async fn an_officers_token_needs_the_role_and_must_not_be_an_id_token() {
    let cast = Cast::assemble().await;
    let right = cast.world.issuer.claims("petugas-1", "petugas", cast.world.clock.now());
    let signed = |member: &str, value: Value| cast.world.issuer.sign(&with(&right, member, value)).unwrap();
    for route in cast.routes(|caller| caller == Caller::Officer) {
        for roles in [json!(["tamu"]), json!([]), json!("petugas-tamu"), json!({ "petugas": true }), Value::Null] {
            assert_problem(&cast.present(route, &signed("roles", roles)).await, 403, "not-an-officer");
        }
        for (claim, value) in [
            ("token_use", json!("id")),
            ("typ", json!("ID")),
            ("nonce", json!("n-0S6_WzA2Mj")),
            ("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ")),
        ] {
            assert_problem(&cast.present(route, &signed(claim, value)).await, 401, "invalid-token");
        }
        let typed = with(&right, "typ", json!("Bearer"));
        let token = cast.world.issuer.sign(&with(&typed, "at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"))).unwrap();
        assert_problem(&cast.present(route, &token).await, 401, "invalid-token");
    }
    cast.assert_unharmed().await;
    let review = cast.routes(|caller| caller == Caller::Officer).next().unwrap();
    assert_status(&cast.present(review, &signed("roles", json!("tamu petugas"))).await, 200);
    assert_status(&cast.present(review, &signed("token_use", json!("access"))).await, 200);
    // Keycloak's access tokens repeat the nonce: those of earlier versions, and where a mapper asks for it.
    let token = cast.world.issuer.sign(&with(&with(&right, "typ", json!("Bearer")), "nonce", json!("n-0S6"))).unwrap();
    assert_status(&cast.present(review, &token).await, 200);
}
