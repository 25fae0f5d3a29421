//! Walks through the model of a QR code's life, played against the real store: both answer alike at every step.

use std::collections::HashMap;

use ikd::app::{App, Clock, Need};
use ikd::domain::claims::ClaimSet;
use ikd::domain::device::{
    Block, BlockReason, BlockedBy, Device, DeviceStatus, Forgotten, Session, SessionScope, Unlock,
};
use ikd::domain::nik::Nik;
use ikd::domain::pin::{Pin, PinTries, TakenTry};
use ikd::domain::pin_hash::PinHash;
use ikd::domain::qr_code::{QrCode, QrToken, Redemption, RedemptionOutcome};
use ikd::domain::{Digest, Id, KeyThumbprint};
use ikd::store::Written;
use ikd::store::devices::Blocked;
use ikd::store::qr_codes::Minted;
use ikd::store::residents::Photo;
use jiff::{SignedDuration, Timestamp};
use local::personas::SITI;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use qr_model::{Action, Code, LIFETIME, Life, Mint, Outcome, Request, State, Step};
use tests::World;

/// Everything that the model knows, in one world.
fn life() -> Life {
    let request = |redemption, code| Request { redemption, code };
    Life {
        codes: 3,
        requests: vec![request(0, 0), request(0, 0), request(1, 0), request(2, 1), request(3, 1), request(4, 2)],
        tries: 2,
        clocks: vec![-1, 0, 1],
        under_way: 1,
        instants: vec![0, 1, 88, 89, 90, 91, 92, 93],
        shown: false,
        blocks: true,
        sessions: true,
    }
}

/// The walks are the same in every run; a failing one is shortened to its essence.
#[test]
fn the_store_answers_as_the_model_does() {
    const WALKS: u32 = 200;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (world, app) = runtime.block_on(async {
        let world = World::new().await;
        let app = world.app(&[Need::STORE, Need::PINS]);
        (world, app)
    });
    let pin_hash = app.pins().hash(&Pin::parse("142857").unwrap(), [7; 16]).unwrap();
    let config = Config { cases: WALKS, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let walks = std::sync::atomic::AtomicU32::new(0);
    runner
        .run(&vec(any::<u16>(), 10..60), |choices| {
            let name = walks.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            runtime.block_on(async {
                let mut walk = Walk::begin(&world, &app, name, pin_hash.clone()).await;
                for choice in choices {
                    walk.step(choice).await;
                }
            });
            Ok(())
        })
        .unwrap();
}

/// One walk: the model's state, and the store's items of a device of its own.
struct Walk<'a> {
    world: &'a World,
    app: &'a App,
    life: Life,
    state: State,
    key: KeyThumbprint,
    name: u32,
    began: Timestamp,
    mints: HashMap<usize, (Device, Session, QrCode)>,
    /// The device, the session to open and the attempt of the login that is under way.
    login: Option<(Device, Session, Id)>,
    happened: Vec<Action>,
}

impl<'a> Walk<'a> {
    async fn begin(world: &'a World, app: &'a App, name: u32, pin_hash: PinHash) -> Self {
        let life = life();
        let state = life.beginnings().remove(0);
        let key = KeyThumbprint::new(format!("walk-{name}"));
        let device = Device {
            key: key.clone(),
            nik: Nik::parse(SITI).unwrap(),
            registration: Id::from_random([1; 16]),
            activated_at: world.clock.now(),
            status: DeviceStatus::Active,
            block: None,
            pin_hash,
            pin_is_first: false,
            pin_tries: PinTries::default(),
            unlock: None,
            session: Some(session(0)),
            qr_code: None,
        };
        world.put("identities", ("pk", &format!("device#{}", key.as_str())), &device).await;
        let (mints, happened) = (HashMap::new(), Vec::new());
        let began = Timestamp::from_second(world.clock.now().as_second()).unwrap();
        Self { world, app, life, state, key, name, began, mints, login: None, happened }
    }

    /// Does one of the things that may happen next.
    async fn step(&mut self, choice: u16) {
        let possible = self.life.possible(&self.state);
        let Some(action) = possible.get(usize::from(choice) % possible.len().max(1)).copied() else { return };
        self.happened.push(action);
        let next = self.life.after(&self.state, action);
        self.play(action, &next).await;
        self.state = next;
        self.compare().await;
    }

    async fn play(&mut self, action: Action, next: &State) {
        let (store, key, now) = (self.app.store(), self.key.clone(), self.at(self.state.now));
        match action {
            Action::Pass
            | Action::Send { .. }
            | Action::GiveUp { .. }
            | Action::AnswerUnavailable { .. }
            | Action::AnswerBlock => {}
            Action::ReadToMint { code, clock } => {
                let device = self.device().await;
                let session = device.session.clone().filter(|_| !device.is_blocked());
                assert_eq!(session.is_some(), next.mints[code] != Mint::Refused, "{:?}", self.happened);
                if let Some(session) = session {
                    let qr = self.code(code, self.at(self.state.now + clock + LIFETIME));
                    self.mints.insert(code, (device, session, qr));
                }
            }
            Action::Mint { code } => {
                let (device, session, qr) = self.mints.get_mut(&code).unwrap();
                let became = match store.mint(device, session, qr, now).await.unwrap() {
                    Minted::Done => Mint::Done,
                    Minted::Overtaken(Some(met)) if met.session.as_ref() == Some(session) && !met.is_blocked() => {
                        *device = *met;
                        next.mints[code]
                    }
                    Minted::Overtaken(_) => Mint::Refused,
                };
                assert_eq!(became, next.mints[code], "{:?}", self.happened);
            }
            Action::Redeem { message, .. } => {
                let Request { redemption, code } = self.life.requests[message.request];
                let expected = self.state.codes[code].clone().redeem(redemption, message.by_clock, self.state.now);
                let attempt = Redemption {
                    id: self.redemption(redemption),
                    client_id: format!("integrator-{redemption}"),
                    purpose: "account-opening".to_owned(),
                    redeemed_at: self.at(message.by_clock),
                    allowed: ClaimSet::basic_identity(),
                };
                let outcome = store.redeem(&self.token(code), &attempt, self.kept_until()).await.unwrap();
                assert_eq!(named(&outcome), Some(expected), "{:?}", self.happened);
            }
            Action::Disclose { request } => {
                let resident = Nik::parse(SITI).unwrap();
                let parties = store.parties(&self.key, &resident, Photo::Without, "integrator").await.unwrap();
                let blocked = parties.device.unwrap().is_blocked();
                let told = if blocked { Step::Withheld } else { Step::Disclosed };
                assert_eq!(told, next.steps[request], "{:?}", self.happened);
            }
            Action::Block => {
                let block = Block { at: now, by: BlockedBy::Holder, reason: BlockReason::Lost, stolen_since: None };
                let forgotten = Forgotten { device: now, registration: now };
                assert_eq!(store.block(&key, &block, forgotten).await.unwrap(), Some(Blocked::Now));
            }
            Action::Lock | Action::TryPin => {
                let device = self.device().await;
                let locks = action == Action::Lock;
                let locked_until = locks.then(|| now + SignedDuration::from_hours(24));
                let tries = PinTries { made: device.pin_tries.made + 1, locked_until };
                let attempt = self.app.random_id();
                let taken = TakenTry { tries, locks };
                let written = store.take_pin_try(&key, device.pin_tries, taken, &attempt).await.unwrap();
                assert_eq!(written, Written::Done, "{:?}", self.happened);
                self.login = Some((device, session(self.state.sessions), attempt));
            }
            Action::Unlock => {
                let unlock = Unlock { at: now, by: "petugas-1".to_owned() };
                let unlocked = store.unlock_pin(&key, &unlock).await.unwrap();
                assert_eq!(unlocked == ikd::store::devices::Unlocked::Done, !self.state.device.blocked);
            }
            Action::OpenSession => {
                let (device, session, attempt) = self.login.take().unwrap();
                let written = store.open_session(&device, &session, &attempt).await.unwrap();
                assert_eq!(written == Written::Done, !self.state.device.blocked, "{:?}", self.happened);
            }
            Action::Sweep { code } => {
                self.world.delete("qr_codes", ("token_hash", self.token(code).hash().as_str()));
            }
        }
    }

    /// Every item is as the model has it.
    async fn compare(&self) {
        let device = self.device().await;
        let State { device: expected, codes, .. } = &self.state;
        let live = device.qr_code.as_ref().map(|live| &live.token_hash);
        let expected_live = expected.live.map(|code| self.token(code).hash());
        assert_eq!(device.is_blocked(), expected.blocked, "{:?}", self.happened);
        assert_eq!(device.session, expected.session.map(session), "{:?}", self.happened);
        assert_eq!(live, expected_live.as_ref(), "{:?}", self.happened);
        if !expected.blocked {
            assert_eq!(device.pin_tries.locked_until.is_some(), expected.locked, "{:?}", self.happened);
        }
        for (number, expected) in codes.iter().enumerate() {
            let found: Option<QrCode> = self.world.read("qr_codes", ("token_hash", self.token(number).hash().as_str()));
            let Code::There { ends, superseded, redeemed, .. } = expected else {
                assert!(found.is_none(), "{:?}", self.happened);
                continue;
            };
            assert!(found.is_some(), "{:?}", self.happened);
            let found = found.unwrap();
            assert_eq!(found.superseded_at.is_some(), *superseded, "{:?}", self.happened);
            let winner = redeemed.map(|redeemed| self.redemption(redeemed.redemption));
            assert_eq!(found.redemption.map(|redemption| redemption.id), winner, "{:?}", self.happened);
            // A redemption moves the TTL on, so that no sweep takes it from its winner.
            let expires_at = if winner.is_some() { self.kept_until() } else { self.at(*ends) };
            assert_eq!(found.expires_at, expires_at, "{:?}", self.happened);
        }
    }

    async fn device(&self) -> Device {
        self.app.store().device(&self.key).await.unwrap().unwrap()
    }

    fn at(&self, second: i64) -> Timestamp {
        self.began + SignedDuration::from_secs(second)
    }

    fn kept_until(&self) -> Timestamp {
        self.began + SignedDuration::from_hours(24)
    }

    fn token(&self, code: usize) -> QrToken {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&self.name.to_be_bytes());
        bytes[19] = u8::try_from(code).unwrap();
        QrToken::from_random(bytes)
    }

    fn code(&self, code: usize, expires_at: Timestamp) -> QrCode {
        QrCode {
            token_hash: self.token(code).hash(),
            nik: Nik::parse(SITI).unwrap(),
            device: self.key.clone(),
            claims: ClaimSet::basic_identity(),
            expires_at,
            superseded_at: None,
            redemption: None,
        }
    }

    fn redemption(&self, redemption: u8) -> Id {
        Id::derived(&[Digest::of(&[&self.name.to_be_bytes()]).as_str().as_bytes(), &[redemption]])
    }
}

fn session(number: u8) -> Session {
    Session { id: Id::from_random([number; 16]), scope: SessionScope::Holder }
}

/// The store's outcome in the model's words.
fn named(outcome: &RedemptionOutcome) -> Option<Outcome> {
    match outcome {
        RedemptionOutcome::Won(..) => Some(Outcome::Won),
        RedemptionOutcome::Used => Some(Outcome::Used),
        RedemptionOutcome::Superseded => Some(Outcome::Superseded),
        RedemptionOutcome::Expired => Some(Outcome::Expired),
        RedemptionOutcome::Unknown => Some(Outcome::Unknown),
        RedemptionOutcome::KeyReused | RedemptionOutcome::NoSharedClaims => None,
    }
}
