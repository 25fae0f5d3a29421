//! activate: captcha, code and confirmation, for people with and without eyes, scripts and patience.

use jiff::SignedDuration;
use local::actors::{ActivationEmail, Browser};
use local::personas::SITI;
use serde_json::json;
use tests::{EMAIL, World, assert_invalid, assert_problem, assert_status};

/// Another code of six digits.
pub fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn picture_and_code_make_the_phone_the_holders_device() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let reply = world.activate(&approved.email, &approved.email.code).await;
    assert_status(&reply, 200);
    assert_eq!(reply.json(), json!({ "stage": "active" }));
    let key = approved.registered.phone.key.thumbprint();
    let device = world.stored_device(key);
    assert!(device["pin_hash"]["S"].as_str().unwrap().starts_with("$argon2id$"));
    let holder = world.stored_holder(SITI);
    assert_eq!(holder["device"]["S"], key.as_str());
    let registration = world.stored_registration(&approved.registered.id);
    assert!(registration.get("expires_at").is_none(), "an active registration is kept");
}

#[tokio::test]
async fn the_page_leads_through_its_steps_without_javascript() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let (browser, email) = (world.browser(), &approved.email);
    let page = browser.open(&email.link).await.unwrap();
    assert_status(&page, 200);
    assert!(page.text.contains("Aktivasi") && page.text.contains("Aktifkan"));
    let captcha = Browser::field(&page.text, "captcha").unwrap();
    let seal = world.app(&[declaration::Need::SealingKey]);
    let (link, ..) = seal.seal().open_link(email.token()).unwrap();
    let answer = seal.seal().open_captcha(&link, &captcha).unwrap().1.answer().to_owned();

    let fields = |step| {
        [("token", email.token()), ("code", &email.code), ("captcha", &captcha), ("answer", &answer), ("step", step)]
    };
    let confirm = browser.submit("/activation", &fields("confirm")).await.unwrap();
    assert!(confirm.text.contains("Ya</button>"), "{}", confirm.text);
    let pending = approved.registered.phone.check_status(&approved.registered.id).await.unwrap();
    assert_eq!(pending.member("/stage").as_deref(), Some("approved"), "nothing happens before Ya");
    let done = browser.submit("/activation", &fields("activate")).await.unwrap();
    assert!(done.text.contains("Tutup"), "{}", done.text);
    assert!(browser.open(&email.link).await.unwrap().text.contains("Status: Aktif"));
    let again = browser.submit("/activation", &fields("activate")).await.unwrap();
    assert_status(&again, 200);
}

#[tokio::test]
async fn the_page_speaks_english_to_those_who_ask() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let page = world.browser().in_english().open(&approved.email.link).await.unwrap();
    assert!(page.text.contains("<html lang=\"en\">") && page.text.contains("Activation code"));
    let page = world.browser().open(&format!("{}&lang=en", approved.email.link)).await.unwrap();
    assert!(page.text.contains("<html lang=\"en\">"));
    let token = approved.email.token();
    let page = world.browser().submit("/captchas", &[("token", token), ("lang", "en")]).await.unwrap();
    assert!(page.text.contains("<html lang=\"en\">"));
}

#[tokio::test]
async fn every_page_leads_to_the_other_language() {
    const TO_ENGLISH: &str = "name=\"lang\" value=\"en\" lang=\"en\">English</button>";
    const TO_INDONESIAN: &str = "name=\"lang\" value=\"id\" lang=\"id\">Bahasa Indonesia</button>";

    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    let browser = world.browser();
    let form = browser.open(&email.link).await.unwrap().text;
    assert!(form.contains(TO_ENGLISH), "{form}");

    let proof = Browser::work(&form).unwrap();
    let entries = [("token", email.token()), ("code", &email.code), ("proof_of_work", &proof)];
    let with = |field, value| [&entries[..], &[(field, value)]].concat();
    let confirm = browser.submit("/activation", &with("step", "confirm")).await.unwrap().text;
    assert!(confirm.contains(TO_ENGLISH), "{confirm}");
    let english = browser.submit("/activation", &with("lang", "en")).await.unwrap().text;
    assert!(english.contains(TO_INDONESIAN) && english.contains("Activate now?"), "{english}");
    for (name, value) in entries {
        assert_eq!(Browser::field(&english, name).as_deref(), Some(value), "the entries go along");
    }

    let activated = browser.submit("/activation", &with("step", "activate")).await.unwrap().text;
    assert!(activated.contains(TO_ENGLISH) && activated.contains("Aktivasi berhasil"), "{activated}");
    let open = async |token, language| {
        browser.submit("/captchas", &[("token", token), ("lang", language)]).await.unwrap().text
    };
    let active = open(email.token(), "en").await;
    assert!(active.contains(TO_INDONESIAN) && active.contains("Status: Active"), "{active}");
    let dead_end = open("A", "en").await;
    assert!(dead_end.contains(TO_INDONESIAN) && dead_end.contains("Activation cannot continue"), "{dead_end}");
    assert!(open("A", "id").await.contains(TO_ENGLISH));
}

#[tokio::test]
async fn the_form_names_no_button_that_only_scripts_show() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    let form = world.browser().open(&email.link).await.unwrap().text;
    assert!(form.contains("id=\"work\" hidden"), "{form}");
    let picture = form.split_once("<img").unwrap().1.split_once('>').unwrap().0;
    let description = picture.split_once("alt=\"").unwrap().1;
    assert!(!description.is_empty() && !description.contains("tombol"), "{description}");
    assert!(form.contains("<noscript><p>Tidak dapat melihat gambar?"), "{form}");
}

#[tokio::test]
async fn the_page_may_load_nothing_and_tells_nobody_where_it_came_from() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let page = world.browser().open(&approved.email.link).await.unwrap();
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "no external asset");
}

#[tokio::test]
async fn a_mail_scanner_that_opens_the_link_changes_nothing_and_uses_nothing_up() {
    let world = World::new().await;
    let approved = world.approved(SITI).await;
    let before = (world.items("identities"), world.items("challenges"));
    for _ in 0..20 {
        assert_status(&world.browser().open(&approved.email.link).await.unwrap(), 200);
    }
    assert_eq!((world.items("identities"), world.items("challenges")), before);
    assert_status(&world.activate(&approved.email, &approved.email.code).await, 200);
}

#[tokio::test]
async fn a_proof_of_work_serves_in_place_of_the_picture_and_serves_once() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    let captcha = world.captcha(&email).await;
    let challenge = serde_json::from_value(captcha.json()["proof_of_work"].clone()).unwrap();
    let proof = Browser::solve(challenge).unwrap();
    let with = async |code: &str, proof: &str| {
        world.post_json("/activation", &json!({ "token": email.token(), "code": code, "proof_of_work": proof })).await
    };
    assert_problem(&with(&wrong(&email.code), &proof).await, 422, "activation-code-wrong");
    assert_problem(&with(&email.code, &proof).await, 410, "captcha-expired");
    assert_problem(&with(&email.code, "bm9uc2Vuc2U=").await, 422, "captcha-wrong");

    let fresh =
        Browser::solve(serde_json::from_value(world.captcha(&email).await.json()["proof_of_work"].clone()).unwrap());
    let fresh = fresh.unwrap();
    world.pass(SignedDuration::from_mins(5));
    assert_problem(&with(&email.code, &fresh).await, 410, "captcha-expired");
    let challenge = serde_json::from_value(world.captcha(&email).await.json()["proof_of_work"].clone()).unwrap();
    assert_status(&with(&email.code, &Browser::solve(challenge).unwrap()).await, 200);
}

#[tokio::test]
async fn a_proof_of_work_that_was_not_done_or_was_done_for_another_link_is_worth_nothing() {
    let world = World::new().await;
    let siti = world.approved(SITI).await.email;
    let captcha = world.captcha(&siti).await.json()["proof_of_work"].clone();
    let unsolved = json!({ "challenge": captcha, "solution": { "counter": 0, "derivedKey": "00".repeat(32) } });
    let unsolved = data_encoding::BASE64.encode(unsolved.to_string().as_bytes());
    let body = json!({ "token": siti.token(), "code": siti.code, "proof_of_work": unsolved });
    assert_problem(&world.post_json("/activation", &body).await, 422, "captcha-wrong");

    let registered = world.registered(local::personas::BUDI).await;
    assert_status(&world.officer().approve(&registered.ticket).await.unwrap(), 200);
    world.deliver().await;
    let budi = world.activation_email(EMAIL);
    let solved = Browser::solve(serde_json::from_value(captcha).unwrap()).unwrap();
    let body = json!({ "token": budi.token(), "code": budi.code, "proof_of_work": solved });
    assert_problem(&world.post_json("/activation", &body).await, 422, "captcha-wrong");
}

#[tokio::test]
async fn a_picture_serves_once_for_five_minutes_and_for_its_own_link() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    let captcha = world.captcha(&email).await;
    let answer = world.answer(&email, &captcha);
    let reply = world.activate_with(&email, &wrong(&email.code), &captcha, &answer).await;
    assert_problem(&reply, 422, "activation-code-wrong");
    let reply = world.activate_with(&email, &email.code, &captcha, &answer).await;
    assert_problem(&reply, 410, "captcha-expired");

    let captcha = world.captcha(&email).await;
    let answer = world.answer(&email, &captcha);
    world.pass(SignedDuration::from_mins(5));
    let reply = world.activate_with(&email, &email.code, &captcha, &answer).await;
    assert_problem(&reply, 410, "captcha-expired");
}

/// Four wrong codes, none of them twice.
pub async fn use_up_all_tries_but_one(world: &World, email: &ActivationEmail) {
    let mut code = email.code.clone();
    for _ in 0..4 {
        code = wrong(&code);
        assert_problem(&world.activate(email, &code).await, 422, "activation-code-wrong");
    }
}

#[tokio::test]
async fn five_wrong_captchas_close_a_link_for_the_quarter_of_an_hour_and_right_ones_do_not_count() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    let reply = world.activate(&email, &wrong(&email.code)).await;
    assert_problem(&reply, 422, "activation-code-wrong");
    for _ in 0..5 {
        let captcha = world.captcha(&email).await;
        let reply = world.activate_with(&email, &email.code, &captcha, "?????").await;
        assert_problem(&reply, 422, "captcha-wrong");
    }
    let reply = world.activate(&email, &email.code).await;
    assert_problem(&reply, 429, "too-many-captchas");
    let wait: i64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait));
    world.pass(SignedDuration::from_secs(wait));
    assert_status(&world.activate(&email, &email.code).await, 200);
}

#[tokio::test]
async fn five_wrong_codes_use_the_code_up() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    use_up_all_tries_but_one(&world, &email).await;
    // The same code is one try, in any number of tabs.
    for _ in 0..3 {
        let reply = world.activate(&email, &wrong(&email.code)).await;
        assert_problem(&reply, 422, "activation-code-wrong");
    }
    assert_problem(&world.activate(&email, &email.code).await, 409, "activation-tries-used-up");
    assert_status(&world.browser().open(&email.link).await.unwrap(), 409);
}

#[tokio::test]
async fn a_code_ends_after_24_hours() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    world.pass(SignedDuration::from_hours(24));
    assert_problem(&world.activate(&email, &email.code).await, 410, "activation-code-expired");
    assert_status(&world.browser().open(&email.link).await.unwrap(), 410);
}

#[tokio::test]
async fn wrong_input_is_shown_above_the_form_with_a_new_picture() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    let fields = [("token", email.token()), ("code", "12"), ("captcha", "x"), ("answer", "y"), ("step", "activate")];
    let page = world.browser().submit("/activation", &fields).await.unwrap();
    assert_status(&page, 422);
    assert!(page.text.contains("role=\"alert\"") && page.text.contains("data:image/png;base64,"));
    for pages in ["", "A", "\"><script>alert(1)</script>"] {
        let page = world.browser().submit("/activation", &[("token", pages), ("step", "activate")]).await.unwrap();
        assert!(!page.text.contains("<script>alert"), "{}", page.text);
    }
}

#[tokio::test]
async fn programs_get_problems() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    let reply = world.post_json("/activation", &json!({ "token": email.token(), "code": "12", "answer": "a" })).await;
    assert_invalid(&reply, &["/answer"]);
    let captcha = world.captcha(&email).await;
    let reply = world.activate_with(&email, "12", &captcha, "abcde").await;
    assert_invalid(&reply, &["/code"]);
    assert_problem(&world.post_json("/captchas", &json!({ "token": "A" })).await, 404, "link-dead");
    assert_problem(
        &world.post_json("/activation", &json!({ "token": "A", "code": email.code, "proof_of_work": "x" })).await,
        404,
        "link-dead",
    );
    let reply = world.activate_with(&email, &email.code, &captcha, "abcde").await;
    assert_problem(&reply, 422, "captcha-wrong");
}

#[tokio::test]
async fn a_key_that_became_a_device_in_the_meantime_is_not_bound_twice() {
    let world = World::new().await;
    // One phone registers two residents; the second activation finds its key bound.
    let first = world.registered(SITI).await;
    let reply = world.register(&first.phone, local::personas::BUDI).await;
    let second = reply.member("/ticket/text").unwrap();
    let officer = world.officer();
    for ticket in [&first.ticket, &second] {
        assert_status(&officer.approve(ticket).await.unwrap(), 200);
        world.deliver().await;
        let email = world.activation_email(EMAIL);
        let reply = world.activate(&email, &email.code).await;
        if *ticket == first.ticket {
            assert_status(&reply, 200);
        } else {
            assert_problem(&reply, 409, "key-already-bound");
        }
    }
}
