//! show-biodata: the holder's own row, and what holds for all screens of the holder.

use http::Method;
use local::actors::Reply;
use local::personas::SITI;
use tests::{HolderWithSession, World, assert_problem, assert_status};

pub async fn show(holder: &HolderWithSession, path: &str) -> Reply {
    holder.phone.send(Method::GET, path, Some(&holder.session), None).await.unwrap()
}

const PATHS: [&str; 4] = ["/me", "/me/family", "/me/documents", "/me/documents/ktp-el"];

#[tokio::test]
async fn the_biodata_are_the_registrys() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let reply = show(&holder, "/me").await;
    assert_status(&reply, 200);
    let json = reply.json();
    for (member, value) in [
        ("nik", SITI),
        ("name", "SITI AMINAH"),
        ("birthdate", "1990-07-05"),
        ("family_card_number", "3577010101100001"),
        ("relation", "wife"),
        ("religion", "islam"),
        ("blood_type", "O"),
        ("citizenship", "WNI"),
        ("education", "DIPLOMA IV/STRATA I"),
        ("father", "HARTONO"),
        ("mother", "SUMINI"),
        ("marriage_date", "2009-10-10"),
        ("id_card_issued_in", "KOTA MADIUN"),
        ("id_card_issued_on", "2018-05-14"),
        ("updated_at", "2026-01-05T02:30:00.000Z"),
    ] {
        assert_eq!(json[member], value);
    }
    assert_eq!(json["address"]["kelurahan"], "KARTOHARJO");
    assert_eq!(json["family_card_issue"]["issued_on"], "2024-02-19");
    for member in ["passport_number", "kitap_number", "kitap_valid_until"] {
        assert!(json[member].is_null(), "the registry does not say {member}");
    }
    let picture = data_encoding::BASE64.decode(json["picture"].as_str().unwrap().as_bytes()).unwrap();
    assert!(picture.starts_with(b"\xff\xd8"));
}

#[tokio::test]
async fn every_screen_is_kept_out_of_stores_and_screenshots() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for path in PATHS {
        let reply = show(&holder, path).await;
        assert_status(&reply, 200);
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(reply.header("screen-capture"), Some("deny"), "{path}");
    }
}

#[tokio::test]
async fn without_the_database_the_screens_come_back_later() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let broken = holder.phone.speaking_to(world.with_database_gone());
    for path in PATHS.into_iter().chain(["/me/documents/kk"]) {
        let reply = broken.send(Method::GET, path, Some(&holder.session), None).await.unwrap();
        assert_problem(&reply, 503, "service-unavailable");
    }
}
