//! show-documents: the two menus, and each document in them. Prints are in printed_documents.rs.

use http::Method;
use local::personas::{DEWI, SITI};
use serde_json::{Value, json};
use tests::{HolderWithSession, World, assert_problem, assert_status};

use super::show_biodata::show;

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
