//! show-biodata, show-family, show-documents: what the app shows, and no more than the holder may see.

use http::Method;
use local::actors::Reply;
use local::personas::{BUDI, DEWI, SITI, UNDER_17};
use serde_json::{Value, json};
use tests::{HolderWithSession, World, assert_problem, assert_status};

async fn show(holder: &HolderWithSession, path: &str) -> Reply {
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
        ("updated_at", "2026-01-05T02:30:00Z"),
    ] {
        assert_eq!(json[member], value);
    }
    assert_eq!(json["address"]["kelurahan"], "KARTOHARJO");
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
async fn the_family_is_who_is_on_the_card_the_head_first() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let members = async || {
        let reply = show(&holder, "/me/family").await;
        assert_status(&reply, 200);
        let json = reply.json();
        let member = |member: &Value| (member["nik"].clone(), member["relation"].clone());
        json["members"].as_array().unwrap().iter().map(member).collect::<Vec<_>>()
    };
    let (head, wife, child) =
        ((json!(BUDI), json!("head")), (json!(SITI), json!("wife")), (json!(UNDER_17), json!("child")));
    assert_eq!(members().await, [head.clone(), wife.clone(), child.clone()]);
    world.change_resident(UNDER_17, |resident| resident.municipality = "35.78".to_owned()).await;
    assert_eq!(members().await, [head.clone(), wife.clone()], "whoever moved away is not on the card");
    world.change_resident(BUDI, |resident| resident.deceased = true).await;
    assert_eq!(members().await, [wife], "nor whoever died");
    let reply = show(&holder, "/me/family").await;
    assert!(!reply.text.contains(DEWI), "nobody from another card");
}

#[tokio::test]
async fn of_the_family_nothing_is_shown_that_the_card_does_not_show() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for path in ["/me/family", "/me/documents/kk"] {
        let reply = show(&holder, path).await;
        for member in ["picture", "photo", "blood_type", "documents", "recorded", "deceased"] {
            assert!(!reply.text.contains(&format!("\"{member}\"")), "{path} shows {member}");
        }
    }
}

#[tokio::test]
async fn the_menus_hold_what_there_is_of_the_holder() {
    let world = World::new().await;
    let kinds = async |holder: &HolderWithSession| {
        let json = show(holder, "/me/documents").await.json();
        let kinds = |menu: &str| -> Vec<Value> {
            json[menu].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect()
        };
        (kinds("kependudukan"), kinds("lainnya"))
    };
    let (own, others) = kinds(&world.holder(SITI).await).await;
    assert_eq!(own, ["ktp-el", "kk"]);
    assert_eq!(
        others,
        [
            "bpjs-kesehatan",
            "bpjs-ketenagakerjaan",
            "bkn",
            "kemensos",
            "kpu",
            "kemendikbud",
            "vaksin",
            "npwp",
            "kendaraan"
        ]
    );
    let (own, others) = kinds(&world.holder(DEWI).await).await;
    assert_eq!((own.len(), others.len()), (2, 0), "no agency has anything on record");
}

#[tokio::test]
async fn each_document_names_its_agency_and_when_it_changed() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let menus = show(&holder, "/me/documents").await.json();
    for entry in ["kependudukan", "lainnya"].iter().flat_map(|menu| menus[menu].as_array().unwrap()) {
        let kind = entry["kind"].as_str().unwrap();
        let reply = show(&holder, &format!("/me/documents/{kind}")).await;
        assert_status(&reply, 200);
        let document = reply.json();
        for member in ["kind", "name", "issuer", "updated_at"] {
            assert_eq!(document[member], entry[member], "{kind}");
        }
    }
    let record = show(&holder, "/me/documents/bpjs-kesehatan").await.json();
    assert_eq!((&record["issuer"], &record["content"]["number"]), (&json!("BPJS Kesehatan"), &json!("0001234567890")));
    let card = show(&holder, "/me/documents/ktp-el").await.json();
    assert_eq!(card["content"]["nik"], SITI);
    let family = show(&holder, "/me/documents/kk").await.json();
    assert_eq!(family["content"]["number"], "3577010101100001");
}

#[tokio::test]
async fn what_no_agency_has_and_what_there_is_no_kind_of_are_told_apart() {
    let world = World::new().await;
    let holder = world.holder(DEWI).await;
    assert_problem(&show(&holder, "/me/documents/npwp").await, 404, "no-document");
    for kind in ["sim", "KTP-EL", "ktp-el%00", "..%2fkk"] {
        assert_problem(&show(&holder, &format!("/me/documents/{kind}")).await, 404, "not-found");
    }
}

#[tokio::test]
async fn the_names_of_documents_speak_the_holders_language() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let path = "/me/documents/kk";
    let proof = holder.phone.proof(&Method::GET, path, Some(&holder.session)).unwrap();
    let request = http::Request::get(format!("http://ikd.test{path}"))
        .header("authorization", format!("DPoP {}", holder.session.access_token))
        .header("dpop", proof)
        .header("accept-language", "en")
        .body(String::new())
        .unwrap();
    assert_eq!(world.send(request).await.member("/name").as_deref(), Some("Family card"));
    assert_eq!(show(&holder, path).await.member("/name").as_deref(), Some("Kartu Keluarga"));
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
