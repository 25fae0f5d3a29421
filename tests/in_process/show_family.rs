//! show-family: the members on the family card, and nothing that the card does not show.

use local::personas::{BUDI, DEWI, SITI, UNDER_17};
use serde_json::{Value, json};
use tests::{World, assert_status};

use super::show_biodata::show;

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
    assert_eq!(members().await, [head.clone(), wife.clone()], "a member who moved away is not on the card");
    world.change_resident(BUDI, |resident| resident.deceased = true).await;
    assert_eq!(members().await, [wife], "nor one who died");
    let reply = show(&holder, "/me/family").await;
    assert!(!reply.text.contains(DEWI), "nobody from another card");
}

#[tokio::test]
async fn of_the_family_nothing_is_shown_that_the_card_does_not_show() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for path in ["/me/family", "/me/documents/kk"] {
        let reply = show(&holder, path).await;
        for member in [
            "picture",
            "photo",
            "documents",
            "recorded",
            "deceased",
            "kitap_valid_until",
            "id_card_issued_in",
            "id_card_issued_on",
        ] {
            assert!(!reply.text.contains(&format!("\"{member}\"")), "{path} shows {member}");
        }
    }
}

#[tokio::test]
async fn of_the_family_everything_is_shown_that_the_card_shows() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for (path, members) in [("/me/family", "/members"), ("/me/documents/kk", "/content/members")] {
        let json = show(&holder, path).await.json();
        let wife = json.pointer(&format!("{members}/1")).unwrap();
        for (member, value) in [
            ("citizenship", json!("WNI")),
            ("education", json!("DIPLOMA IV/STRATA I")),
            ("blood_type", json!("O")),
            ("marriage_date", json!("2009-10-10")),
            ("marriage_recorded", json!(true)),
            ("father", json!("HARTONO")),
            ("mother", json!("SUMINI")),
            ("passport_number", json!(null)),
            ("kitap_number", json!(null)),
        ] {
            assert_eq!(wife.get(member), Some(&value), "{path} {member}");
        }
    }
    let card = show(&holder, "/me/documents/kk").await.json();
    assert_eq!(card["content"]["issue"]["issued_on"], "2024-02-19");
    assert_eq!(card["content"]["issue"]["official"], "CONTOH PEJABAT, S.STP, M.SI");
}
