//! What may happen next, and what it does.

use crate::{
    Admission, Block, Code, KEPT, LIFETIME, Life, Message, Mint, Outcome, Progress, Redeemed, Registry, Request, State,
};

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Time passes to the next instant.
    Pass,
    /// mint-qr reads the device (`Store::device`), by a clock that is so far off.
    ReadToMint { code: usize, clock: i64 },
    /// mint-qr's transaction (`Store::mint`).
    Mint { code: usize },
    /// redeem-qr sends its write, by a clock that is so far off.
    Send { request: usize, clock: i64 },
    /// The write arrives and is applied (`Store::redeem`); its answer is heard, or lost.
    Redeem { message: Message, heard: bool },
    /// redeem-qr gives up the answer.
    GiveUp { request: usize },
    /// redeem-qr answers 503: it has sent its write often enough.
    AnswerUnavailable { request: usize },
    /// redeem-qr reads device, resident and integrator, and answers (`Store::parties`).
    Disclose { request: usize },
    /// block-device's write (`Store::block`).
    Block,
    /// block-device answers.
    AnswerBlock,
    /// Operators disable the integrator.
    Disable,
    /// The import, or a mistake in it, changes the holder's row.
    ChangeRegistry { to: Registry },
    /// The last wrong PIN of a round (`Store::take_pin_try`).
    Lock,
    /// The office unlocks (`Store::unlock_pin`).
    Unlock,
    /// A login takes its try (`Store::take_pin_try`).
    TryPin,
    /// A login opens its session (`Store::open_session`), or returns its try because the registry does not admit the holder
    /// (`Store::forget_wrong_pins`).
    OpenSession,
    /// TTL deletes a code whose time has come.
    Sweep { code: usize },
}

impl Life {
    /// Everything that may happen next.
    pub fn possible(&self, state: &State) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.next_instant(state).is_some() {
            actions.push(Action::Pass);
        }
        for (code, mint) in state.mints.iter().enumerate() {
            match mint {
                // Codes are alike: they are minted in their order.
                Mint::NotAsked if code == 0 || state.mints[code - 1] != Mint::NotAsked => {
                    actions.extend(self.clocks.iter().map(|&clock| Action::ReadToMint { code, clock }));
                }
                Mint::Read { at, .. } if state.now <= at + self.under_way => actions.push(Action::Mint { code }),
                _ => {}
            }
        }
        for request in 0..state.progress.len() {
            self.add_of_request(state, request, &mut actions);
        }
        for &message in &state.messages {
            actions.push(Action::Redeem { message, heard: false });
            if state.progress[message.request] == (Progress::Waits { tries: message.tries }) {
                actions.push(Action::Redeem { message, heard: true });
            }
        }
        match state.block {
            Block::NotAsked if self.blocks => actions.push(Action::Block),
            Block::Written => actions.push(Action::AnswerBlock),
            Block::NotAsked | Block::Answered => {}
        }
        if self.disables && !state.disabled {
            actions.push(Action::Disable);
        }
        if self.registry_changes {
            let others = Registry::ALL.into_iter().filter(|says| *says != state.registry);
            actions.extend(others.map(|to| Action::ChangeRegistry { to }));
        }
        if self.sessions {
            add_of_sessions(state, &mut actions);
        }
        actions
            .extend((0..self.codes).filter(|&code| self.may_be_swept(state, code)).map(|code| Action::Sweep { code }));
        actions
    }

    fn add_of_request(&self, state: &State, request: usize, actions: &mut Vec<Action>) {
        let sends = self.clocks.iter().map(|&clock| Action::Send { request, clock });
        match state.progress[request] {
            // Nobody can scan what was not shown.
            Progress::NotSent if state.mints[self.requests[request].code] == Mint::Done => actions.extend(sends),
            Progress::Waits { .. } => actions.push(Action::GiveUp { request }),
            Progress::GaveUpOn { tries } if tries < self.tries => actions.extend(sends),
            Progress::GaveUpOn { .. } => actions.push(Action::AnswerUnavailable { request }),
            Progress::Heard(Outcome::Won) => actions.push(Action::Disclose { request }),
            Progress::NotSent
            | Progress::Heard(_)
            | Progress::Disclosed
            | Progress::Withheld
            | Progress::Unavailable => {}
        }
    }

    /// The next state when something happens that is possible in this one.
    #[must_use]
    pub fn after(&self, state: &State, action: Action) -> State {
        let mut next = state.clone();
        match action {
            Action::Pass => {
                next.now = self.next_instant(state).unwrap_or(state.now);
                // What has not arrived by now never will.
                next.messages.retain(|message| next.now <= message.sent_at + self.under_way);
            }
            Action::ReadToMint { code, clock } => {
                next.mints[code] = match state.device.session {
                    Some(session) if !state.device.blocked => Mint::Read {
                        at: state.now,
                        session,
                        live: state.device.live,
                        ends: state.now + clock + LIFETIME,
                    },
                    _ => Mint::Refused,
                };
            }
            Action::Mint { code } => mint(&mut next, code),
            Action::Send { request, clock } => {
                let tries = if let Progress::GaveUpOn { tries } = state.progress[request] { tries + 1 } else { 1 };
                next.progress[request] = Progress::Waits { tries };
                let by_clock = state.now + clock;
                next.messages.insert(Message { request, tries, sent_at: state.now, by_clock });
            }
            Action::Redeem { message, heard } => {
                next.messages.remove(&message);
                let Request { redemption, code } = self.requests[message.request];
                let outcome = next.codes[code].redeem(redemption, message.by_clock, state.now);
                if heard {
                    next.progress[message.request] = Progress::Heard(outcome);
                }
            }
            Action::GiveUp { request } => {
                if let Progress::Waits { tries } = state.progress[request] {
                    next.progress[request] = Progress::GaveUpOn { tries };
                }
            }
            Action::AnswerUnavailable { request } => next.progress[request] = Progress::Unavailable,
            Action::Disclose { request } => {
                let is_withheld = state.device.blocked || state.disabled;
                next.progress[request] = match state.registry {
                    _ if is_withheld => Progress::Withheld,
                    Registry::Misses => Progress::Unavailable,
                    Registry::Refuses => Progress::Withheld,
                    Registry::Admits => Progress::Disclosed,
                };
                if !is_withheld {
                    next.admission = state.admission.after(state.registry);
                }
                next.worked_after_block |=
                    state.block == Block::Answered && next.progress[request] == Progress::Disclosed;
            }
            Action::Block => {
                next.device.blocked = true;
                (next.device.session, next.device.live) = (None, None);
                next.block = Block::Written;
            }
            Action::AnswerBlock => next.block = Block::Answered,
            Action::Disable => next.disabled = true,
            Action::ChangeRegistry { to } => next.registry = to,
            Action::Lock => {
                next.device.locked = true;
                (next.device.session, next.login) = (None, false);
            }
            Action::Unlock => next.device.locked &= state.device.blocked,
            Action::TryPin => next.login = true,
            Action::OpenSession => {
                next.login = false;
                if !state.device.blocked {
                    next.admission = state.admission.after(state.registry);
                }
                if !state.device.blocked && state.registry == Registry::Admits {
                    next.device.session = Some(state.sessions);
                    next.sessions += 1;
                    next.worked_after_block |= state.block == Block::Answered;
                }
            }
            Action::Sweep { code } => next.codes[code] = state.codes[code].swept(),
        }
        next
    }

    fn next_instant(&self, state: &State) -> Option<i64> {
        self.instants.iter().copied().find(|instant| *instant > state.now)
    }

    /// TTL takes what has ended, at any time from then on, by any clock. A redemption has moved a code's end.
    fn may_be_swept(&self, state: &State, code: usize) -> bool {
        let fastest = self.clocks.iter().max().copied().unwrap_or_default();
        state.codes[code].expires_at().is_some_and(|end| end <= state.now + fastest)
    }
}

impl Admission {
    fn after(self, registry: Registry) -> Self {
        match (self, registry) {
            (_, Registry::Refuses | Registry::Misses) => Self::Refused,
            (Self::Refused, Registry::Admits) => Self::AdmittedAgain,
            (before, Registry::Admits) => before,
        }
    }
}

impl Code {
    /// The write of `Store::redeem` and its condition: the code exists, `expires_at > :now`, it was neither redeemed
    /// nor superseded. If refused, it finds out why from the item that it met (`RedemptionOutcome::of_refused`).
    pub fn redeem(&mut self, redemption: u8, by_clock: i64, at: i64) -> Outcome {
        match self {
            Self::There { redeemed: Some(winner), .. } if winner.kept_until <= by_clock => Outcome::Unknown,
            Self::There { redeemed: Some(winner), .. } if winner.redemption == redemption => Outcome::Won,
            Self::There { redeemed: Some(_), .. } => Outcome::Used,
            Self::There { ends, .. } if *ends <= by_clock => Outcome::Expired,
            Self::There { superseded: true, .. } => Outcome::Superseded,
            Self::There { redeemed, .. } => {
                *redeemed = Some(Redeemed { redemption, at, kept_until: by_clock + KEPT });
                Outcome::Won
            }
            Self::NotMinted | Self::Swept { .. } => Outcome::Unknown,
        }
    }

    /// The end that TTL knows.
    pub fn expires_at(&self) -> Option<i64> {
        match self {
            Self::There { redeemed: Some(redeemed), .. } => Some(redeemed.kept_until),
            Self::There { ends, .. } => Some(*ends),
            Self::NotMinted | Self::Swept { .. } => None,
        }
    }

    fn swept(&self) -> Self {
        match self {
            Self::There { redeemed, .. } => Self::Swept { redeemed: *redeemed },
            Self::NotMinted | Self::Swept { .. } => Self::Swept { redeemed: None },
        }
    }
}

/// The transaction of `Store::mint` and its conditions: the device is active, in the session and with the live code
/// that were read; the code before is superseded, if it is still there.
fn mint(state: &mut State, code: usize) {
    let Mint::Read { at, session, live, ends } = state.mints[code] else { return };
    let device = state.device;
    if device.blocked || device.session != Some(session) {
        state.mints[code] = Mint::Refused;
    } else if device.live != live {
        // Overtaken by another mint of this session: the step takes its turn after it.
        state.mints[code] = Mint::Read { at, session, live: device.live, ends };
    } else {
        state.mints[code] = Mint::Done;
        state.device.live = Some(code);
        if let Some(Code::There { superseded, .. }) = live.map(|live| &mut state.codes[live]) {
            *superseded = true;
        }
        state.codes[code] = Code::There { minted_at: at, ends, superseded: false, redeemed: None };
        state.worked_after_block |= state.block == Block::Answered;
    }
}

fn add_of_sessions(state: &State, actions: &mut Vec<Action>) {
    let device = state.device;
    if !device.blocked && !device.locked {
        actions.push(Action::Lock);
        if !state.login && state.sessions < 3 {
            actions.push(Action::TryPin);
        }
    }
    if device.locked {
        actions.push(Action::Unlock);
    }
    if state.login {
        actions.push(Action::OpenSession);
    }
}
