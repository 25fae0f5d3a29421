//! activate: what is sent twice, by two presses, two tabs or a browser that repeats it, is one try.

use local::actors::{ActivationEmail, Browser};
use local::personas::SITI;
use serde_json::json;
use tests::{World, assert_problem, assert_status};

use super::activate::{use_up_all_tries_but_one, wrong};

/// A filled-in form, as *Ya* sends it.
async fn filled_in(world: &World, email: &ActivationEmail) -> Vec<(&'static str, String)> {
    let captcha = world.captcha(email).await;
    let answer = world.answer(email, &captcha);
    vec![
        ("token", email.token().to_owned()),
        ("code", email.code.clone()),
        ("captcha", captcha.member("/captcha").unwrap()),
        ("answer", answer),
        ("step", "activate".to_owned()),
    ]
}

/// Sends two forms at once; both say that the phone is active.
async fn assert_both_activate(world: &World, forms: [&[(&'static str, String)]; 2]) {
    let browser = world.browser();
    let press = async |form: &[(&'static str, String)]| {
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.submit("/activation", &fields).await.unwrap()
    };
    let (first, second) = tokio::join!(press(forms[0]), press(forms[1]));
    for page in [first, second, press(forms[0]).await] {
        assert_status(&page, 200);
        assert!(page.text.contains("Aktivasi berhasil"), "{}", page.text);
    }
}

#[tokio::test]
async fn two_presses_of_ya_and_two_tabs_both_say_activated() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let form = filled_in(&world, &approved.email).await;
    assert_both_activate(&world, [&form, &form]).await;
    let stored = world.stored_registration(&approved.registered.id);
    assert_eq!(stored["activation"]["M"]["tries"]["N"], "1", "one form is one try");

    let email = world.approved(local::personas::DEWI).await.email;
    let (one, other) = (filled_in(&world, &email).await, filled_in(&world, &email).await);
    assert_both_activate(&world, [&one, &other]).await;

    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    let challenge = serde_json::from_value(world.captcha(&email).await.json()["proof_of_work"].clone()).unwrap();
    let form = [
        ("token", email.token().to_owned()),
        ("code", email.code.clone()),
        ("proof_of_work", Browser::solve(challenge).unwrap()),
        ("step", "activate".to_owned()),
    ];
    assert_both_activate(&world, [&form, &form]).await;
}

#[tokio::test]
async fn the_last_try_pressed_twice_is_one_try() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    use_up_all_tries_but_one(&world, &email).await;
    let form = filled_in(&world, &email).await;
    assert_both_activate(&world, [&form, &form]).await;
}

#[tokio::test]
async fn the_last_try_in_two_tabs_is_one_try_whichever_is_faster() {
    for call in 1.. {
        let world = World::with_patience().await;
        let email = world.approved(SITI).await.email;
        use_up_all_tries_but_one(&world, &email).await;
        let (captcha, other) = (world.captcha(&email).await, world.captcha(&email).await);
        let (answer, other_answer) = (world.answer(&email, &captcha), world.answer(&email, &other));
        let gate = world.faults.hold(call);
        let (reply, has_call) = tokio::join!(
            async {
                let reply = world.activate_with(&email, &email.code, &captcha, &answer).await;
                gate.open();
                reply
            },
            async {
                let has_call = gate.has_call().await;
                if has_call {
                    // The other tab goes all the way while this one waits.
                    assert_status(&world.activate_with(&email, &email.code, &other, &other_answer).await, 200);
                    gate.open();
                }
                has_call
            }
        );
        assert_status(&reply, 200);
        if !has_call {
            assert!(call > 5, "the step made no five calls");
            return;
        }
    }
}

#[tokio::test]
async fn a_wrong_form_sent_again_counts_once_and_is_as_wrong_as_before() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let email = &approved.email;
    let captcha = world.captcha(email).await;
    let answer = world.answer(email, &captcha);
    for _ in 0..3 {
        let reply = world.activate_with(email, &wrong(&email.code), &captcha, &answer).await;
        assert_problem(&reply, 422, "activation-code-wrong");
    }
    let stored = world.stored_registration(&approved.registered.id);
    assert_eq!(stored["activation"]["M"]["tries"]["N"], "1");
    // With another code, or another spelling of the captcha, it is another try, and the captcha is used up.
    let reply = world.activate_with(email, &email.code, &captcha, &answer).await;
    assert_problem(&reply, 410, "captcha-expired");
    let body = json!({
        "token": email.token().to_lowercase(),
        "code": email.code,
        "captcha": captcha.member("/captcha").unwrap().to_lowercase(),
        "answer": answer,
    });
    assert_problem(&world.post_json("/activation", &body).await, 410, "captcha-expired");
    assert_status(&world.activate(email, &email.code).await, 200);
}
