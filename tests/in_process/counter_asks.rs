//! The counter's library where the holder is asked: the clerk has the digits, and the answer is this attempt's alone.

use std::time::Duration;

use counter::{Answer, Counter, Kind, Question};
use jiff::SignedDuration;
use local::actors::Reply;
use serde_json::{Value, json};
use tests::{HolderWithSession, Mishap, PIN, assert_status};

use super::counter_client::{Desk, ID, attempt, refused, verified};

const REDEMPTIONS: &str = "/redemptions";
/// Where the answers of holders are.
const ANSWERS: &str = "/redemptions/";

/// A counter that has scanned a code whose holder is asked.
struct Asked {
    desk: Desk,
    holder: HolderWithSession,
    counter: Counter,
    id: String,
}

impl Asked {
    async fn at(desk: Desk) -> Self {
        let (holder, counter) = (desk.siti().await, desk.started());
        let minted = holder.mint_reply(&json!({ "consent": "at-scan" })).await;
        let id = attempt(&counter, &minted.member("/token").unwrap());
        Self { desk, holder, counter, id }
    }

    async fn ask(&self) -> Answer {
        self.counter.ask(&self.id, ID).await.unwrap()
    }

    /// The question, as the counter hears it.
    async fn question(&self) -> Question {
        awaited(self.ask().await)
    }

    /// What the holder answers on the phone.
    async fn holder_answers(&self, answer: Value) -> Reply {
        let phone = &self.holder.phone;
        let mut body = answer;
        body["redemption_id"] = phone.check_qr(&self.holder.session).await.unwrap().json()["redemption_id"].clone();
        let reply = phone.answer_scan(&self.holder.session, &body).await.unwrap();
        assert_status(&reply, 200);
        reply
    }

    async fn holder_allows(&self, digits: &str) {
        let allowed = json!({ "answer": "allow", "digits": digits, "pin": PIN, "claims": ["name"] });
        self.holder_answers(allowed).await;
    }

    /// The paths of the redemptions that came.
    fn paths(&self) -> Vec<String> {
        let came = self.desk.wire.came().into_iter().map(|came| came.path);
        came.filter(|path| path.starts_with(REDEMPTIONS)).collect()
    }
}

#[track_caller]
fn awaited(answer: Answer) -> Question {
    match answer {
        Answer::Awaited(question) => question,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_clerk_has_the_digits_and_what_the_holder_allows_is_verified() {
    let asked = Asked::at(Desk::new("asks").await).await;
    let question = asked.question().await;
    assert_eq!((question.digits.len(), question.seconds_left, question.retry_after), (2, 60, 1));
    asked.desk.world.pass(SignedDuration::from_secs(20));
    let again = asked.question().await;
    assert_eq!((&again.digits, again.seconds_left), (&question.digits, 40));
    let paths = asked.paths();
    assert_eq!(paths[0], REDEMPTIONS);
    assert!(paths[1].len() > ANSWERS.len() && paths[1].starts_with(ANSWERS), "asked where the service said: {paths:?}");

    asked.holder_allows(&question.digits).await;
    // It is heard more than a minute after the scan, and is no repetition all the same.
    asked.desk.world.pass(SignedDuration::from_secs(45));
    let answer = verified(asked.ask().await);
    assert_eq!((Value::Object(answer.claims), answer.repeated), (json!({ "name": "SITI AMINAH" }), false));
    assert!(answer.not_given.contains(&"nik".to_owned()));
    assert_eq!(answer.redemption_id, question.redemption_id);
    asked.counter.shown(&asked.id).unwrap();
    assert_eq!(asked.desk.number_of_files(), 0);
}

#[tokio::test]
async fn a_holder_who_refuses_or_is_silent_gives_nothing_and_a_new_code_is_asked_for() {
    let asked = Asked::at(Desk::new("refuses").await).await;
    asked.question().await;
    asked.holder_answers(json!({ "answer": "refuse" })).await;
    let refusal = refused(asked.ask().await);
    assert_eq!((refusal.problem.as_str(), refusal.kind, refusal.used_up), ("holder-declined", Kind::ScanAgain, true));

    let asked = Asked::at(Desk::new("silent").await).await;
    asked.question().await;
    asked.desk.world.pass(SignedDuration::from_secs(60));
    let refusal = refused(asked.ask().await);
    assert_eq!((refusal.problem.as_str(), refusal.kind), ("holder-did-not-answer", Kind::ScanAgain));
}

#[tokio::test]
async fn a_restart_between_scan_and_answer_goes_on_with_the_same_question() {
    let mut asked = Asked::at(Desk::new("asks-restart").await).await;
    let question = asked.question().await;
    asked.counter = asked.desk.started();
    assert_eq!(asked.counter.open().unwrap().len(), 1);
    let again = asked.question().await;
    assert_eq!((again.digits, &again.redemption_id), (question.digits.clone(), &question.redemption_id));

    // The holder answers while the program does not run.
    asked.holder_allows(&question.digits).await;
    asked.counter = asked.desk.started();
    assert_eq!(verified(asked.ask().await).claims["name"], "SITI AMINAH");
}

#[tokio::test]
async fn a_lost_network_meanwhile_loses_no_answer() {
    let asked = Asked::at(Desk::new("asks-lost").await).await;
    // The first answer is lost, so the counter does not know yet that the holder is asked.
    asked.desk.wire.plan(REDEMPTIONS, Mishap::AnswerLost);
    assert!(matches!(asked.ask().await, Answer::Unanswered(_)));
    let question = asked.question().await;
    asked.holder_allows(&question.digits).await;
    for mishap in [Mishap::RequestLost, Mishap::AnswerLost, Mishap::AnswerCut] {
        asked.desk.wire.plan(ANSWERS, mishap.clone());
        match asked.ask().await {
            Answer::Unanswered(unanswered) => assert!(unanswered.perhaps_used, "{mishap:?}"),
            other => panic!("{mishap:?}: {other:?}"),
        }
    }
    assert_eq!(verified(asked.ask().await).claims["name"], "SITI AMINAH");
}

#[tokio::test]
async fn whoever_waits_hears_the_answer_as_soon_as_the_service_lets_it_be_asked_for() {
    let asked = Asked::at(Desk::new("asks-wait").await).await;
    let question = asked.question().await;
    asked.desk.wire.plan(ANSWERS, Mishap::AnswerLost);
    let (waited, ()) = tokio::join!(
        asked.counter.wait_for_holder(&asked.id, &question, ID, &[Duration::ZERO]),
        asked.holder_allows(&question.digits)
    );
    assert_eq!(verified(waited.unwrap()).claims["name"], "SITI AMINAH");
}

#[tokio::test]
async fn a_token_follows_no_address_that_leads_elsewhere() {
    let asked = Asked::at(Desk::new("asks-elsewhere").await).await;
    for elsewhere in ["https://evil.example/redemptions/A", "//evil.example/redemptions/A", "http://ikd.test:81/"] {
        asked.desk.wire.plan(REDEMPTIONS, Mishap::Relocated(elsewhere));
        asked.question().await;
        asked.desk.wire.came();
    }
    let question = asked.question().await;
    assert_eq!(asked.paths(), [REDEMPTIONS], "it asks again as it did before");
    asked.holder_allows(&question.digits).await;
    verified(asked.ask().await);
}

#[tokio::test]
async fn a_question_that_cannot_be_read_is_no_question() {
    let asked = Asked::at(Desk::new("asks-unreadable").await).await;
    for alter in [
        (|text| text.replace("\"digits\":\"", "\"digits\":\"<b>")) as fn(&str) -> String,
        |text| text.replace("digits", "digit"),
        |text| text.replace("answer_until\":\"2", "answer_until\":\""),
    ] {
        asked.desk.wire.plan(REDEMPTIONS, Mishap::Altered(alter));
        assert!(matches!(asked.ask().await, Answer::Unanswered(_)));
    }
    asked.question().await;
}
