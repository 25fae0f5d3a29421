//! Walks through the model of a question, played against the real store: both give the same answer at every step.

use std::collections::HashMap;

use declaration::Need;
use ikd::app::{App, Clock};
use ikd::domain::claims::ClaimSet;
use ikd::domain::device::{
    Active, BlockReason, BlockedBy, Device, DeviceState, Forgotten, LiveQrCode, Session, SessionScope, VerifiedPin,
};
use ikd::domain::nik::Nik;
use ikd::domain::pin::{PinTries, TakenTry};
use ikd::domain::pin_hash::PinHash;
use ikd::domain::qr_code::{QrCode, QrState, QrToken, Redemption};
use ikd::domain::question::{Consent, DigitTries, Scanned};
use ikd::domain::reading::{Given, Reading, Withheld};
use ikd::domain::scan::Scan;
use ikd::domain::{Digest, Id, KeyThumbprint};
use ikd::store::blocks::BlockOutcome;
use ikd::store::challenges::UsedProof;
use ikd::store::devices::Ended;
use ikd::store::keys;
use ikd::store::qr_codes::Minted;
use ikd::store::questions::{Allowed, Answered, DigitTry};
use jiff::{SignedDuration, Timestamp};
use local::personas::SITI;
use qr_model::KEPT;
use qr_model::questions::{Action, DIGIT_TRIES, Ending, Progress, Question, State, TIME_TO_ANSWER, Told, Wish};
use stateright::Model;
use tests::World;
use tests::walks::play;

/// Everything that the model knows, in one world.
fn question() -> Question {
    let allow = |digits_are_right| Wish::Allow { digits_are_right };
    Question {
        requests: vec![allow(true), Wish::Refuse, allow(false), allow(true), allow(false)],
        clocks: vec![-1, 0, 1],
        under_way: 3,
        instants: vec![0, 1, 58, 59, 60, 61, 62, KEPT - 1, KEPT],
        blocks: true,
        locks: true,
        supersedes: true,
    }
}

#[test]
fn the_store_answers_as_the_model_does() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (world, app) = runtime.block_on(async {
        let world = World::new().await;
        let app = world.app(&[Need::Store]);
        (world, app)
    });
    play(5..40, |name, choices| {
        runtime.block_on(async {
            let mut walk = Walk::begin(&world, &app, name).await;
            for choice in choices {
                walk.step(choice).await;
            }
        });
    });
}

/// One walk: the model's state, and the store's items of a device and a code of its own.
struct Walk<'a> {
    world: &'a World,
    app: &'a App,
    question: Question,
    state: State,
    key: KeyThumbprint,
    token: QrToken,
    began: Timestamp,
    /// What each request has read.
    read: HashMap<usize, QrCode<Scanned>>,
    /// The device whose PIN a request has verified, and the name of its try.
    verified: HashMap<usize, (Device<Active>, Id)>,
    happened: Vec<Action>,
}

impl<'a> Walk<'a> {
    async fn begin(world: &'a World, app: &'a App, name: u32) -> Self {
        let question = question();
        let state = question.init_states().remove(0);
        let began = Timestamp::from_second(world.clock.now().as_second()).unwrap();
        let mut bytes = [1; 20];
        bytes[..4].copy_from_slice(&name.to_be_bytes());
        let token = QrToken::from_random(bytes);
        let key = KeyThumbprint::new(format!("asked-{name}"));
        let (read, verified, happened) = (HashMap::new(), HashMap::new(), Vec::new());
        let walk = Self { world, app, question, state, key, token, began, read, verified, happened };
        walk.put_device().await;
        walk.put_scan().await;
        walk
    }

    async fn put_device(&self) {
        let device = Device {
            key: self.key.clone(),
            nik: Nik::parse(SITI).unwrap(),
            registration: Id::from_random([1; 16]),
            activated_at: self.began,
            unlock: None,
            state: DeviceState::Active(Active {
                pin_hash: PinHash::of_nobody(),
                pin_is_first: false,
                pin_tries: PinTries::default(),
                session: Some(session()),
                registry_row: None,
                qr_code: Some(LiveQrCode { token_hash: self.token.hash(), expires_at: self.at(KEPT) }),
            }),
        };
        self.world.put("identities", ("pk", &keys::device(&self.key)), &device).await;
    }

    async fn put_scan(&self) {
        let redemption = Redemption {
            id: Id::from_random([2; 16]),
            request: Id::from_random([3; 16]),
            client_id: "bank-madiun".to_owned(),
            purpose: "account-opening".to_owned(),
            redeemed_at: self.began,
            allowed: ClaimSet::basic_identity(),
        };
        let scanned = Scanned { redemption, digit_tries: DigitTries::default(), superseded_at: None };
        let code = QrCode { state: QrState::Scanned(Box::new(scanned)), ..self.code(&self.token) };
        self.world.put("qr_codes", ("token_hash", code.token_hash.as_str()), &code).await;
    }

    fn code(&self, token: &QrToken) -> QrCode {
        QrCode {
            token_hash: token.hash(),
            nik: Nik::parse(SITI).unwrap(),
            device: self.key.clone(),
            claims: ClaimSet::basic_identity(),
            registry_row: None,
            expires_at: self.at(KEPT),
            state: QrState::Live(Consent::AtScan),
        }
    }

    /// Does one of the things that may happen next.
    async fn step(&mut self, choice: u16) {
        let mut possible = Vec::new();
        self.question.actions(&self.state, &mut possible);
        let Some(action) = possible.get(usize::from(choice) % possible.len().max(1)).copied() else { return };
        let Some(next) = self.question.next_state(&self.state, action) else { return };
        self.happened.push(action);
        self.play(action, &next).await;
        self.state = next;
        self.compare().await;
    }

    async fn play(&mut self, action: Action, next: &State) {
        let told = |request: usize| next.progress[request];
        match action {
            Action::Pass => {}
            Action::Read { request, clock } => {
                let progress = self.read(request, clock).await;
                assert_eq!(progress, told(request), "{:?}", self.happened);
            }
            Action::TakeDigits { request } => {
                let progress = self.take_digits(request).await;
                assert_eq!(progress, told(request), "{:?}", self.happened);
            }
            Action::Confirm { request, clock } => {
                let progress = self.confirm(request, clock).await;
                assert_eq!(progress, told(request), "{:?}", self.happened);
            }
            Action::Allow { request, heard } => {
                let progress = self.allow(request).await;
                if heard {
                    assert_eq!(progress, told(request), "{:?}", self.happened);
                }
            }
            Action::Refuse { request } => {
                let code = self.read[&request].clone();
                let ending = self.end(&code, Withheld::HolderDeclined).await;
                let progress = ending.map_or(Progress::Problem, |ending| Progress::Told(Some(ending)));
                assert_eq!(progress, told(request), "{:?}", self.happened);
            }
            Action::Fetch { clock } => {
                let told = match self.noticed(clock).await {
                    _ if !self.is_kept(clock).await => Told::Unknown,
                    None => Told::ToWait,
                    Some(Ending::Allowed { .. }) if self.device().await.is_blocked() => Told::Withheld,
                    Some(Ending::Allowed { .. }) => Told::Disclosed,
                    Some(_) => Told::NotDisclosed,
                };
                assert_eq!(told, next.told, "{:?}", self.happened);
            }
            Action::Block => {
                let active = self.device().await.into_active().unwrap();
                let blocked = active.block(BlockedBy::Holder, BlockReason::Lost, self.began);
                let forgotten = Forgotten { device: self.began, registration: self.began };
                assert_eq!(self.app.store().block(&blocked, forgotten).await.unwrap(), BlockOutcome::Blocked);
            }
            Action::Lock => {
                let ended = self.app.store().end_session(&self.key, &session(), &self.proof()).await.unwrap();
                assert!(matches!(ended, Ended::Done), "{:?}", self.happened);
            }
            Action::Supersede => {
                let device = self.device().await.into_active().unwrap();
                let another = self.code(&QrToken::from_random(self.app.random()));
                let minted = self.app.store().mint(&device, &session(), &another, &self.proof(), self.began).await;
                assert!(matches!(minted, Ok(Minted::Done)), "{:?}", self.happened);
            }
            Action::Sweep => self.world.delete("qr_codes", ("token_hash", self.token.hash().as_str())),
        }
    }

    async fn read(&mut self, request: usize, clock: i64) -> Progress {
        let Ok(device) = self.device().await.into_active() else { return Progress::Problem };
        let is_newest = device.state.qr_code.is_some_and(|newest| newest.token_hash == self.token.hash());
        if device.state.session.is_none() || !is_newest {
            return Progress::Problem;
        }
        if let Some(ending) = self.noticed(clock).await {
            return Progress::Told(Some(ending));
        }
        let Some(Scan::Asked(code)) = self.scan().await else { return Progress::Problem };
        let digit_tries = u8::try_from(code.state.digit_tries.count).unwrap();
        self.read.insert(request, *code);
        Progress::Read { digit_tries, at: self.state.now }
    }

    async fn take_digits(&self, request: usize) -> Progress {
        let code = self.read[&request].clone();
        let taken = code.state.digit_tries.count;
        if taken == u32::from(DIGIT_TRIES) {
            return Progress::Problem;
        }
        let attempt = self.app.random_id();
        let outcome = self.app.store().take_digit_try(&code, &attempt).await.unwrap();
        let Wish::Allow { digits_are_right } = self.question.requests[request] else { panic!("it refuses") };
        match outcome {
            DigitTry::Overtaken => Progress::Problem,
            DigitTry::Taken if digits_are_right => Progress::DigitsRight { at: self.state.now },
            DigitTry::Taken => {
                if taken + 1 == u32::from(DIGIT_TRIES) {
                    self.end(&code, Withheld::DigitsWrong).await;
                }
                Progress::Problem
            }
        }
    }

    async fn confirm(&mut self, request: usize, clock: i64) -> Progress {
        let Ok(device) = self.device().await.into_active() else { return Progress::Problem };
        if self.scan().await.is_none() {
            return Progress::Problem;
        }
        let seen = device.state.pin_tries;
        let taken = TakenTry { tries: PinTries { made: seen.made + 1, locked_until: None }, locks: false };
        let attempt = self.app.random_id();
        let written = self.app.store().take_pin_try(&self.key, seen, taken, &attempt).await.unwrap();
        assert_eq!(written, ikd::store::Written::Done, "{:?}", self.happened);
        self.verified.insert(request, (device, attempt));
        match self.noticed(clock).await {
            None => Progress::Confirmed { at: self.state.now },
            Some(ending) => Progress::Told(Some(ending)),
        }
    }

    async fn allow(&self, request: usize) -> Progress {
        let (device, attempt) = &self.verified[&request];
        let pin = VerifiedPin { device, attempt: attempt.clone(), ended_session: false };
        let code = &self.read[&request];
        let ending = allowed_by(request, code, self.began);
        match self.app.store().allow_question(code, &ending, &pin, &session()).await.unwrap() {
            Allowed::Ended(Answered::Done) => Progress::Told(Some(Ending::Allowed { request })),
            Allowed::Ended(Answered::Before(None | Some(Scan::Asked(_)))) | Allowed::DeviceChanged => Progress::Problem,
            Allowed::Ended(Answered::Before(Some(scan))) => Progress::Told(ending_of(&scan)),
        }
    }

    /// Ends the question, unless it has ended: how it ended. Nothing, where the code was deleted.
    async fn end(&self, code: &QrCode<Scanned>, why: Withheld) -> Option<Ending> {
        let reading = code.refused(why, self.began);
        match self.app.store().refuse_question(code, &reading).await.unwrap() {
            Answered::Done => Some(named(why)),
            Answered::Before(scan) => ending_of(&scan?),
        }
    }

    /// Whether the winner can ask yet, by this clock.
    async fn is_kept(&self, clock: i64) -> bool {
        let code = self.app.store().qr_code(&self.token.hash()).await.unwrap();
        code.is_some_and(|code| code.expires_at > self.at(self.state.now + clock))
    }

    /// How the question has ended. If it is over by this clock, that is written down first.
    async fn noticed(&self, clock: i64) -> Option<Ending> {
        let time_to_answer = SignedDuration::from_secs(TIME_TO_ANSWER);
        match self.scan().await? {
            Scan::Asked(code) if code.is_over(time_to_answer, self.at(self.state.now + clock)) => {
                self.end(&code, Withheld::HolderDidNotAnswer).await
            }
            scan => ending_of(&scan),
        }
    }

    /// Every item is as the model says.
    async fn compare(&self) {
        let device = self.device().await;
        assert_eq!(device.is_blocked(), self.state.blocked, "{:?}", self.happened);
        let has_session = device.into_active().is_ok_and(|device| device.state.session.is_some());
        assert_eq!(has_session, self.state.session, "{:?}", self.happened);
        let scan = self.scan().await;
        assert_eq!(scan.is_none(), self.state.code.swept, "{:?}", self.happened);
        let Some(scan) = scan else { return };
        assert_eq!(ending_of(&scan), self.state.code.ending, "{:?}", self.happened);
        if let Scan::Asked(code) = scan {
            let (tries, superseded) = (self.state.code.digit_tries, self.state.code.superseded);
            assert_eq!(code.state.digit_tries.count, u32::from(tries), "{:?}", self.happened);
            assert_eq!(code.state.superseded_at.is_some(), superseded, "{:?}", self.happened);
        }
    }

    async fn device(&self) -> Device {
        self.app.store().device(&self.key).await.unwrap().unwrap()
    }

    /// The scan, until it is deleted.
    async fn scan(&self) -> Option<Scan> {
        self.app.store().qr_code(&self.token.hash()).await.unwrap().and_then(QrCode::into_scan)
    }

    fn at(&self, second: i64) -> Timestamp {
        self.began + SignedDuration::from_secs(second)
    }

    fn proof(&self) -> UsedProof {
        let attempt = self.app.random_id();
        let digest = Digest::of(&[attempt.as_str().as_bytes()]);
        UsedProof { digest, attempt, expires_at: self.began }
    }
}

fn session() -> Session {
    Session { id: Id::from_random([4; 16]), scope: SessionScope::Holder, token_hash: Digest::of(&[b"session"]) }
}

/// Each request allows another moment, so that it can be told which one counts.
fn allowed_by(request: usize, code: &QrCode<Scanned>, began: Timestamp) -> Reading {
    code.allowed(ClaimSet::basic_identity(), began + SignedDuration::from_secs(i64::try_from(request).unwrap()))
}

fn ending_of(scan: &Scan) -> Option<Ending> {
    let Reading { at, given, .. } = scan.ending()?;
    Some(match given {
        Given::Claims { .. } => {
            let request = at.duration_since(scan.redemption().redeemed_at).as_secs();
            Ending::Allowed { request: usize::try_from(request).unwrap() }
        }
        Given::Nothing { withheld } => named(withheld),
    })
}

/// The reason in the model's words.
fn named(withheld: Withheld) -> Ending {
    match withheld {
        Withheld::HolderDeclined => Ending::Refused,
        Withheld::DigitsWrong => Ending::DigitsWrong,
        Withheld::HolderDidNotAnswer => Ending::NotAnswered,
        other => panic!("{other:?} is no end in the model"),
    }
}
