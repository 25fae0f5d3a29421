//! Walks through the model of a QR code's life, played against the real store: both give the same answer at every step.

use std::collections::HashMap;

use declaration::Need;
use ikd::app::{App, Clock};
use ikd::domain::claims::ClaimSet;
use ikd::domain::device::{
    Active, BlockReason, BlockedBy, Device, DeviceState, Forgotten, LiveQrCode, Session, SessionScope, Unlock,
    VerifiedPin,
};
use ikd::domain::integrator::Integrator;
use ikd::domain::nik::Nik;
use ikd::domain::pin::{Pin, PinTries, TakenTry};
use ikd::domain::pin_hash::PinHash;
use ikd::domain::qr_code::{QrCode, QrState, QrToken, Redemption};
use ikd::domain::question::Consent;
use ikd::domain::row_digest::RowDigest;
use ikd::domain::scan::RedemptionOutcome;
use ikd::domain::{Digest, Id, KeyThumbprint};
use ikd::store::blocks::BlockOutcome;
use ikd::store::challenges::UsedProof;
use ikd::store::devices::Unlocked;
use ikd::store::qr_codes::Minted;
use ikd::store::residents::Photo;
use ikd::store::{Written, keys};
use jiff::{SignedDuration, Timestamp};
use local::personas::{BANK, SITI};
use qr_model::{Action, Code, KEPT, LIFETIME, Life, Mint, Outcome, Progress, Registry, Request, State};
use tests::World;
use tests::walks::play;

/// Everything that the model knows, in one world.
fn life() -> Life {
    let request = |redemption, code| Request { redemption, code };
    Life {
        codes: 3,
        requests: vec![request(0, 0), request(0, 0), request(1, 0), request(2, 1), request(3, 1), request(4, 2)],
        tries: 2,
        clocks: vec![-1, 0, 1],
        under_way: 1,
        instants: vec![0, 1, 88, 89, 90, 91, 92, 93, KEPT - 1, KEPT, KEPT + 1, KEPT + 92],
        shown: false,
        blocks: true,
        disables: true,
        registry_changes: true,
        sessions: true,
    }
}

#[test]
fn the_store_answers_as_the_model_does() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (world, app) = runtime.block_on(async {
        let world = World::new().await;
        let app = world.app(&[Need::Store, Need::PinHasher]);
        (world, app)
    });
    let pin_hash = app.pins().hash(&Pin::parse("142857").unwrap(), [7; 16]).unwrap();
    play(10..60, |name, choices| {
        runtime.block_on(async {
            let mut walk = Walk::begin(&world, &app, name, pin_hash.clone()).await;
            for choice in choices {
                walk.step(choice).await;
            }
        });
    });
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
    mints: HashMap<usize, (Device<Active>, Session, QrCode)>,
    /// The device, the session to open and the attempt of the login that is under way.
    login: Option<(Device<Active>, Session, Id)>,
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
            unlock: None,
            state: DeviceState::Active(Active {
                pin_hash,
                pin_is_first: false,
                pin_tries: PinTries::default(),
                session: Some(session(0)),
                registry_row: None,
                qr_code: None,
            }),
        };
        world.put("identities", ("pk", &keys::device(&key)), &device).await;
        let (mints, happened) = (HashMap::new(), Vec::new());
        let began = Timestamp::from_second(world.clock.now().as_second()).unwrap();
        let walk = Self { world, app, life, state, key, name, began, mints, login: None, happened };
        walk.put_integrator(true).await;
        walk.change_registry(Registry::Admits).await;
        walk
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
            Action::Disable => self.put_integrator(false).await,
            Action::ChangeRegistry { to } => self.change_registry(to).await,
            Action::ReadToMint { code, clock } => {
                let device = self.device().await.into_active().ok();
                let in_session = device.and_then(|device| Some((device.state.session.clone()?, device)));
                assert_eq!(in_session.is_some(), next.mints[code] != Mint::Refused, "{:?}", self.happened);
                if let Some((session, device)) = in_session {
                    let qr = self.code(code, self.at(self.state.now + clock + LIFETIME));
                    self.mints.insert(code, (device, session, qr));
                }
            }
            Action::Mint { code } => {
                let (device, session, qr) = self.mints.get_mut(&code).unwrap();
                let attempt = self.app.random_id();
                let digest = Digest::of(&[attempt.as_str().as_bytes()]);
                let proof = UsedProof { digest, attempt, expires_at: now };
                let became = match store.mint(device, session, qr, &proof, now).await.unwrap() {
                    Minted::Done => Mint::Done,
                    Minted::Replayed => panic!("a proof of 128 random bits was used before"),
                    Minted::Overtaken(met) => match met.and_then(|met| met.into_active().ok()) {
                        Some(met) if met.state.session.as_ref() == Some(session) => {
                            *device = met;
                            next.mints[code]
                        }
                        _ => Mint::Refused,
                    },
                };
                assert_eq!(became, next.mints[code], "{:?}", self.happened);
            }
            Action::Redeem { message, .. } => {
                let Request { redemption, code } = self.life.requests[message.request];
                let expected = self.state.codes[code].clone().redeem(redemption, message.by_clock, self.state.now);
                let attempt = Redemption {
                    id: self.redemption(redemption),
                    request: Id::derived(&[self.redemption(redemption).as_str().as_bytes(), &[message.tries]]),
                    client_id: self.client_id(),
                    purpose: "account-opening".to_owned(),
                    redeemed_at: self.at(message.by_clock),
                    allowed: ClaimSet::basic_identity(),
                };
                let kept_until = self.at(message.by_clock + KEPT);
                let outcome = store.redeem(&self.token(code), &attempt, kept_until).await.unwrap();
                assert_eq!(named(&outcome), Some(expected), "{:?}", self.happened);
            }
            Action::Disclose { request } => {
                assert_eq!(self.disclose().await, next.progress[request], "{:?}", self.happened);
            }
            Action::Block => {
                let active = self.device().await.into_active().unwrap();
                let blocked = active.block(BlockedBy::Holder, BlockReason::Lost, now);
                let forgotten = Forgotten { device: now, registration: now };
                assert_eq!(store.block(&blocked, forgotten).await.unwrap(), BlockOutcome::Blocked);
            }
            Action::Lock | Action::TryPin => {
                let device = self.device().await.into_active().unwrap();
                let locks = action == Action::Lock;
                let locked_until = locks.then(|| now + SignedDuration::from_hours(24));
                let seen = device.state.pin_tries;
                let tries = PinTries { made: seen.made + 1, locked_until };
                let attempt = self.app.random_id();
                let taken = TakenTry { tries, locks };
                let written = store.take_pin_try(&key, seen, taken, &attempt).await.unwrap();
                assert_eq!(written, Written::Done, "{:?}", self.happened);
                self.login = Some((device, session(self.state.sessions), attempt));
            }
            Action::Unlock => {
                let unlock = Unlock { at: now, by: "petugas-1".to_owned() };
                let unlocked = store.unlock_pin(&key, &unlock).await.unwrap();
                assert_eq!(unlocked == Unlocked::Done, !self.state.device.blocked);
            }
            Action::OpenSession => {
                let (device, session, attempt) = self.login.take().unwrap();
                let pin = VerifiedPin { device: &device, attempt, ended_session: false };
                let resident = store.resident(&device.nik, Photo::Without).await.unwrap();
                let admitted = resident.filter(|one| one.gone(&self.app.settings.municipality).is_none());
                assert_eq!(admitted.is_some(), self.state.registry == Registry::Admits, "{:?}", self.happened);
                if let Some(resident) = admitted {
                    let row = RowDigest::of(&resident, self.app.random_id());
                    let written = store.open_session(&pin, &session, &row).await.unwrap();
                    assert_eq!(written == Written::Done, !self.state.device.blocked, "{:?}", self.happened);
                } else {
                    store.forget_wrong_pins(&pin).await.unwrap();
                }
            }
            Action::Sweep { code } => {
                self.world.delete("qr_codes", ("token_hash", self.token(code).hash().as_str()));
            }
        }
    }

    /// Reads the parties of an answer, and says what they let it do.
    async fn disclose(&self) -> Progress {
        let resident = Nik::parse(SITI).unwrap();
        let parties = self.app.store().parties(&self.key, &resident, Photo::Without, &self.client_id()).await.unwrap();
        let is_withheld = parties.device.unwrap().is_blocked() || !parties.integrator.unwrap().enabled;
        match parties.resident {
            _ if is_withheld => Progress::Withheld,
            None => Progress::Unavailable,
            Some(resident) if resident.gone(&self.app.settings.municipality).is_some() => Progress::Withheld,
            Some(_) => Progress::Disclosed,
        }
    }

    /// Every item is as the model says.
    async fn compare(&self) {
        let device = self.device().await;
        let State { device: expected, codes, .. } = &self.state;
        assert_eq!(device.is_blocked(), expected.blocked, "{:?}", self.happened);
        let (found_session, live, locked) = match device.state {
            DeviceState::Active(active) => (active.session, active.qr_code, active.pin_tries.locked_until.is_some()),
            DeviceState::Blocked(_) => (None, None, expected.locked),
        };
        let expected_live = expected.live.map(|code| self.token(code).hash());
        assert_eq!(found_session, expected.session.map(session), "{:?}", self.happened);
        assert_eq!(live.map(|LiveQrCode { token_hash, .. }| token_hash), expected_live, "{:?}", self.happened);
        assert_eq!(locked, expected.locked, "{:?}", self.happened);
        for (number, expected) in codes.iter().enumerate() {
            let hash = self.token(number).hash();
            let found: Option<QrCode> = self.world.read("qr_codes", ("token_hash", hash.as_str()));
            let Code::There { superseded, redeemed, .. } = expected else {
                assert!(found.is_none(), "{:?}", self.happened);
                continue;
            };
            assert!(found.is_some(), "{:?}", self.happened);
            let found = found.unwrap();
            // A code that was redeemed and superseded counts as redeemed; its item has both marks.
            let item = self.world.item("qr_codes", ("token_hash", hash.as_str())).unwrap();
            assert_eq!(item.get("superseded_at").is_some(), *superseded, "{:?}", self.happened);
            let winner = redeemed.map(|redeemed| self.redemption(redeemed.redemption));
            let (marked, found_winner) = match found.state {
                QrState::Live(_) => (false, None),
                QrState::Superseded { .. } => (true, None),
                QrState::Redeemed(redeemed) => (*superseded, Some(redeemed.redemption.id)),
                QrState::Scanned(_) | QrState::Refused(_) => panic!("nobody is asked in this walk"),
            };
            assert_eq!(marked, *superseded, "{:?}", self.happened);
            assert_eq!(found_winner, winner, "{:?}", self.happened);
            // A redemption moves the TTL on, so that no sweep takes it from its winner.
            assert_eq!(Some(found.expires_at), expected.expires_at().map(|end| self.at(end)), "{:?}", self.happened);
        }
    }

    async fn change_registry(&self, to: Registry) {
        match to {
            Registry::Misses => self.world.lose_resident(SITI),
            word => self.world.change_resident(SITI, |siti| siti.deceased = word == Registry::Refuses).await,
        }
    }

    async fn device(&self) -> Device {
        self.app.store().device(&self.key).await.unwrap().unwrap()
    }

    fn at(&self, second: i64) -> Timestamp {
        self.began + SignedDuration::from_secs(second)
    }

    /// All requests of a walk are of one integrator.
    fn client_id(&self) -> String {
        format!("integrator-{}", self.name)
    }

    async fn put_integrator(&self, enabled: bool) {
        let bank = BANK.registered(&self.world.signing_key);
        let integrator = Integrator { client_id: self.client_id(), enabled, ..bank };
        self.world.put("integrators", ("client_id", &self.client_id()), &integrator).await;
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
            registry_row: None,
            expires_at,
            state: QrState::Live(Consent::ByShowing),
        }
    }

    fn redemption(&self, redemption: u8) -> Id {
        Id::derived(&[Digest::of(&[&self.name.to_be_bytes()]).as_str().as_bytes(), &[redemption]])
    }
}

fn session(number: u8) -> Session {
    let token_hash = Digest::of(&[&[number]]);
    Session { id: Id::from_random([number; 16]), scope: SessionScope::Holder, token_hash }
}

/// The store's outcome in the model's words.
fn named(outcome: &RedemptionOutcome) -> Option<Outcome> {
    match outcome {
        RedemptionOutcome::Won(..) | RedemptionOutcome::WonBefore(..) => Some(Outcome::Won),
        RedemptionOutcome::Used => Some(Outcome::Used),
        RedemptionOutcome::Superseded => Some(Outcome::Superseded),
        RedemptionOutcome::Expired => Some(Outcome::Expired),
        RedemptionOutcome::Unknown => Some(Outcome::Unknown),
        RedemptionOutcome::KeyReused | RedemptionOutcome::NoSharedClaims => None,
    }
}
