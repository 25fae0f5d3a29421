//! show-integrator: an integrator reads its own registration, and nobody else's.

use ikd::domain::integrator::Integrator as Registered;
use ikd::domain::text::Label;
use local::actors::{Integrator, Reply};
use local::personas::{BANK, Organisation, SHOP};
use serde_json::json;
use tests::{World, assert_problem, assert_status};

use super::faults::survives;

async fn shown(integrator: &Integrator) -> Reply {
    integrator.registration(&integrator.token().await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn each_integrator_reads_its_own_name_purposes_and_claims() {
    let world = World::new().await;
    let shop = shown(&world.integrator(SHOP)).await;
    assert_status(&shop, 200);
    let expected = json!({
        "client_id": "toko-pahlawan",
        "name": "Toko Pahlawan",
        "purposes": [{ "name": "age-check", "label": { "id": "Pemeriksaan usia", "en": "Age check" } }],
        "claims": ["age_over_17"],
    });
    assert_eq!(shop.json(), expected, "neither keys nor anything else");
    let bank = shown(&world.integrator(BANK)).await.json();
    let purposes: Vec<_> =
        bank["purposes"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!((&bank["name"], purposes), (&json!("Bank Madiun"), vec!["account-opening", "customer-due-diligence"]));
}

#[tokio::test]
async fn what_operators_change_shows_at_once() {
    let world = World::new().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    let register = async |change: fn(&mut Registered)| {
        let mut registered = BANK.registered(&bank.key);
        change(&mut registered);
        world.database.register(&registered).await.unwrap();
    };
    register(|registered| {
        let label = Label { id: "Pinjaman".to_owned(), en: "Loan".to_owned() };
        registered.purposes = [("loan".to_owned(), label)].into();
    })
    .await;
    let reply = bank.registration(&token).await.unwrap();
    assert_eq!(reply.json()["purposes"], json!([{ "name": "loan", "label": { "id": "Pinjaman", "en": "Loan" } }]));

    register(|registered| registered.enabled = false).await;
    let refused = bank.registration(&token).await.unwrap();
    assert_problem(&refused, 403, "integrator-disabled");
    assert!(refused.member("/redemption_id").is_none(), "no redemption was tried");
}

#[tokio::test]
async fn an_integrator_that_was_never_registered_here_is_refused_like_a_disabled_one() {
    const STRANGER: Organisation = Organisation { client_id: "lembaga-lain", ..BANK };

    let world = World::new().await;
    let key = world.integrator(BANK).key;
    let stranger = Integrator::new(world.api.clone(), world.clock.clone(), STRANGER.client_id, key);
    world.database.register(&STRANGER.registered(&stranger.key)).await.unwrap();
    let token = stranger.token().await.unwrap();
    world.delete("integrators", ("client_id", STRANGER.client_id));
    assert_problem(&stranger.registration(&token).await.unwrap(), 403, "integrator-disabled");
}

#[tokio::test]
async fn a_registration_can_be_read_again_whatever_failed() {
    survives(
        async |world, _| {
            let bank = world.integrator(BANK);
            let token = bank.token().await.unwrap();
            (bank, token)
        },
        async |_, (bank, token)| bank.registration(token).await.unwrap(),
        async |_, _, answer| assert_eq!(answer.member("/name").as_deref(), Some("Bank Madiun")),
    )
    .await;
}
