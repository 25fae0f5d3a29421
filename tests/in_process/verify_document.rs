//! verify-document: anyone learns whether a printed document was issued.

use http::Request;
use jiff::SignedDuration;
use local::personas::SITI;
use serde_json::json;
use tests::{World, assert_problem, assert_status};

use super::printed_documents::{PDF, check, codes, fetch};

#[tokio::test]
async fn what_is_on_record_of_a_document_says_nothing_of_its_holder() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    fetch(&holder, "kk", PDF).await;
    let items = world.items("documents");
    assert_eq!(items.len(), 1);
    let mut names: Vec<&String> = items[0].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["expires_at", "id", "issued_at", "kind"]);
    assert!(!items[0].to_string().contains(SITI));
}

#[tokio::test]
async fn a_document_is_known_for_a_year_and_invented_ones_never_are() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let address = codes(&fetch(&holder, "ktp-el", PDF).await.bytes).remove(0);
    for invented in ["AEAQCAIBAEAQCAIBAEAQCAIBAE", "x", "..%2F..", &address[34..]] {
        let answer = check(&world, &format!("http://ikd.test/documents/verify/{invented}")).await;
        assert_eq!(answer, json!({ "genuine": false }), "{invented}");
    }
    world.pass(SignedDuration::from_hours(365 * 24));
    assert_eq!(check(&world, &address).await, json!({ "genuine": false }));
}

#[tokio::test]
async fn whoever_types_the_printed_address_learns_the_same_as_whoever_scans_it() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let address = codes(&fetch(&holder, "ktp-el", PDF).await.bytes).remove(0);
    let scanned = check(&world, &address).await;
    assert_eq!(scanned["genuine"], true);
    let (folder, code) = address.rsplit_once('/').unwrap();
    let grouped: Vec<&str> = [&code[..8], &code[8..16], &code[16..]].into();
    for typed in [
        code.to_lowercase(),
        grouped.join("-"),
        grouped.join("%20"),
        format!("{code}%0D%0A"),
        code.replace('O', "0").replace('I', "1").replace('B', "8"),
    ] {
        assert_eq!(check(&world, &format!("{folder}/{typed}")).await, scanned, "{typed}");
    }
}

#[tokio::test]
async fn whoever_scans_the_code_with_a_camera_gets_a_page_in_their_language() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let address = codes(&fetch(&holder, "ktp-el", PDF).await.bytes).remove(0);
    let open = async |address: &str, language: &str| {
        let request = Request::get(address)
            .header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .header("accept-language", language);
        let reply = world.send(request.body(String::new()).unwrap()).await;
        assert_status(&reply, 200);
        assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        reply.text
    };
    assert!(open(&address, "id").await.contains("Dokumen dengan kode ini pernah diterbitkan"));
    assert!(open(&address, "en").await.contains("A document with this code was issued"));
    let invented = "http://ikd.test/documents/verify/AEAQCAIBAEAQCAIBAEAQCAIBAE";
    assert!(open(invented, "id").await.contains("Dokumen ini tidak dikenal"));
    for (language, other, name) in [("id", "en", "English"), ("en", "id", "Bahasa Indonesia")] {
        let page = open(&address, language).await;
        let switch =
            format!("<a id=\"language\" href=\"?lang={other}\" lang=\"{other}\" hreflang=\"{other}\">{name}</a>");
        assert!(page.contains(&switch), "{page}");
        assert_eq!(open(&format!("{address}?lang={other}"), language).await, open(&address, other).await);
        assert_eq!(open(&format!("{address}?lang=fr"), language).await, page, "an unknown one counts as not sent");
    }
    let request = Request::get(&address).header("accept", PDF).body(String::new()).unwrap();
    assert_problem(&world.send(request).await, 406, "not-acceptable");
}

#[tokio::test]
async fn the_page_has_what_its_script_needs_to_judge_a_code() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let address = codes(&fetch(&holder, "ktp-el", PDF).await.bytes).remove(0);
    let (_, name) = address.rsplit_once('/').unwrap();
    let typed = address.to_lowercase();
    for (address, document, issued) in [
        (address.as_str(), name, true),
        (typed.as_str(), name, true),
        ("http://ikd.test/documents/verify/AEAQCAIBAEAQCAIBAEAQCAIBAE", "AEAQCAIBAEAQCAIBAEAQCAIBAE", false),
        ("http://ikd.test/documents/verify/x", "", false),
    ] {
        let request = Request::get(address).header("accept", "text/html").body(String::new()).unwrap();
        let page = world.send(request).await.text;
        let expected = format!("<main data-document=\"{document}\" data-issued=\"{issued}\" data-now=\"1795323600\" ");
        assert!(page.contains(&expected), "{page}");
        for (attribute, set) in [("data-keys", "jwks.json"), ("data-retired-keys", "retired-keys.json")] {
            let address = format!("http://ikd.test/.well-known/{set}");
            let published = world.send(Request::get(address).body(String::new()).unwrap()).await.text;
            let escaped = published.replace('"', "&#34;");
            assert!(page.contains(&format!("{attribute}=\"{escaped}\"")), "{page}");
        }
    }
}
