//! The counter's library: no answer is lost, no code is used up for nothing, and nothing is believed that is not signed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use counter::{
    Answer, ClientKey, Clock, Counter, Journal, JournalError, Kind, Language, NotTaken, Refusal, Service, ServiceError,
    Setup, Taken, Verified,
};
use ikd::domain::claims::Claim;
use ikd::domain::integrator::Integrator as Registered;
use jiff::{SignedDuration, Timestamp};
use local::actors::KeyPair;
use local::personas::{BANK, BUDI, DISABLED, HOSPITAL, Organisation, SHOP, SITI};
use serde_json::{Value, json};
use tests::{Came, HolderWithSession, Mishap, TestClock, Wire, World};
use url::Url;

const REDEMPTIONS: &str = "/redemptions";
pub const PURPOSE: &str = "account-opening";
pub const ID: Language = Language::Indonesian;

/// A world with a counter in it.
pub struct Desk {
    pub world: World,
    pub wire: Wire,
    folder: PathBuf,
    organisation: Organisation,
}

/// This machine's clock, which may be wrong.
struct Own(Arc<TestClock>, SignedDuration);

impl Clock for Own {
    fn now(&self) -> Timestamp {
        ikd::app::Clock::now(&*self.0) + self.1
    }
}

impl Desk {
    pub async fn new(name: &str) -> Self {
        Self::of(name, BANK).await
    }

    pub async fn of(name: &str, organisation: Organisation) -> Self {
        let world = World::new().await;
        let wire = Wire::of(&world).await;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("counter").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        Self { world, wire, folder, organisation }
    }

    /// The counter after a start: with what the last one left on the disk.
    pub fn started(&self) -> Counter {
        self.started_with(self.world.integrator(self.organisation).key.pem(), SignedDuration::ZERO)
    }

    fn started_with(&self, pem: &str, clock_ahead: SignedDuration) -> Counter {
        self.start(pem, clock_ahead).unwrap()
    }

    fn start(&self, pem: &str, clock_ahead: SignedDuration) -> Result<Counter, JournalError> {
        let key = ClientKey::from_pem(pem).unwrap();
        let journal = Journal::open(&self.folder, &key).unwrap();
        let setup = Setup {
            clock: Arc::new(Own(self.world.clock.clone(), clock_ahead)),
            http: Some(self.wire.client()),
            ..Setup::new(Url::parse("http://ikd.test/").unwrap(), self.organisation.client_id.to_owned(), key)
        };
        Counter::new(Service::new(setup).unwrap(), journal)
    }

    pub async fn siti(&self) -> HolderWithSession {
        self.world.holder(SITI).await
    }

    /// The files that the counter has on the disk.
    fn files(&self) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(&self.folder).unwrap();
        files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    /// How many files the counter has on the disk.
    pub fn number_of_files(&self) -> usize {
        self.files().len()
    }

    /// The keys of the redemptions that came.
    fn keys_that_came(&self) -> Vec<String> {
        let redemptions = self.wire.came().into_iter().filter(|came| came.path == REDEMPTIONS);
        redemptions.map(|came| came.idempotency_key.expect("a key")).collect()
    }
}

#[track_caller]
pub fn attempt(counter: &Counter, text: &str) -> String {
    match counter.take(text, PURPOSE).unwrap() {
        Taken::Attempt { id } => id,
        Taken::Before { .. } => panic!("scanned before"),
    }
}

#[track_caller]
pub fn verified(answer: Answer) -> Verified {
    match answer {
        Answer::Verified(verified) => *verified,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub fn refused(answer: Answer) -> Refusal {
    match answer {
        Answer::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_scanned_code_is_verified_and_forgotten_when_its_answer_was_shown() {
    let desk = Desk::new("verified").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    let id = attempt(&counter, &format!("{}\r\n", holder.mint().await.token.to_lowercase()));
    let answer = verified(counter.ask(&id, ID).await.unwrap());
    assert_eq!((&answer.claims["name"], &answer.claims["nik"]), (&json!("SITI AMINAH"), &json!(SITI)));
    assert_eq!((answer.not_given, answer.repeated), (vec!["gender".to_owned()], false));
    assert_eq!(desk.files().len(), 1, "the answer may not have been shown");
    counter.shown(&id).unwrap();
    assert!(desk.files().is_empty() && counter.open().unwrap().is_empty());
    assert!(counter.ask(&id, ID).await.is_err(), "it is forgotten");
}

#[tokio::test]
async fn whatever_happens_on_the_way_the_same_attempt_gets_its_answer_in_the_end() {
    let desk = Desk::new("mishaps").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    counter.registration(ID).await.unwrap();
    let refused = |status, retry_after| Mishap::Refused { status, retry_after };
    for (mishap, retry_after) in [
        (Mishap::RequestLost, None),
        (Mishap::AnswerLost, None),
        (Mishap::AnswerCut, None),
        (Mishap::Altered(|_| "<html>".to_owned()), None),
        (refused(429, Some(7)), Some(7)),
        (refused(500, None), None),
        (refused(502, None), None),
        (refused(503, Some(2)), Some(2)),
        (refused(504, None), None),
        (refused(404, None), None),
    ] {
        desk.wire.came();
        desk.wire.plan(REDEMPTIONS, mishap.clone());
        let id = attempt(&counter, &holder.mint().await.token);
        match counter.ask(&id, ID).await.unwrap() {
            Answer::Unanswered(unanswered) => {
                assert_eq!((unanswered.perhaps_used, unanswered.retry_after), (true, retry_after), "{mishap:?}");
            }
            other => panic!("{mishap:?}: {other:?}"),
        }
        let answer = verified(counter.ask(&id, ID).await.unwrap());
        assert_eq!(answer.claims["name"], "SITI AMINAH");
        assert_eq!(desk.keys_that_came(), [id.clone(), id.clone()], "one key for one attempt");
        counter.shown(&id).unwrap();
    }
}

#[tokio::test]
async fn patience_asks_until_there_is_an_answer_and_says_when_there_is_none() {
    const PAUSES: [Duration; 2] = [Duration::ZERO; 2];

    let desk = Desk::new("patience").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    let id = attempt(&counter, &holder.mint().await.token);
    for _ in 0..3 {
        desk.wire.plan(REDEMPTIONS, Mishap::AnswerLost);
    }
    assert!(matches!(counter.ask_patiently(&id, ID, &PAUSES).await.unwrap(), Answer::Unanswered(_)));
    assert_eq!(counter.open().unwrap().len(), 1);
    verified(counter.ask_patiently(&id, ID, &PAUSES).await.unwrap());
}

#[tokio::test]
async fn where_no_token_was_given_nothing_has_been_sent() {
    let desk = Desk::new("no-token").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    desk.wire.plan("/oauth2/token", Mishap::Refused { status: 503, retry_after: Some(3) });
    let id = attempt(&counter, &holder.mint().await.token);
    match counter.ask(&id, ID).await.unwrap() {
        Answer::Unanswered(unanswered) => {
            assert_eq!((unanswered.perhaps_used, unanswered.retry_after), (false, Some(3)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.keys_that_came(), [""; 0]);
    verified(counter.ask(&id, ID).await.unwrap());
}

#[tokio::test]
async fn an_attempt_survives_a_restart_and_nobody_else_can_read_it() {
    let desk = Desk::new("restart").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    let code = holder.mint().await.token;
    desk.wire.plan(REDEMPTIONS, Mishap::AnswerLost);
    let id = attempt(&counter, &code);
    assert!(matches!(counter.ask(&id, ID).await.unwrap(), Answer::Unanswered(_)));
    drop(counter);

    let files = desk.files();
    assert_eq!(files.len(), 1);
    let file = String::from_utf8_lossy(&files[0]);
    assert!(![code.as_str(), PURPOSE, &id].iter().any(|text| file.contains(text)), "it can be read");
    #[cfg(unix)]
    for path in [desk.folder.clone(), desk.folder.join(format!("{id}.attempt"))] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }

    // The code's own time is over by now.
    desk.world.pass(SignedDuration::from_mins(30));
    let counter = desk.started();
    let open = counter.open().unwrap();
    assert_eq!(open.iter().map(|open| (&open.id, open.purpose.as_str())).collect::<Vec<_>>(), [(&id, PURPOSE)]);
    let answer = verified(counter.ask(&id, ID).await.unwrap());
    assert_eq!((&answer.claims["name"], answer.repeated), (&json!("SITI AMINAH"), true));
    counter.shown(&id).unwrap();
    assert!(desk.started().open().unwrap().is_empty());
}

#[tokio::test]
async fn an_attempt_that_cannot_be_read_now_stays_and_stops_nobody() {
    let desk = Desk::new("unreadable").await;
    let holder = desk.siti().await;
    let id = attempt(&desk.started(), &holder.mint().await.token);
    let (path, aside) = (desk.folder.join(format!("{id}.attempt")), desk.folder.join("aside"));

    // No program can read a folder as a file.
    std::fs::rename(&path, &aside).unwrap();
    std::fs::create_dir(&path).unwrap();
    let others = desk.started();
    assert!(others.open().unwrap().is_empty());
    attempt(&others, &holder.mint().await.token);

    std::fs::remove_dir(&path).unwrap();
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(desk.started().open().unwrap().len(), 2);
}

#[tokio::test]
async fn a_journal_of_another_key_a_damaged_one_and_an_old_one_are_dropped() {
    let desk = Desk::new("dropped").await;
    let holder = desk.siti().await;
    let stranger = KeyPair::generate().unwrap();
    attempt(&desk.started(), &holder.mint().await.token);
    assert!(desk.started_with(stranger.pem(), SignedDuration::ZERO).open().unwrap().is_empty());
    assert!(desk.files().is_empty(), "another key");

    let id = attempt(&desk.started(), &holder.mint().await.token);
    let path = desk.folder.join(format!("{id}.attempt"));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert!(desk.started().open().unwrap().is_empty() && desk.files().is_empty(), "damaged");

    let running = desk.started();
    attempt(&running, &holder.mint().await.token);
    desk.world.pass(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    assert_eq!(desk.started().open().unwrap().len(), 1);
    desk.world.pass(SignedDuration::from_secs(1));
    assert!(running.open().unwrap().is_empty() && desk.files().is_empty(), "a day old");
}

#[tokio::test]
async fn the_same_code_is_the_same_attempt_and_after_its_answer_the_clerk_decides() {
    let desk = Desk::new("same").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    let code = holder.mint().await.token;
    let id = attempt(&counter, &code);
    assert_eq!(attempt(&counter, &format!(" {code}")), id);
    let first = verified(counter.ask(&id, ID).await.unwrap());
    let scanned_at = counter.open().unwrap()[0].scanned_at;
    counter.shown(&id).unwrap();

    assert_eq!(counter.take(&code, PURPOSE).unwrap(), Taken::Before { scanned_at });
    desk.world.pass(SignedDuration::from_mins(20));
    assert_eq!(counter.take_again(&code).unwrap(), Taken::Attempt { id: id.clone() });
    let again = verified(counter.ask(&id, ID).await.unwrap());
    assert_eq!((again.redemption_id, again.repeated), (first.redemption_id, true));
    counter.shown(&id).unwrap();
    assert!(matches!(counter.take_again(&"B".repeat(32)), Err(NotTaken::NotSeen)));

    // A restarted counter knows nothing of it, and does not show it as a new one.
    let restarted = desk.started();
    let refusal = refused(restarted.ask(&attempt(&restarted, &code), ID).await.unwrap());
    assert_eq!((refusal.problem.as_str(), refusal.kind), ("qr-code-used", Kind::ScanAgain));
}

#[tokio::test]
async fn what_is_no_code_is_not_sent() {
    let desk = Desk::new("no-code").await;
    let counter = desk.started();
    assert!(matches!(counter.take(&"A".repeat(58), PURPOSE), Err(NotTaken::Ticket)));
    for other in ["", "https://example.go.id/", SITI] {
        assert!(matches!(counter.take(other, PURPOSE), Err(NotTaken::NoCode)), "{other}");
    }
    assert_eq!((desk.wire.came(), desk.files().len()), (Vec::<Came>::new(), 0));
}

#[tokio::test]
async fn a_token_is_kept_until_it_ends_and_replaced_when_the_service_no_longer_takes_it() {
    let desk = Desk::new("token").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    let tokens = || desk.wire.came().iter().filter(|came| came.path == "/oauth2/token").count();
    let scan = async |holder: &HolderWithSession| {
        let id = attempt(&counter, &holder.mint().await.token);
        verified(counter.ask(&id, ID).await.unwrap());
    };
    scan(&holder).await;
    scan(&holder).await;
    assert_eq!(tokens(), 1);
    desk.world.pass(SignedDuration::from_mins(9) + SignedDuration::from_secs(1));
    scan(&holder).await;
    assert_eq!(tokens(), 1, "a token in its last minute is not used");
    desk.wire.plan(REDEMPTIONS, Mishap::Refused { status: 401, retry_after: None });
    scan(&holder).await;
    assert_eq!(tokens(), 1);
}

#[tokio::test]
async fn a_computer_whose_clock_is_wrong_works_by_the_services() {
    let desk = Desk::new("clock").await;
    let holder = desk.siti().await;
    for ahead in [SignedDuration::from_hours(2), -SignedDuration::from_hours(26)] {
        let counter = desk.started_with(desk.world.integrator(BANK).key.pem(), ahead);
        // Nothing is known of the service's clock when the code is scanned.
        let id = attempt(&counter, &holder.mint().await.token);
        let answer = verified(counter.ask(&id, ID).await.unwrap());
        assert!(!answer.repeated);
        assert_eq!(counter.service().clock_ahead(), -ahead);
        counter.shown(&id).unwrap();
    }
}

#[tokio::test]
async fn whoever_has_another_key_or_is_not_registered_calls_the_administrator_and_uses_no_code_up() {
    let desk = Desk::new("wrong-key").await;
    let holder = desk.siti().await;
    let code = holder.mint().await.token;
    let stranger = desk.started_with(KeyPair::generate().unwrap().pem(), SignedDuration::ZERO);
    let refusal = refused(stranger.ask(&attempt(&stranger, &code), ID).await.unwrap());
    assert_eq!((refusal.problem.as_str(), refusal.kind), ("invalid-client", Kind::CallAdministrator));
    assert!(!refusal.used_up);
    assert!(matches!(stranger.registration(ID).await, Err(ServiceError::Refused(_))));
    let counter = desk.started();
    verified(counter.ask(&attempt(&counter, &code), ID).await.unwrap());

    let disabled = Desk::of("disabled", DISABLED).await;
    let counter = disabled.started();
    let refusal = refused(counter.ask(&attempt(&counter, &code), ID).await.unwrap());
    assert_eq!(refusal.kind, Kind::CallAdministrator);
}

/// Changes one member of an answer.
fn with(text: &str, member: &str, value: impl FnOnce(&Value) -> Value) -> String {
    let mut json: Value = serde_json::from_str(text).unwrap();
    json[member] = value(&json[member]);
    json.to_string()
}

/// Changes the claims within an assertion and leaves its signature.
fn with_forged_name(assertion: &str) -> String {
    let parts: Vec<&str> = assertion.split('.').collect();
    let claims = data_encoding::BASE64URL_NOPAD.decode(parts[1].as_bytes()).unwrap();
    let claims = String::from_utf8(claims).unwrap().replace("SITI AMINAH", "SITI AMINAX");
    format!("{}.{}.{}", parts[0], data_encoding::BASE64URL_NOPAD.encode(claims.as_bytes()), parts[2])
}

#[tokio::test]
async fn an_answer_that_was_altered_on_the_way_is_not_believed() {
    let desk = Desk::new("altered").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    let alterations: [fn(&str) -> String; 7] = [
        |text| text.replace("SITI AMINAH", "SITI AMINAX"),
        |text| with(text, "assertion", |assertion| json!(with_forged_name(assertion.as_str().unwrap()))),
        |text| {
            with(&with(text, "assertion", |told| json!(with_forged_name(told.as_str().unwrap()))), "claims", |claims| {
                let mut claims = claims.clone();
                claims["name"] = json!("SITI AMINAX");
                claims
            })
        },
        |text| with(text, "assertion", |_| json!("eyJhbGciOiJub25lIn0.e30.")),
        |text| with(text, "redemption_id", |_| json!("M72WG7PMZ4GLV7MXDZAPG3TPXI")),
        |text| with(text, "redeemed_at", |_| json!("2026-11-22T05:00:30.000Z")),
        |text| with(text, "purpose", |_| json!("customer-due-diligence")),
    ];
    for (number, alteration) in alterations.into_iter().enumerate() {
        let id = attempt(&counter, &holder.mint().await.token);
        desk.wire.plan(REDEMPTIONS, Mishap::Altered(alteration));
        let refusal = refused(counter.ask(&id, ID).await.unwrap());
        assert_eq!((refusal.problem.as_str(), refusal.kind), ("assertion-not-verified", Kind::DoNotAccept), "{number}");
    }
}

#[tokio::test]
async fn an_answer_of_before_or_for_somebody_else_is_not_believed() {
    let desk = Desk::new("replayed").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    let bank = desk.world.integrator(BANK);
    let redeem = async |integrator: &local::actors::Integrator, purpose: &str| {
        let token = integrator.token().await.unwrap();
        integrator.redeem(&token, &holder.mint().await.token, purpose, None).await.unwrap().text
    };
    let earlier = redeem(&bank, PURPOSE).await;
    desk.world.pass(SignedDuration::from_secs(30));
    let of_hospital = redeem(&desk.world.integrator(HOSPITAL), "patient-registration").await;
    let for_hospital = with(&of_hospital, "purpose", |_| json!(PURPOSE));
    let for_another_purpose = redeem(&bank, "customer-due-diligence").await;
    for answer in [earlier, for_hospital, for_another_purpose] {
        let id = attempt(&counter, &holder.mint().await.token);
        desk.wire.plan(REDEMPTIONS, Mishap::Replayed(answer));
        assert_eq!(refused(counter.ask(&id, ID).await.unwrap()).problem, "assertion-not-verified");
    }
}

#[tokio::test]
async fn without_the_public_keys_an_answer_waits_and_with_them_it_is_verified() {
    let desk = Desk::new("no-keys").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    desk.wire.plan("/.well-known/jwks.json", Mishap::Refused { status: 503, retry_after: Some(1) });
    let id = attempt(&counter, &holder.mint().await.token);
    assert!(matches!(counter.ask(&id, ID).await.unwrap(), Answer::Unanswered(_)));
    verified(counter.ask(&id, ID).await.unwrap());
    desk.wire.plan("/.well-known/jwks.json", Mishap::Altered(|_| json!({ "keys": [] }).to_string()));
    desk.world.pass(SignedDuration::from_mins(5));
    let id = attempt(&counter, &holder.mint().await.token);
    assert_eq!(refused(counter.ask(&id, ID).await.unwrap()).problem, "assertion-not-verified");
}

#[tokio::test]
async fn every_refusal_says_what_the_clerk_does_then() {
    let desk = Desk::new("refusals").await;
    let (holder, counter) = (desk.siti().await, desk.started());
    let (world, bank) = (&desk.world, desk.world.integrator(BANK));
    let ask = async |code: &str| refused(counter.ask(&attempt(&counter, code), ID).await.unwrap());
    let mint = async || holder.mint().await.token;

    let superseded = mint().await;
    let used = mint().await;
    let token = bank.token().await.unwrap();
    bank.redeem(&token, &used, PURPOSE, None).await.unwrap();
    let nothing_shared =
        holder.mint_reply(&json!({ "claims": ["family_card_number"] })).await.member("/token").unwrap();
    let not_shared = ask(&nothing_shared).await;
    let cases = [
        (ask(&superseded).await, "qr-code-superseded", Kind::ScanAgain, false),
        (ask(&used).await, "qr-code-used", Kind::ScanAgain, false),
        (ask(&"A".repeat(32)).await, "qr-code-unknown", Kind::ScanAgain, false),
        (not_shared, "no-shared-claims", Kind::ScanAgain, false),
        (
            {
                let code = mint().await;
                world.pass(SignedDuration::from_secs(90));
                ask(&code).await
            },
            "qr-code-expired",
            Kind::ScanAgain,
            false,
        ),
        (
            {
                let code = mint().await;
                let id = match counter.take(&code, "age-check").unwrap() {
                    Taken::Attempt { id } => id,
                    Taken::Before { .. } => panic!("scanned before"),
                };
                refused(counter.ask(&id, ID).await.unwrap())
            },
            "purpose-not-allowed",
            Kind::CallAdministrator,
            false,
        ),
        (
            {
                // A token of before still names the claims that were taken away.
                counter.registration(ID).await.unwrap();
                let claims = [Claim::Gender].into_iter().collect();
                world.database.register(&Registered { claims, ..BANK.registered(&bank.key) }).await.unwrap();
                ask(&mint().await).await
            },
            "claims-withdrawn",
            Kind::CallAdministrator,
            true,
        ),
        (
            {
                world.database.register(&BANK.registered(&bank.key)).await.unwrap();
                let code = mint().await;
                world.change_resident(SITI, |siti| siti.deceased = true).await;
                ask(&code).await
            },
            "holder-not-eligible",
            Kind::DoNotAccept,
            true,
        ),
        (
            {
                world.change_resident(SITI, |_| {}).await;
                let code = mint().await;
                world.officer().block(SITI, "lost").await.unwrap();
                ask(&code).await
            },
            "qr-code-device-blocked",
            Kind::DoNotAccept,
            true,
        ),
    ];
    for (refusal, problem, kind, used_up) in cases {
        assert_eq!((refusal.problem.as_str(), refusal.kind, refusal.used_up), (problem, kind, used_up));
        assert!(refusal.detail.is_some_and(|detail| !detail.is_empty()) && refusal.instance.is_some(), "{problem}");
    }
}

#[tokio::test]
async fn refusals_are_explained_in_the_clerks_language_and_purposes_are_read_in_both() {
    let desk = Desk::of("language", SHOP).await;
    let counter = desk.started();
    let registration = counter.registration(ID).await.unwrap();
    assert_eq!(
        (registration.name.as_str(), &registration.claims[..]),
        ("Toko Pahlawan", &["age_over_17".to_owned()][..])
    );
    let label = &registration.purposes[0].label;
    assert_eq!((label.id.as_str(), label.en.as_str()), ("Pemeriksaan usia", "Age check"));
    let ask = async |language| {
        let Taken::Attempt { id } = counter.take(&"A".repeat(32), "age-check").unwrap() else {
            panic!("scanned before")
        };
        refused(counter.ask(&id, language).await.unwrap()).detail.unwrap()
    };
    assert!(ask(ID).await.starts_with("Kode QR ini tidak dikenal."));
    assert!(ask(Language::English).await.contains("QR code"));
}

#[tokio::test]
async fn a_registration_is_read_again_after_an_hour_and_after_a_refusal() {
    let desk = Desk::new("registration").await;
    let counter = desk.started();
    let reads = || desk.wire.came().iter().filter(|came| came.path == "/integrator").count();
    counter.registration(ID).await.unwrap();
    counter.registration(ID).await.unwrap();
    assert_eq!(reads(), 1);
    desk.world.pass(SignedDuration::from_hours(1));
    counter.registration(ID).await.unwrap();
    assert_eq!(reads(), 1);
    let Taken::Attempt { id } = counter.take(&"A".repeat(32), "other").unwrap() else { panic!("scanned before") };
    refused(counter.ask(&id, ID).await.unwrap());
    counter.registration(ID).await.unwrap();
    assert_eq!(reads(), 1);
}

#[test]
fn nothing_is_sent_to_another_machine_without_tls_and_keys_of_another_kind_are_refused() {
    let pem = KeyPair::generate().unwrap().pem().to_owned();
    let service = |url: &str| {
        let key = ClientKey::from_pem(&pem).unwrap();
        Service::new(Setup::new(Url::parse(url).unwrap(), "bank-madiun".to_owned(), key)).map(drop)
    };
    for url in ["http://identitas.example.go.id", "http://127.0.0.1.example", "ftp://identitas.example.go.id"] {
        assert_eq!(service(url), Err(ServiceError::NotHttps), "{url}");
    }
    for url in ["https://identitas.example.go.id", "http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]/"] {
        assert_eq!(service(url), Ok(()), "{url}");
    }
    for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", &pem.replace('M', "N")] {
        assert!(ClientKey::from_pem(text).is_err());
    }
    let shown = format!("{:?}", ClientKey::from_pem(&pem).unwrap());
    assert_eq!(shown, "ClientKey(..)");
    let public = serde_json::to_value(ClientKey::from_pem(&pem).unwrap().public()).unwrap();
    assert!(public["keys"][0].get("d").is_none() && public["keys"][0]["kid"].is_string());
}

#[tokio::test]
async fn the_holder_sees_each_answer_that_a_counter_got() {
    let desk = Desk::new("receipts").await;
    let (holder, counter) = (desk.world.holder(BUDI).await, desk.started());
    let id = attempt(&counter, &holder.mint().await.token);
    desk.wire.plan(REDEMPTIONS, Mishap::AnswerLost);
    counter.ask(&id, ID).await.unwrap();
    verified(counter.ask(&id, ID).await.unwrap());
    desk.world.record_receipts().await;
    let receipts = super::list_receipts::receipts(&holder, "").await.json();
    assert_eq!(receipts["head"]["count"], 2);
}
