//! A thousand guesses at once are no better than the allowed few, and the answers give nothing away.

use std::collections::BTreeMap;

use declaration::Need;
use ikd::app::{App, Clock};
use ikd::domain::Id;
use ikd::tokens::sealed::LinkToken;
use jiff::SignedDuration;
use local::actors::{ActivationEmail, Reply, document_hash};
use local::personas::{DECEASED, ELSEWHERE, NOT_RECORDED, SITI, UNDER_17, UNKNOWN};
use serde_json::json;
use tests::{HolderWithSession, PIN, World, assert_problem, assert_status};
use tokio::task::JoinSet;

const GUESSES: u32 = 1_000;

/// A thousand guesses at once take this machine longer than anybody else would wait.
const PATIENCE: [(&str, &str); 2] =
    [("IKD_AWS_TIMEOUT_MILLISECONDS", "25000"), ("IKD_ANSWER_WITHIN_MILLISECONDS", "25000")];

/// A world that waits, and in which captchas do not get in the way.
async fn world_without_captcha_limit() -> World {
    World::with(&[PATIENCE.as_slice(), &[("IKD_CAPTCHA_WRONG", "100")]].concat()).await
}

/// Makes all guesses at once; counts how many got which problem.
async fn guess<F>(guess: impl Fn(u32) -> F) -> BTreeMap<String, usize>
where
    F: Future<Output = Reply> + Send + 'static,
{
    let mut guesses = JoinSet::new();
    for number in 0..GUESSES {
        guesses.spawn(guess(number));
    }
    let mut problems = BTreeMap::new();
    for reply in guesses.join_all().await {
        *problems.entry(reply.problem().unwrap_or_else(|| reply.status.to_string())).or_default() += 1;
    }
    problems
}

/// How many guesses got one of these problems; nobody got any other.
#[track_caller]
fn assert_only(problems: &BTreeMap<String, usize>, known: &[&str]) {
    assert!(problems.keys().all(|problem| known.contains(&problem.as_str())), "{problems:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_pins_at_once_three_at_most_are_looked_at_and_the_lock_is_the_documented_one() {
    let world = World::with(&PATIENCE).await;
    let holder = world.holder(SITI).await;
    for (round, wait) in [15 * 60, 24 * 60 * 60].into_iter().enumerate() {
        let before = world.hashes_computed();
        let problems = guess(|number| {
            let phone = holder.phone.clone();
            async move { phone.log_in(&format!("{:06}", 500_000 + number)).await.unwrap() }
        })
        .await;
        assert_only(&problems, &["invalid-credentials", "pin-locked", "concurrent-requests", "service-unavailable"]);
        let looked_at = world.hashes_computed() - before;
        assert!((1..=3).contains(&looked_at), "{looked_at} hashes in round {round}: {problems:?}");
        // Whatever was left of the round is used up one by one.
        let reply = loop {
            let reply = holder.phone.log_in("908172").await.unwrap();
            if reply.problem().as_deref() != Some("invalid-credentials") {
                break reply;
            }
        };
        assert_eq!(world.hashes_computed() - before, 3);
        assert_problem(&reply, 423, "pin-locked");
        assert_eq!(reply.header("retry-after"), Some(wait.to_string().as_str()));
        assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 423, "pin-locked");
        world.pass(SignedDuration::from_secs(wait));
    }
}

#[tokio::test]
async fn guesses_by_login_change_pin_signature_and_erasure_share_one_count() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let before = world.hashes_computed();
    let reply = holder.phone.erase(&holder.session, "908172").await.unwrap();
    assert_problem(&reply, 401, "invalid-credentials");
    let reply = holder.phone.change_pin(&holder.session, "908172", "271828").await.unwrap();
    assert_problem(&reply, 401, "invalid-credentials");
    let reply = holder.phone.sign(&holder.session, &document_hash(b"A"), "908172").await.unwrap();
    assert_problem(&reply, 423, "pin-locked");
    assert_problem(&holder.phone.log_in(PIN).await.unwrap(), 423, "pin-locked");
    assert_eq!(world.hashes_computed() - before, 3);
}

/// A session begins with a right PIN, so that no step with one can meet more than the first lock.
#[tokio::test]
async fn the_third_wrong_pin_locks_at_every_step_that_asks_for_one() {
    let world = World::new().await;
    for step in ["erase", "erase by delete", "change", "sign"] {
        let HolderWithSession { phone, session, .. } = world.holder(SITI).await;
        for _ in 0..2 {
            assert_problem(&phone.log_in("908172").await.unwrap(), 401, "invalid-credentials");
        }
        let reply = match step {
            "erase" => phone.erase(&session, "908172").await,
            "erase by delete" => phone.erase_by_delete(&session, "908172").await,
            "change" => phone.change_pin(&session, "908172", "271828").await,
            _ => phone.sign(&session, &document_hash(b"A"), "908172").await,
        };
        let reply = reply.unwrap();
        assert_problem(&reply, 423, "pin-locked");
        assert_eq!(reply.header("retry-after"), Some("900"), "{step}");
        assert_problem(&phone.fetch(&session, "/me", "application/json").await.unwrap(), 401, "session-ended");
        assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    }
}

#[tokio::test]
async fn a_stranger_gets_the_same_answer_in_every_state_of_the_holder() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let stranger = world.phone();
    let answers = async || {
        let reply = stranger.log_in(PIN).await.unwrap();
        assert_problem(&reply, 401, "invalid-credentials");
        let mut json = reply.json();
        json.as_object_mut().unwrap().remove("instance");
        (json, reply.headers)
    };
    let while_active = answers().await;
    for _ in 0..3 {
        holder.phone.log_in("908172").await.unwrap();
    }
    assert_eq!(answers().await, while_active, "while the holder is locked");
    assert_status(&world.officer().block(SITI, "lost").await.unwrap(), 200);
    assert_eq!(answers().await, while_active, "while the holder is blocked");
}

#[tokio::test]
async fn a_known_and_an_unknown_phone_cost_the_same_work() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let stranger = world.phone();
    let cost = async |phone: &local::actors::Phone| {
        world.calls.take();
        let before = world.hashes_computed();
        assert_problem(&phone.log_in("908172").await.unwrap(), 401, "invalid-credentials");
        (world.calls.take(), world.hashes_computed() - before)
    };
    assert_eq!(cost(&holder.phone).await, cost(&stranger).await);
}

#[tokio::test]
async fn whatever_the_registry_has_against_a_registration_it_costs_the_same_work() {
    let world = World::new().await;
    let cost = async |nik: &str| {
        let phone = world.phone();
        world.calls.take();
        let reply = world.register(&phone, nik).await;
        assert_problem(&reply, 422, "not-eligible");
        let mut json = reply.json();
        json.as_object_mut().unwrap().remove("instance");
        (world.calls.take(), json, reply.headers)
    };
    let unknown = cost(UNKNOWN).await;
    for nik in [NOT_RECORDED, ELSEWHERE, DECEASED, UNDER_17] {
        assert_eq!(cost(nik).await, unknown);
    }
}

/// Captchas with their answers, made with the service's own key: a thousand pictures would only take time.
fn captcha(app: &App, link: &LinkToken, number: u32, now: jiff::Timestamp) -> (String, String) {
    let mut random = [0; 16];
    random[..4].copy_from_slice(&number.to_be_bytes());
    let (token, captcha) = app.seal().captcha(link, random, SignedDuration::from_mins(5), now).unwrap();
    (token.expose().to_owned(), captcha.answer().to_owned())
}

struct Guesser {
    world: World,
    email: ActivationEmail,
    registration: String,
    captchas: Vec<(String, String)>,
}

impl Guesser {
    async fn new(world: World) -> Self {
        let approved = world.approved(SITI).await;
        let app = world.app(&[Need::SealingKey]);
        let (link, ..) = app.seal().open_link(approved.email.token()).unwrap();
        let captchas = (0..=GUESSES).map(|number| captcha(&app, &link, number, world.clock.now())).collect();
        Self { world, email: approved.email, registration: approved.registered.id, captchas }
    }

    /// *Aktifkan* with a code and an answer.
    fn activate(&self, code: &str, captcha: &str, answer: &str) -> impl Future<Output = Reply> + Send + use<> {
        self.activate_behind(self.email.token(), code, captcha, answer)
    }

    fn activate_behind(
        &self,
        link: &str,
        code: &str,
        captcha: &str,
        answer: &str,
    ) -> impl Future<Output = Reply> + Send + use<> {
        let body = json!({ "token": link, "code": code, "captcha": captcha, "answer": answer });
        let request = http::Request::post("http://ikd.test/activation")
            .header("content-type", "application/json")
            .body(body.to_string())
            .unwrap();
        let api = self.world.api.clone();
        async move { api.send(request).await.unwrap() }
    }

    fn wrong_code(&self, number: u32) -> String {
        format!("{:06}", (self.email.code.parse::<u32>().unwrap() + 1 + number) % 1_000_000)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_codes_at_once_five_at_most_are_looked_at_and_then_the_code_is_dead() {
    let guesser = Guesser::new(world_without_captcha_limit().await).await;
    let problems = guess(|number| {
        let (captcha, answer) = &guesser.captchas[number as usize];
        guesser.activate(&guesser.wrong_code(number), captcha, answer)
    })
    .await;
    assert_only(
        &problems,
        &["activation-code-wrong", "activation-tries-used-up", "too-many-captchas", "service-unavailable"],
    );
    let looked_at = problems.get("activation-code-wrong").copied().unwrap_or_default();
    assert!((1..=5).contains(&looked_at), "{problems:?}");
    let stored = guesser.world.stored_registration(&guesser.registration);
    let tries: usize = stored["activation"]["M"]["tries"]["N"].as_str().unwrap().parse().unwrap();
    assert!((looked_at..=5).contains(&tries), "{looked_at} were looked at and {tries} counted");

    guesser.world.pass(SignedDuration::from_mins(15));
    for number in tries..5 {
        let unused = GUESSES + u32::try_from(number).unwrap();
        let reply = guesser.world.activate(&guesser.email, &guesser.wrong_code(unused)).await;
        assert_problem(&reply, 422, "activation-code-wrong");
    }
    let reply = guesser.world.activate(&guesser.email, &guesser.email.code).await;
    assert_problem(&reply, 409, "activation-tries-used-up");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_wrong_captchas_at_once_five_are_looked_at_and_the_link_rests_for_a_quarter_of_an_hour() {
    let guesser = Guesser::new(World::with(&PATIENCE).await).await;
    let problems = guess(|number| {
        let (captcha, _) = &guesser.captchas[number as usize];
        guesser.activate(&guesser.email.code, captcha, "wrong")
    })
    .await;
    assert_only(&problems, &["captcha-wrong", "too-many-captchas", "service-unavailable"]);
    assert!(problems["captcha-wrong"] <= 5, "{problems:?}");
    // Some may have been counted without an answer; the rest of the five is used up one by one.
    let mut number = GUESSES as usize;
    let (captcha, answer) = &guesser.captchas[number];
    let app = guesser.world.app(&[Need::SealingKey]);
    let (link, ..) = app.seal().open_link(guesser.email.token()).unwrap();
    let closed = loop {
        let (wrong, _) = self::captcha(&app, &link, u32::try_from(number).unwrap() + 1, guesser.world.clock.now());
        let reply = guesser.activate(&guesser.email.code, &wrong, "wrong").await;
        if reply.problem().as_deref() == Some("too-many-captchas") {
            break reply;
        }
        number += 1;
        assert!(number < GUESSES as usize + 5);
    };
    let wait: i64 = closed.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    let right = guesser.activate(&guesser.email.code, captcha, answer).await;
    assert_problem(&right, 429, "too-many-captchas");
    guesser.world.pass(SignedDuration::from_secs(wait));
    assert_status(&guesser.world.activate(&guesser.email, &guesser.email.code).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_answers_to_one_captcha_one_is_looked_at() {
    let guesser = Guesser::new(world_without_captcha_limit().await).await;
    let (captcha, _) = &guesser.captchas[0];
    let problems = guess(|number| guesser.activate(&guesser.email.code, captcha, &format!("wrong{number}"))).await;
    assert_only(&problems, &["captcha-wrong", "captcha-expired", "too-many-captchas", "service-unavailable"]);
    assert!(problems.get("captcha-wrong").copied().unwrap_or_default() <= 1, "{problems:?}");
}

/// A text with one character changed.
fn changed(text: &str, number: u32) -> String {
    let position = number as usize % text.len();
    let mut bytes = text.as_bytes().to_vec();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let there = letters.iter().position(|letter| *letter == bytes[position]).unwrap();
    bytes[position] = letters[(there + 1 + number as usize / text.len()) % letters.len()];
    String::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn none_of_a_thousand_tickets_opens_anything_or_reaches_the_database() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let officer = world.officer();
    assert_status(&officer.scan(&registered.ticket).await.unwrap(), 200);
    world.calls.take();
    let problems = guess(|number| {
        let (officer, ticket) = (officer.clone(), changed(&registered.ticket, number));
        async move { officer.scan(&ticket).await.unwrap() }
    })
    .await;
    assert_eq!(problems, BTreeMap::from([("ticket-unknown".to_owned(), GUESSES as usize)]));
    assert_eq!(world.calls.take().in_total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn none_of_a_thousand_links_opens_anything_or_reaches_the_database() {
    let guesser = Guesser::new(World::new().await).await;
    guesser.world.calls.take();
    let (captcha, answer) = &guesser.captchas[0];
    let problems = guess(|number| {
        let link = changed(guesser.email.token(), number);
        guesser.activate_behind(&link, &guesser.email.code, captcha, answer)
    })
    .await;
    assert_eq!(problems, BTreeMap::from([("link-dead".to_owned(), GUESSES as usize)]));
    assert_eq!(guesser.world.calls.take().in_total, 0);
}

#[tokio::test]
async fn ids_open_nothing_without_the_key_that_registered() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let stranger = world.phone();
    let unknown = Id::from_random([9; 16]);
    let answers = [
        stranger.check_status(&registered.id).await.unwrap(),
        stranger.check_status(unknown.as_str()).await.unwrap(),
        stranger.ask_for_another_email(&registered.id).await.unwrap(),
        stranger.ask_for_another_email(unknown.as_str()).await.unwrap(),
    ];
    let answers = answers.map(|reply| {
        assert_problem(&reply, 404, "not-found");
        let mut json = reply.json();
        json.as_object_mut().unwrap().remove("instance");
        json
    });
    assert!(answers.iter().all(|json| *json == answers[0]), "somebody else's registration looks like none");
}
