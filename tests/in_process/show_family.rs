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
        for member in ["picture", "photo", "blood_type", "documents", "recorded", "deceased"] {
            assert!(!reply.text.contains(&format!("\"{member}\"")), "{path} shows {member}");
        }
    }
}
