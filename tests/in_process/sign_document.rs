//! sign-document: the holder signs the hash of a document, with the PIN.

use data_encoding::BASE64URL_NOPAD;
use futures::future::join_all;
use http::{Method, Request};
use local::actors::{Reply, document_hash};
use local::personas::{BANK, SITI};
use serde_json::{Value, json};
use tests::{HolderWithSession, PIN, WRONG_PINS, World, assert_invalid, assert_problem, assert_status};

pub const CONTRACT: &[u8] = b"Perjanjian sewa rumah";

pub async fn sign(holder: &HolderWithSession, pin: &str) -> Reply {
    holder.phone.sign(&holder.session, &document_hash(CONTRACT), pin).await.unwrap()
}

pub async fn check(world: &World, id: &str) -> Value {
    let reply = ask(world, id).await;
    assert_status(&reply, 200);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    reply.json()
}

/// Asks about a signature; behind its name may follow a query.
pub async fn ask(world: &World, id: &str) -> Reply {
    world.send(Request::get(format!("http://ikd.test/signatures/{id}")).body(String::new()).unwrap()).await
}

#[tokio::test]
async fn a_signature_verifies_with_the_published_keys_alone_and_says_who_signed_what_and_when() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let reply = sign(&holder, PIN).await;
    assert_status(&reply, 201);
    let (id, signature) = (reply.member("/id").unwrap(), reply.member("/signature").unwrap());
    assert_eq!(reply.header("location"), Some(format!("/signatures/{id}").as_str()));
    assert_eq!(reply.member("/signed_at").as_deref(), Some("2026-11-22T05:00:00.000Z"));
    assert_eq!(reply.member("/document_hash"), Some(document_hash(CONTRACT)));

    let bank = world.integrator(BANK);
    let header = bank.verify_signature(CONTRACT, &signature).await.unwrap();
    assert_eq!(header["name"], "SITI AMINAH");
    assert_eq!(header["iat"], 1_795_323_600);
    assert_eq!(header["jti"], id.as_str());
    assert_eq!(header["iss"], "http://ikd.test");
    assert_eq!(header["typ"], "document-signature+jws");
    assert_eq!((&header["b64"], &header["crit"]), (&json!(false), &json!(["b64"])));
    assert!(!header.to_string().contains(SITI), "the NIK is nobody's business");

    assert!(bank.verify_signature(b"Perjanjian jual beli rumah", &signature).await.is_err());
    let forged = {
        let mut header = header.clone();
        header["name"] = json!("BUDI SANTOSO");
        let (_, rest) = signature.split_once('.').unwrap();
        format!("{}.{rest}", BASE64URL_NOPAD.encode(header.to_string().as_bytes()))
    };
    assert!(bank.verify_signature(CONTRACT, &forged).await.is_err());
}

#[tokio::test]
async fn wrong_pins_count_like_those_of_the_login_and_sign_nothing() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for (status, problem) in WRONG_PINS {
        assert_problem(&sign(&holder, "908172").await, status, problem);
    }
    assert_problem(&sign(&holder, PIN).await, 401, "session-ended");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 423, "pin-locked");
    assert_eq!(world.items("signatures").len(), 0);
}

#[tokio::test]
async fn a_right_pin_forgets_the_wrong_ones() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for _ in 0..3 {
        assert_problem(&sign(&holder, "908172").await, 401, "invalid-credentials");
        assert_status(&sign(&holder, PIN).await, 201);
    }
}

#[tokio::test]
async fn of_many_wishes_at_once_each_answered_one_is_on_record() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let replies = join_all((0..6).map(|_| sign(&holder, PIN))).await;
    let mut signed = 0;
    for reply in &replies {
        match reply.status.as_u16() {
            201 => {
                signed += 1;
                assert_eq!(check(&world, &reply.member("/id").unwrap()).await["validity"], "valid");
            }
            409 => assert_problem(reply, 409, "concurrent-requests"),
            // The third try that was counted and not yet settled ends the session and locks.
            401 => assert_problem(reply, 401, "session-ended"),
            _ => assert_problem(reply, 423, "pin-locked"),
        }
    }
    assert!(signed >= 1);
    assert_eq!(world.items("signatures").len(), signed);
}

#[tokio::test]
async fn what_is_no_hash_or_no_pin_costs_no_try() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let hash = document_hash(CONTRACT);
    let send = async |body: Value| {
        holder.phone.send(Method::POST, "/me/signatures", Some(&holder.session), Some(&body)).await.unwrap()
    };
    for no_hash in ["", "abc", &"A".repeat(44), &hash.replace(char::is_alphanumeric, "/")] {
        assert_invalid(&send(json!({ "document_hash": no_hash, "pin": PIN })).await, &["/document_hash"]);
    }
    assert_invalid(&send(json!({ "document_hash": "x", "pin": "12345" })).await, &["/document_hash", "/pin"]);
    assert_invalid(&send(json!({ "document_hash": hash })).await, &["/pin"]);
    assert_status(&sign(&holder, PIN).await, 201);
}

#[tokio::test]
async fn without_the_database_nothing_is_signed_and_nothing_is_said_of_signatures() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let broken = world.with_database_gone();
    let phone = holder.phone.speaking_to(broken.clone());
    let reply = phone.sign(&holder.session, &document_hash(CONTRACT), PIN).await.unwrap();
    assert_problem(&reply, 503, "service-unavailable");
    let request = Request::get("http://ikd.test/signatures/AEAQCAIBAEAQCAIBAEAQCAIBAE").body(String::new()).unwrap();
    assert_problem(&broken.send(request).await.unwrap(), 503, "service-unavailable");
    assert_status(&sign(&holder, PIN).await, 201);
}
